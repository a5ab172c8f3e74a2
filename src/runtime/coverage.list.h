/* SPDX-License-Identifier: Apache-2.0 */
/* UNSEEN(hook, text): what the sensor cannot see when this hook is not attached; NULL: on any kernel. `sensor status` shows it, docs/sensor.md explains it. */
UNSEEN("tp_btf/sys_exit", "system calls of any kind")
UNSEEN("tp_btf/sched_process_exec", "executions that succeed, and what processes run")
UNSEEN("tp_btf/sched_process_fork", "what a new process runs until its first execution")
UNSEEN("tp_btf/cgroup_mkdir", "containers that are too short-lived to be found in /proc")
UNSEEN("tp_btf/io_uring_submit_req", "what is asked for through io_uring")
UNSEEN(NULL, "a name that another thread changes while the call runs, of calls that open nothing: the argument is read at the return")
UNSEEN(NULL, "the rest of names of more than 4096 bytes, and of paths of more than 48 names")
UNSEEN(NULL, "what happened before the sensor was armed")
