#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys 0.23 ends with an assertion, "modules_.count(module->name) == 0", at an instance with parameters one of whose
# ports is connected to an unsized '0, if the module it is in gets parameters as well. Nothing in the message says
# which instance; a sized zero, 3'd0, is taken.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/unsized.sv" <<'END'
module sub #(parameter int W = 4) (input logic [2:0] a, output logic [W-1:0] y);
  assign y = W'(a);
endmodule
module top #(parameter int W = 4) (output logic [W-1:0] y);
  sub #(.W(W)) u (.a('0), .y);
endmodule
END
sed "s/'0)/3'd0)/" "$work/unsized.sv" >"$work/sized.sv"
elaborate() {
  yosys -q -p "read_verilog -sv $work/$1.sv; hierarchy -top top -chparam W 8" >"$work/$1.log" 2>&1
}
elaborate sized || { cat "$work/sized.log"; echo "changed"; exit 1; }
if elaborate unsized || ! grep -q 'modules_.count(module->name) == 0' "$work/unsized.log"; then
  echo "changed"
  exit 1
fi
echo "as described"
