/* SPDX-License-Identifier: Apache-2.0 */
/* CODE(repository, input): inputs of actions that are programs: expressions in them are put in before anything is parsed.
 * OUTPUTS(repository): actions whose outputs hold names of files or branches as a pull request proposes them. */
#ifndef CODE
#define CODE(...)
#endif
#ifndef OUTPUTS
#define OUTPUTS(...)
#endif
CODE("actions/github-script", "script")
CODE("azure/cli", "inlinescript")
CODE("azure/powershell", "inlinescript")
CODE("appleboy/ssh-action", "script")
CODE("nick-fields/retry", "command")
CODE("nick-invision/retry", "command")
CODE("amadevus/pwsh-script", "script")
CODE("jannekem/run-python-script-action", "script")
CODE("cardinalby/js-eval-action", "expression")
CODE("addnab/docker-run-action", "run")
CODE("reactivecircus/android-emulator-runner", "script")
CODE("gradle/gradle-build-action", "arguments")
CODE("lucaslarroche/exec-ssh-action", "command")
OUTPUTS("tj-actions/changed-files")
OUTPUTS("tj-actions/branch-names")
OUTPUTS("dorny/paths-filter")
OUTPUTS("jitterbit/get-changed-files")
OUTPUTS("trilom/file-changes-action")
OUTPUTS("xt0rted/pull-request-comment-branch")
OUTPUTS("khan/pull-request-comment-trigger")
OUTPUTS("potiuk/get-workflow-origin")
OUTPUTS("dawidd6/action-get-tag")
#undef CODE
#undef OUTPUTS
