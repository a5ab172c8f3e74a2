/* SPDX-License-Identifier: Apache-2.0 */
/* What runtimes leave on disk, read from a directory in memory. The input is one file after the other with a line "==" between them: bundle, Docker's container, its settings,
 * names of images, containers and images of containers-storage, state of runc, and a bolt database, which may have such lines in it. One that begins with "containerd" lies where
 * containerd has its bundles. */
#include <fcntl.h>
#include <unistd.h>

#include "fuzz/directory.h"
#include "runtime/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define ID "0000000000000000000000000000000000000000000000000000000000000001"
#define TASK "io.containerd.runtime.v2.task/k8s.io/" ID

static const char *const files[] = {
    "root/overlay-containers/" ID "/userdata/config.json", "docker/containers/" ID "/config.v2.json", "docker/containers/" ID "/hostconfig.json", "docker/image/overlay2/repositories.json",
    "root/overlay-containers/containers.json", "root/overlay-images/images.json", "runc/" ID "/state.json", "root/libpod/bolt_state.db",
    "state/" TASK "/config.json", "root/io.containerd.metadata.v1.bolt/meta.db",
};
enum { DATABASE = 7, TASK_CONFIG = 8, TASK_DATABASE = 9 };

static void set_up(void) {
    if (!fuzz_directory_made(files, ARRAY_SIZE(files)))
        return;
    _cleanup_free_ char *target = xasprintf("%s/root/%s", fuzz_directory, TASK), *link = xasprintf("%s/state/%s/work", fuzz_directory, TASK);
    if (symlink(target, link) < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    set_up();
    /* Paths in the input are relative to it. */
    _cleanup_fd_ int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (before < 0 || chdir(fuzz_directory) < 0)
        abort();
    Str rest = str_n((const char *) p, n), name = STR("containerd\n");
    bool containerd = str_starts(rest, name);
    if (containerd)
        rest = str_from_at(rest, name.n);
    for (size_t i = 0; i <= DATABASE; i++) {
        ssize_t at = i < DATABASE ? str_find(rest, STR("\n==\n")) : -1;
        Str part = at < 0 ? rest : str_head(rest, (size_t) at);
        rest = at < 0 ? STR("") : str_from_at(rest, (size_t) at + 4);
        fuzz_directory_put(files[i], part);
        if (i == 0)
            fuzz_directory_put(files[TASK_CONFIG], part);
        if (i == DATABASE)
            fuzz_directory_put(files[TASK_DATABASE], part);
    }
    _cleanup_free_ char *bundle = containerd ? xasprintf("%s/state/%s", fuzz_directory, TASK) : xasprintf("%s/root/overlay-containers/%s/userdata", fuzz_directory, ID);
    ContainerHint hint = {.cgroup = STR("/x"), .id = ID, .state = "runc", .bundle = bundle};
    container_free(container_find(&hint));
    hint.bundle = NULL;
    container_free(container_find(&hint));
    if (fchdir(before) < 0)
        abort();
    return 0;
}
