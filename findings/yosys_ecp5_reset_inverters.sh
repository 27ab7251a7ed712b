#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# synth_ecp5 of Yosys 0.23: each flip-flop with an asynchronous reset that is active low gets an inverter, a LUT4, of
# its own, as the cells are mapped after the last pass that would share them. They are a third of the lookup tables
# of an encoder. `opt_merge -share_all; opt_clean` after synth_ecp5 leaves one; plain opt_merge does not look at LUT4.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.sv" <<'END'
module top (input logic clk, rst_n, input logic [31:0] d, output logic [31:0] q);
  always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= '0; else q <= d;
endmodule
END
count() { # what follows
  yosys -q -p "read_verilog -sv $work/a.sv; synth_ecp5 -top top; $1; tee -q -o $work/stat stat"
  awk '$1 == "LUT4" { found = $2 } END { print found + 0 }' "$work/stat"
}
after=$(count '')
merged=$(count 'opt_merge -share_all; opt_clean')
echo "32 flip-flops: $after lookup tables, shared $merged"
[ "$after" = 32 ] && [ "$merged" = 1 ]
