#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The maximum resident size that getrusage(RUSAGE_SELF) gives is not that of the program that asks: it survives execve(), so that a
# small program which a large one starts reports the large one's memory, as it was when it forked. Python's subprocess, and
# whatever measures a child by ru_maxrss (or by GNU time started from a large process), is wrong by that. VmHWM of /proc/self/status
# belongs to the address space and begins anew. Seen with Linux 6, Python 3.11.
#
# Needs python3; exits 1 if the behaviour is another one.
set -euo pipefail
python3 - <<'END'
import subprocess
import sys

child = """
import resource
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, int(peak.split()[1]) // 1024)
"""
block = bytearray(b"x") * 400_000_000
said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True).stdout
maxrss, peak = map(int, said.split())
print(f"a program that holds nothing, started by one that holds 400 MB: ru_maxrss {maxrss} MB, VmHWM {peak} MB")
if maxrss < 300 or peak > 100:
    sys.exit("changed: expected the parent's memory in ru_maxrss alone")
END
echo "as described"
