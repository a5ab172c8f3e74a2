# SPDX-License-Identifier: Apache-2.0
"""Order of versions as Maven's ComparableVersion has it: pairs on standard input, <, = or > on standard output. Its main() compares
each argument with the one before; every other answer is one of ours. The argument is Maven's jar; its libraries lie beside it."""
import os
import subprocess
import sys

pairs = [line.rstrip("\n").split("\t") for line in open(0, encoding="utf-8", newline="\n")]
jars = [sys.argv[1], os.path.join(os.path.dirname(sys.argv[1]), "commons-lang3.jar")]
command = ["java", "-XX:TieredStopAtLevel=1", "-cp", ":".join(jars), "org.apache.maven.artifact.versioning.ComparableVersion"]
out = subprocess.run(command + [v for pair in pairs for v in pair], capture_output=True, check=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
answers = [line for line in out.stdout.decode().splitlines() if line.startswith("   ")][::2]
for (a, b), answer in zip(pairs, answers, strict=True):
    sign = answer[len("   " + a + " "):].split(" ")[0]
    assert answer == f"   {a} {sign} {b}", answer
    print("=" if sign == "==" else sign)
