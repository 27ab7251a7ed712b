#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `synth_ice40 -spram` of Yosys 0.23 decides by a memory's size alone, not by what the part has left: a single-port
# memory of 4096 x 32 bits becomes 32 block memories, two more than an UP5K has, while its four SPRAMs stay
# empty, and place and route fails. One of 8192 words, twice as large, becomes two SPRAMs and fits. So a smaller buffer may
# be what does not fit.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.v" <<'END'
module top #(parameter Words = 0, parameter A = $clog2(Words)) (
  input clk, input en, input we, input [A-1:0] a, input [31:0] d, output reg [31:0] q);
  reg [31:0] mem [0:Words-1];
  always @(posedge clk) if (en) begin
    if (we) mem[a] <= d;
    else    q <= mem[a];
  end
endmodule
END
count() { # words cell
  yosys -q -p "read_verilog $work/a.v; hierarchy -top top -chparam Words $1; synth_ice40 -device u -spram
    tee -o $work/cells stat" >/dev/null
  awk -v cell="$2" '$1 == cell { n = $2 } END { print n + 0 }' "$work/cells"
}
small=$(count 4096 SB_RAM40_4K)
large=$(count 8192 SB_SPRAM256KA)
echo "4096 words: $small block memories; 8192 words: $large SPRAMs"
if [ "$small" != 32 ] || [ "$large" != 2 ]; then
  echo "changed"
  exit 1
fi
echo "as described"
