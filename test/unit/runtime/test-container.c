/* SPDX-License-Identifier: Apache-2.0 */
/* What cgroups, command lines of runtimes and names of images say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/container.h"
#include "tap.h"

TEST(ids_in_paths_of_cgroups) {
    const char *id = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";
    char path[256];
    const char *const forms[] = {"/docker/%s", "/system.slice/docker-%s.scope", "/libpod_parent/libpod-%s", "/kubepods/burstable/pod12/%s", "/kubepods.slice/cri-containerd-%s.scope",
                                 "/docker/%s/init.scope"};
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        Str form = str_from(forms[i]), before = STR_NULL, after = STR_NULL;
        CHECK(str_cut(form, '%', &before, &after));
        snprintf(path, sizeof(path), "%.*s%s%.*s", STR_FMT(before), id, STR_FMT(str_from_at(after, 1)));
        CHECK_STR(container_id_of(str_from(path)), id);
    }
    CHECK(!container_id_of(STR("/user.slice/user-1000.slice")).p);
    CHECK(!container_id_of(STR("/")).p);
    CHECK(!container_id_of(STR("/libpod_parent/libpod-conmon-3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e")).p);
    CHECK(!container_id_of(STR("/3AD7B26DED6D")).p);
}

static void maker(Str args, const char *state, const char *bundle, const char *id, const char *runtime) {
    _cleanup_(container_maker_done) ContainerMaker m;
    container_maker(args, STR("/srv/"), &m);
    CHECK_STR(str_from(m.state), state);
    CHECK_STR(str_from(m.bundle), bundle);
    CHECK_STR(str_from(m.id), id);
    CHECK_STR(str_from(m.runtime), runtime);
}

TEST(command_lines_of_runtimes) {
    maker(STR("runc\0run\0web\0"), NULL, "/srv/", "web", "runc");
    maker(STR("/usr/bin/runc\0--root\0/run/x\0create\0--bundle\0b\0--pid-file\0p\0web\0"), "/run/x", "/srv/b", "web", "runc");
    maker(STR("runc\0--root=/run/x\0--log\0/l\0create\0-b\0/b\0web\0"), "/run/x", "/b", "web", "runc");
    maker(STR("crun\0--cgroup-manager\0systemd\0create\0-b\0/b\0web\0"), NULL, "/b", "web", "crun");
    maker(STR("/usr/bin/conmon\0--api-version\0001\0-c\0web\0-r\0/usr/bin/crun\0-b\0/b\0"), NULL, "/b", "web", "crun");
    maker(STR("runc\0exec\0web\0sh\0"), NULL, NULL, NULL, NULL);
    maker(STR("podman\0run\0image\0"), NULL, NULL, NULL, NULL);
    maker(STR("git\0run\0a\0b\0"), NULL, NULL, NULL, NULL);
    maker(STR("mkdir\0/sys/fs/cgroup/x\0"), NULL, NULL, NULL, NULL);
    maker(STR_NULL, NULL, NULL, NULL, NULL);
}

TEST(names_of_images) {
    Str repository, tag, digest;
    image_name_split(STR("registry.example:5000/a/b:1.2@sha256:00"), &repository, &tag, &digest);
    CHECK_STR(repository, "registry.example:5000/a/b");
    CHECK_STR(tag, "1.2");
    CHECK_STR(digest, "sha256:00");
    image_name_split(STR("registry.example:5000/a"), &repository, &tag, &digest);
    CHECK_STR(repository, "registry.example:5000/a");
    CHECK_STR(tag, NULL);
}

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SANDBOX "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

typedef struct Store {
    char dir[64];
} Store;

static Store store_new(void) {
    Store s = {"/tmp/plimsoll-unit.XXXXXX"};
    CHECK(mkdtemp(s.dir) != NULL);
    return s;
}

static void store_done(Store *s) {
    _cleanup_free_ char *command = xasprintf("rm -rf %s", s->dir);
    CHECK(system(command) == 0);
}

static void store_put(const Store *s, const char *name, const char *text) {
    _cleanup_free_ char *path = xasprintf("%s/%s", s->dir, name), *parent = xstrdup(path);
    *strrchr(parent, '/') = 0;
    CHECK_INT(fs_mkdir_p(parent, NULL), 0);
    FILE *f = fopen(path, "we");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static Container *store_find(const Store *s, const char *bundle) {
    _cleanup_free_ char *path = xasprintf("%s/%s", s->dir, bundle);
    return container_find(&(ContainerHint) {.cgroup = STR("/x"), .id = ID, .bundle = path});
}

/* As CRI-O writes it; it is no package of Debian, so that no test runs it. */
TEST(containers_of_cri_o) {
    _cleanup_(store_done) Store s = store_new();
    store_put(&s, "overlay-containers/" SANDBOX "/userdata/config.json",
              "{\"annotations\": {\"io.kubernetes.cri-o.Labels\": \"{\\\"app\\\":\\\"shop\\\"}\", \"io.kubernetes.cri-o.IP.0\": \"10.0.0.2\"}}");
    store_put(&s, "overlay-containers/" ID "/userdata/config.json",
              "{\"annotations\": {\"io.container.manager\": \"cri-o\", \"io.kubernetes.cri-o.SandboxID\": \"" SANDBOX "\", \"io.kubernetes.cri-o.ImageName\": \"quay.io/app:1\","
              "\"io.kubernetes.cri-o.ImageRef\": \"quay.io/app@sha256:00\", \"io.kubernetes.container.name\": \"web\", \"io.kubernetes.pod.name\": \"web-0\","
              "\"io.kubernetes.pod.namespace\": \"shop\", \"io.kubernetes.cri-o.Labels\": \"{\\\"a\\\":\\\"b\\\"}\"}}");
    Container *c = store_find(&s, "overlay-containers/" ID "/userdata");
    CHECK(c != NULL);
    CHECK_STR(c->type, "cri-o");
    CHECK_STR(c->name, "web");
    CHECK_STR(c->image, "quay.io/app:1");
    CHECK_STR(c->digest, "sha256:00");
    CHECK_STR(c->pod, "web-0");
    CHECK_STR(c->namespace, "shop");
    CHECK_STR(c->ip, "10.0.0.2");
    CHECK_INT((long long) c->n_labels, 1);
    CHECK_STR(c->labels[0].destination, "b");
    CHECK_INT((long long) c->n_pod_labels, 1);
    CHECK_STR(c->pod_labels[0].destination, "shop");
    CHECK(!c->problem.n);
    container_free(c);
}

