#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys 0.23 stops at a failed assertion (modules_.count(module->name) == 0) where a port is connected to the unsized
# literal '0, its module was read with -defer, and `hierarchy -chparam` sets a parameter of the top. With a sized literal,
# or without -chparam, the same source is fine, so the message says nothing of the cause.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

works() { # literal, options of hierarchy
  cat >"$work/top.sv" <<EOF
module part #(parameter int W = -1) (input logic [31:0] a, output logic [31:0] y);
  assign y = a + 32'(W);
endmodule
module top #(parameter int B = 4) (output logic [31:0] y);
  part #(.W(B)) u (.a($1), .y(y));
endmodule
EOF
  yosys -q -p "read_verilog -sv -defer $work/top.sv; hierarchy -check -top top ${2:-}; proc" >"$work/log" 2>&1
}
works "'0" && plain=works || plain=fails
works "32'd0" "-chparam B 8" && sized=works || sized=fails
works "'0" "-chparam B 8" && unsized=works || unsized=fails
echo "'0:                     $plain"
echo "32'd0, with -chparam:   $sized"
echo "'0, with -chparam:      $unsized  $(tail -n 1 "$work/log")"
if [ "$plain $sized $unsized" != "works works fails" ]; then
  echo "changed"
  exit 1
fi
echo "as described"
