#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `synth_ice40 -dsp` of Yosys 0.23 multiplies wrongly if an unsigned operand is a number that was sign-extended by
# hand: {{4{d[11]}}, d} * {12'd0, r} becomes an unsigned product of d with zeros above it, wrong for each negative d.
# Without -dsp it is right, and so it is with $signed() about both operands. RTL that extends signs by hand because
# tools disagree about signed expressions needs them in products all the same.
#
# Needs yosys and iverilog; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/tb.sv" <<'EOF'
module tb;
  reg [11:0] d; reg [3:0] r; wire [15:0] p; integer i, bad; reg signed [31:0] e;
  top t(d, r, p);
  initial begin
    bad = 0;
    for (i = 0; i < 200; i = i + 1) begin
      d = $urandom; r = $urandom; #1;
      e = $signed(d) * $signed({1'b0, r});
      if (p !== e[15:0]) bad = bad + 1;
    end
    $display("%0d of 200 products are wrong", bad);
  end
endmodule
EOF
cells=$(dirname "$(dirname "$(readlink -f "$(command -v yosys)")")")/share/yosys/ice40/cells_sim.v
product() { # expression, option
  echo "module top(input [11:0] d, input [3:0] r, output [15:0] p); assign p = $1; endmodule" >"$work/top.sv"
  yosys -q -p "read_verilog -sv $work/top.sv; synth_ice40 -top top -device u ${2:-}; write_verilog -noattr $work/n.v"
  iverilog -g2012 -DNO_ICE40_DEFAULT_ASSIGNMENTS -o "$work/tb.vvp" "$work/tb.sv" "$work/n.v" "$cells"
  vvp -n "$work/tb.vvp"
}
by_hand="{{4{d[11]}}, d} * {12'd0, r}"
plain=$(product "$by_hand")
dsp=$(product "$by_hand" -dsp)
signed=$(product "\$signed({{4{d[11]}}, d}) * \$signed({12'd0, r})" -dsp)
echo "by hand:               $plain"
echo "by hand, with -dsp:    $dsp"
echo "\$signed(), with -dsp:  $signed"
if [ "${plain%% *}" != 0 ] || [ "${dsp%% *}" = 0 ] || [ "${signed%% *}" != 0 ]; then
  echo "changed"
  exit 1
fi
echo "as described"