/* Where systemd makes the cgroup the command line of the low-level runtime was seen before. */
TEST(cgroups_that_systemd_makes) {
    _cleanup_(store_done) Store s = store_new();
    store_put(&s, "b/config.json", "{\"annotations\": {\"org.opencontainers.image.ref.name\": \"app:7\"}}");
    char args[256];
    int n = snprintf(args, sizeof(args), "runc%c--systemd-cgroup%ccreate%c--bundle%c%s/b%c%s%c", 0, 0, 0, 0, s.dir, 0, ID, 0);
    Cgroups *t = cgroups_new();
    cgroups_executed(t, str_n(args, (size_t) n), STR("/"));
    cgroups_add(t, 1, STR("/system.slice/docker-" ID ".scope"), STR("/lib/systemd/systemd\0--system\0"), STR("/"), 0, 5);
    const Container *c = cgroups_container(t, 1, cgroups_host_mnt_ns(t) + 1, true);
    CHECK(c && c->known);
    CHECK_STR(c->image, "app:7");
    CHECK_STR(c->type, "runc");
    CHECK_INT((long long) c->start, 5);
    cgroups_free(t);
}

TEST(what_cannot_be_read_is_said) {
    static const struct {
        const char *config, *says;
    } cases[] = {
        {"{\"annotations\": {", "/b/config.json:1:18: "},
        {"", "/b/config.json:1:1: "},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(store_done) Store s = store_new();
        store_put(&s, "b/config.json", cases[i].config);
        _cleanup_free_ char *path = xasprintf("%s/b", s.dir);
        Container *c = container_find(&(ContainerHint) {.cgroup = STR("/" ID), .bundle = path, .apart = true});
        CHECK(c && !c->known);
        CHECK(c && str_find(c->problem, str_from(cases[i].says)) >= 0);
        container_free(c);
    }
    /* A pipe that nobody writes to must not hold us up. */
    _cleanup_(store_done) Store s = store_new();
    store_put(&s, "b/x", "");
    _cleanup_free_ char *pipe = xasprintf("%s/b/config.json", s.dir), *path = xasprintf("%s/b", s.dir);
    CHECK(mkfifo(pipe, 0600) == 0);
    Container *c = container_find(&(ContainerHint) {.cgroup = STR("/" ID), .bundle = path, .apart = true});
    CHECK(c && str_ends(c->problem, STR("not a plain file")));
    container_free(c);
    /* Podman's database, cut off: containers-storage still has the name. */
    store_put(&s, "overlay-containers/" ID "/userdata/config.json", "{\"annotations\": {\"io.container.manager\": \"libpod\"}}");
    store_put(&s, "overlay-containers/containers.json", "[{\"id\": \"" ID "\", \"names\": [\"web\"], \"image\": \"abcdef\"}]");
    store_put(&s, "overlay-images/images.json", "[{\"id\": \"abcdef\", \"digest\": \"sha256:11\"}]");
    store_put(&s, "libpod/bolt_state.db", "half");
    c = store_find(&s, "overlay-containers/" ID "/userdata");
    CHECK(c != NULL);
    CHECK_STR(c->name, "web");
    CHECK_STR(c->type, "podman");
    CHECK_STR(c->digest, "sha256:11");
    CHECK(str_find(c->problem, STR("bolt_state.db: ")) >= 0);
    container_free(c);
}

