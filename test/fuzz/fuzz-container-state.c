/* SPDX-License-Identifier: Apache-2.0 */
/* What runtimes leave on disk, read from a directory in memory. The input is one file after the other with a line "==" between them: bundle, Docker's container, its settings,
 * names of images, containers and images of containers-storage, state of runc, and a bolt database, which may have such lines in it. One that begins with "containerd" lies where
 * containerd has its bundles. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define ID "0000000000000000000000000000000000000000000000000000000000000001"
#define TASK "io.containerd.runtime.v2.task/k8s.io/" ID

static char dir[] = "/dev/shm/plimsoll-fuzz.XXXXXX";
static const char *const files[] = {
    "root/overlay-containers/" ID "/userdata/config.json", "docker/containers/" ID "/config.v2.json", "docker/containers/" ID "/hostconfig.json", "docker/image/overlay2/repositories.json",
    "root/overlay-containers/containers.json", "root/overlay-images/images.json", "runc/" ID "/state.json", "root/libpod/bolt_state.db",
    "state/" TASK "/config.json", "root/io.containerd.metadata.v1.bolt/meta.db",
};
enum { DATABASE = 7, TASK_CONFIG = 8, TASK_DATABASE = 9 };

static void remove_all(void) {
    _cleanup_free_ char *command = xasprintf("rm -rf %s", dir);
    if (system(command) != 0)
        abort();
}

static void set_up(void) {
    static bool done;
    if (done)
        return;
    done = true;
    if (!mkdtemp(dir))
        abort();
    atexit(remove_all);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, files[i]);
        *strrchr(path, '/') = 0;
        if (fs_mkdir_p(path, NULL) < 0)
            abort();
    }
    _cleanup_free_ char *target = xasprintf("%s/root/%s", dir, TASK), *link = xasprintf("%s/state/%s/work", dir, TASK);
    if (symlink(target, link) < 0)
        abort();
}

static void put(size_t i, Str text) {
    FILE *f = fopen(files[i], "we");
    if (!f)
        abort();
    fwrite(text.p, 1, text.n, f);
    fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    set_up();
    /* Paths in the input are relative to it. */
    _cleanup_fd_ int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (before < 0 || chdir(dir) < 0)
        abort();
    Str rest = str_n((const char *) p, n), name = STR("containerd\n");
    bool containerd = str_starts(rest, name);
    if (containerd)
        rest = str_from_at(rest, name.n);
    for (size_t i = 0; i <= DATABASE; i++) {
        ssize_t at = i < DATABASE ? str_find(rest, STR("\n==\n")) : -1;
        Str part = at < 0 ? rest : str_head(rest, (size_t) at);
        rest = at < 0 ? STR("") : str_from_at(rest, (size_t) at + 4);
        put(i, part);
        if (i == 0)
            put(TASK_CONFIG, part);
        if (i == DATABASE)
            put(TASK_DATABASE, part);
    }
    _cleanup_free_ char *bundle = containerd ? xasprintf("%s/state/%s", dir, TASK) : xasprintf("%s/root/overlay-containers/%s/userdata", dir, ID);
    ContainerHint hint = {.cgroup = STR("/x"), .id = ID, .state = "runc", .bundle = bundle};
    container_free(container_find(&hint));
    hint.bundle = NULL;
    container_free(container_find(&hint));
    if (fchdir(before) < 0)
        abort();
    return 0;
}
