/* SPDX-License-Identifier: Apache-2.0 */
/* sensor-attach FILE: loads the program of an object file, attaches it, says "armed" and stays until it is ended. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct bpf_object *o = argc == 2 ? bpf_object__open(argv[1]) : NULL;
    if (!o || bpf_object__load(o) || !bpf_program__attach(bpf_object__next_program(o, NULL)))
        return 1;
    puts("armed");
    fflush(stdout);
    pause();
}
