/* SPDX-License-Identifier: Apache-2.0 */
/* What an armed sensor keeps. Landlock is not for it: a process that it confines may not look at others, which is what a sensor is for. */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/capabilities.h"
#include "base/confine.h"
#include "cmd/sensor.h"

/* Maps; what processes are and the files below their roots; files of runtimes whoever owns them. */
static const unsigned kept[] = {CAP_BPF, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};

int sensor_confine_self(Error *err) {
    int r = capabilities_keep(kept, ARRAY_SIZE(kept), err);
    if (r == 0 && setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0}) < 0)
        r = error_errno(err, -errno, "setrlimit");
    /* Who looks for leaks at the end traces itself. */
    if (r == 0 && !SANITIZED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return r;
}

int sensor_confine_threads(Error *err) {
    return confine_agent_calls(err);
}
