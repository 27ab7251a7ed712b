#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two encoders with different table sets and widths in one design, as docs/examples/two_encoders.sv has
# them, in each tool; and in one simulation they make the golden streams of their table sets.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
example=docs/examples/two_encoders.sv

scripts/hardware.py export encoder neural_ "$work/neural" --tables default
scripts/hardware.py export encoder aux_ "$work/aux" --tables generic
lists=(-f "$work/neural/neural_.f" -f "$work/aux/aux_.f")

verilator --lint-only -Wall -Wno-UNUSEDPARAM -Wno-PINCONNECTEMPTY "${lists[@]}" $example --top-module two_encoders
echo "two encoders: verilator ok"

mapfile -t files < <(sed -E '/^(\/\/|\+incdir)/d' "$work/neural/neural_.f" "$work/aux/aux_.f")
yosys -q -p "read_verilog -sv -defer -DSYNTHESIS -I$work/aux ${files[*]}
  read_verilog -sv $example
  hierarchy -check -top two_encoders"
echo "two encoders: yosys ok"

# The bench of a golden stream twice, each with its encoder and plusargs of its own.
bench() { # prefix
  sed -E "s/\bnrc_(encoder|pkg|status_pkg|tables_pkg|range_tables_pkg)\b/$1_nrc_\1/g; s/golden_stream_tb/$1_tb/
    s/plusargs\(\"/&$1_/; s/\\\$finish\(0\);/;/" tb/tools/golden_stream_tb.sv >"$work/$1_tb.sv"
}
bench neural
bench aux
cat >"$work/top.sv" <<'EOF_TOP'
`timescale 1ns / 1ps
module top;
  neural_tb #(.Channels(8), .PacketFrames(100), .KeyInterval(2)) u_neural ();
  aux_tb #(.Channels(4), .CodeWidth(16), .Mapping(0), .PacketFrames(48)) u_aux ();
endmodule
EOF_TOP
iverilog -g2012 -o "$work/tb.vvp" -s top "${lists[@]}" "$work"/neural_tb.sv "$work"/aux_tb.sv "$work/top.sv" 2>&1 |
  grep -v 'sorry: constant selects in always_' || true
vvp -n "$work/tb.vvp" +neural_samples=tb/golden/default_8ch.i16 "+neural_stream=$work/neural.nrc" \
  +aux_samples=tb/golden/generic_4ch_16bit.i16 "+aux_stream=$work/aux.nrc" | tee "$work/log"
if grep -qE 'FAIL|ERROR|FATAL' "$work/log"; then exit 1; fi
cmp "$work/neural.nrc" tb/golden/default_8ch.nrc
cmp "$work/aux.nrc" tb/golden/generic_4ch_16bit.nrc
echo "two encoders: golden streams ok"
