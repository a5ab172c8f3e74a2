# SPDX-License-Identifier: Apache-2.0
"""Order of versions as Python's packaging has it: pairs on standard input, <, =, > or ? (no version) on standard output."""
import sys

from packaging.version import InvalidVersion, Version

sys.stdin.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    a, b = line[:-1].split("\t")
    try:
        a, b = Version(a), Version(b)
        print("<" if a < b else ">" if a > b else "=")
    except InvalidVersion:
        print("?")
