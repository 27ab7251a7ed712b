#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Verilator 5.006: a case of thousands of constants becomes a table in well under a second if its items are as
# wide as its expression, and takes far longer if they are wider, as unsized numbers are: the more lines, the worse
# (2,000 here; a memory of 16,384 takes more than 85 s). It warns of the width, and of nothing else. Needs verilator;
# exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

seconds() { # NAME ITEM: processor seconds to verilate a memory whose items are written with this prefix
  {
    echo 'module m (input logic [10:0] a, output logic [15:0] d);'
    echo '  always_comb begin case (a)'
    for i in $(seq 0 1999); do echo "    $2$i: d = 16'd$((i * 40503 % 65536));"; done
    echo "    default: d = '0; endcase end"
    echo endmodule
  } >"$work/m.sv"
  TIMEFORMAT=%U
  { time verilator --cc -Wno-lint -Wno-fatal --Mdir "$work/$1" --top-module m "$work/m.sv" >/dev/null 2>&1; } 2>&1
}
sized=$(seconds sized "11'd")
unsized=$(seconds unsized '')
echo "items of 11 bits: $sized s; unsized items: $unsized s"
awk -v a="$sized" -v b="$unsized" 'BEGIN { exit !(b > 5 * a) }'
