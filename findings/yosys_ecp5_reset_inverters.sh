#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# synth_ecp5 of Yosys 0.23: each flip-flop with an asynchronous reset that is active low gets an inverter, a LUT4, of
# its own, as the cells are mapped after the last pass that would share them. They are a third of the lookup tables
# of an encoder, and hinder placement, because the flip-flops of a tile share two reset nets. `opt_merge -share_all`
# after synth_ecp5 leaves one inverter, but also merges wide multiplexers and carry chains, whose outputs nextpnr then
# refuses to route ("L6MUX21 has D0 driven by cell other than a SLICE OFX", "cell type CCU2C is unsupported"); plain
# opt_merge ignores LUT4. Between the mapping of flip-flops and that of logic the inverters are still $_NOT_ cells, and
# plain opt_merge of these cells alone leaves one.
#
# Needs yosys; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.sv" <<'END_OF_MODULE'
module top (input logic clk, rst_n, input logic [31:0] d, output logic [31:0] q);
  always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= '0; else q <= d;
endmodule
END_OF_MODULE
count() { # synthesis
  yosys -q -p "read_verilog -sv $work/a.sv; $1; tee -q -o $work/stat stat"
  awk '$1 == "LUT4" { found = $2 } END { print found + 0 }' "$work/stat"
}
plain=$(count 'synth_ecp5 -top top')
# shellcheck disable=SC2016  # a cell's name
shared=$(count 'synth_ecp5 -top top -run begin:map_luts; opt_merge t:$_NOT_; opt_clean; synth_ecp5 -run map_luts:')
echo "32 flip-flops: $plain lookup tables, shared $shared"
[ "$plain" = 32 ] && [ "$shared" = 1 ]
