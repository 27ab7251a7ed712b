#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys 0.23 takes the fill literal '1 in a localparam of many bits as the number 1: `localparam logic [13:0] R = '1;` is
# 14'h0001, where Verilator, Icarus and the standard have 14'h3fff. In an assignment it is right. {14{1'b1}} is right in both.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/top.sv" <<'EOF'
module top(output [13:0] constant, output [13:0] repeated, output [13:0] assigned);
  localparam logic [13:0] R = '1;
  localparam logic [13:0] S = {14{1'b1}};
  assign constant = R;
  assign repeated = S;
  assign assigned = '1;
endmodule
EOF
yosys -q -p "read_verilog -sv $work/top.sv; hierarchy -top top; proc; opt; write_verilog -noattr $work/n.v"
value() { sed -nE "s/.*assign $1 = (.*);/\\1/p" "$work/n.v"; }
echo "localparam = '1:          $(value constant)"
echo "localparam = {14{1'b1}}:  $(value repeated)"
echo "assign = '1:              $(value assigned)"
if [ "$(value constant)" != "14'h0001" ] || [ "$(value repeated)" != "14'h3fff" ] || [ "$(value assigned)" != "14'h3fff" ]; then
  echo "changed"
  exit 1
fi
echo "as described"