TEST(a_name_like_an_id_makes_no_container) {
    ContainerHint hint = {.cgroup = STR("/process_api/00112233445566778899aabbccddeeff")};
    CHECK(!container_find(&hint));
    hint.apart = true;
    Container *c = container_find(&hint);
    CHECK(c && !c->known);
    container_free(c);
    hint.cgroup = STR("/user.slice");
    CHECK(!container_find(&hint));
}

static const uint64_t second = 1000000000;

TEST(cgroups_that_ended_are_forgotten_after_a_while) {
    Cgroups *t = cgroups_new();
    for (uint64_t i = 1; i <= 3000; i++)
        cgroups_add(t, i, STR("/plain"), STR_NULL, STR_NULL, 0, 0);
    CHECK_INT((long long) cgroups_count(t), 3000);
    for (uint64_t i = 2; i <= 3000; i++)
        cgroups_removed(t, i, 100 * second);
    cgroups_keep(t, 2);
    cgroups_sweep(t, 105 * second);
    CHECK_INT((long long) cgroups_count(t), 3000);
    cgroups_sweep(t, 111 * second);
    CHECK_INT((long long) cgroups_count(t), 2);
    cgroups_free(t);
}

TEST(what_a_container_makes_belongs_to_it) {
    Cgroups *t = cgroups_new();
    cgroups_add(t, 1, STR("/docker/00112233445566778899aabbccddeeff"), STR_NULL, STR_NULL, 0, 0);
    const Container *outer = cgroups_container(t, 1, cgroups_host_mnt_ns(t) + 1, true);
    CHECK(outer != NULL);
    cgroups_add(t, 2, STR("/docker/00112233445566778899aabbccddeeff/ffeeddccbbaa99887766554433221100"), STR_NULL, STR_NULL, 1, 0);
    CHECK_STR(cgroups_container(t, 2, cgroups_host_mnt_ns(t) + 1, true)->id, "00112233445566778899aabbccddeeff");
    cgroups_removed(t, 1, second);
    cgroups_sweep(t, 100 * second);
    CHECK_STR(cgroups_container(t, 2, cgroups_host_mnt_ns(t) + 1, true)->id, "00112233445566778899aabbccddeeff");
    CHECK(!cgroups_container(t, 3, 1, true));
    /* As long as the inner one is there the outer one is, whoever lives. */
    for (uint64_t at = 200; at < 205; at++)
        cgroups_marked(t, at * second);
    cgroups_sweep(t, 300 * second);
    CHECK(cgroups_known(t, 1));
    cgroups_removed(t, 2, 301 * second);
    cgroups_marked(t, 302 * second);
    cgroups_marked(t, 303 * second);
    cgroups_sweep(t, 320 * second);
    CHECK_INT((long long) cgroups_count(t), 0);
    cgroups_free(t);
}

TEST(who_left_a_cgroup_that_ended_keeps_it_in_mind) {
    Cgroups *t = cgroups_new();
    for (uint64_t i = 1; i <= 3; i++) {
        cgroups_add(t, i, STR("/plain"), STR_NULL, STR_NULL, 0, 0);
        cgroups_keep(t, i);
    }
    cgroups_sweep(t, 50 * second);
    CHECK(!cgroups_to_look(t, 50 * second)); /* all of them are there */
    cgroups_removed(t, 1, 100 * second);
    cgroups_removed(t, 2, 100 * second);
    cgroups_sweep(t, 120 * second);
    CHECK_INT((long long) cgroups_count(t), 3);
    CHECK(cgroups_to_look(t, 120 * second));
    cgroups_mark(t, 1);
    cgroups_marked(t, 120 * second);
    CHECK(!cgroups_to_look(t, 125 * second));
    cgroups_sweep(t, 140 * second);
    CHECK_INT((long long) cgroups_count(t), 3); /* a process may have been overlooked */
    cgroups_mark(t, 1);
    cgroups_marked(t, 140 * second);
    cgroups_sweep(t, 119 * second);
    CHECK_INT((long long) cgroups_count(t), 3); /* what happened before the first look has not been read */
    cgroups_sweep(t, 150 * second);
    CHECK(cgroups_known(t, 1) && !cgroups_known(t, 2) && cgroups_known(t, 3));
    cgroups_marked(t, 160 * second);
    cgroups_mark(t, 1); /* it is seen again: the look before does not count */
    cgroups_marked(t, 170 * second);
    cgroups_marked(t, 180 * second);
    cgroups_sweep(t, 190 * second);
    CHECK(cgroups_known(t, 1));
    cgroups_marked(t, 190 * second);
    cgroups_sweep(t, 200 * second);
    CHECK(!cgroups_known(t, 1) && cgroups_known(t, 3));
    CHECK(!cgroups_to_look(t, 300 * second));
    cgroups_free(t);
}

TEST_MAIN()
