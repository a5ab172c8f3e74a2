/* SPDX-License-Identifier: Apache-2.0 */
/* What cgroups, command lines of runtimes and names of images say. */
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
    cgroups_free(t);
}

TEST_MAIN()
