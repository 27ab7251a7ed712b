#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/examples/encoder_instance.sv compiles with nothing but the generated file list, in each tool as
# README says; it names every parameter and every port of nrc_encoder.
set -euo pipefail
cd "$(dirname "$0")/../.."
list=rtl/lists/encoder_default.f
instance=docs/examples/encoder_instance.sv

verilator --lint-only -Wall -Wno-UNUSEDPARAM -Wno-PINCONNECTEMPTY -f $list $instance \
  --top-module encoder_instance
echo "instance: verilator ok"

out=$(iverilog -g2012 -t null -s encoder_instance -f $list $instance 2>&1 |
  grep -v 'sorry: constant selects in always_' || true)
[ -z "$out" ] || { echo "$out"; exit 1; }
echo "instance: icarus ok"

yosys -q -p "read_verilog -sv -defer -DSYNTHESIS $(sed -E '/^\/\//d; s/^\+incdir\+/-I/' $list | tr '\n' ' ')
  read_verilog -sv $instance
  hierarchy -check -top encoder_instance; proc; check -assert"
echo "instance: yosys ok"

names() { # of a module's parameters and ports
  sed -nE "/^module $2 /,/^\);/{ s/^ *(parameter|input|output) +(int|logic) *(\[[^]]*\])? *([A-Za-z_0-9]+).*/\4/p }" "$1" | sort
}
used=$(sed -nE '/nrc_encoder #/,/^  \);/{ s/^ *\.([A-Za-z_0-9]+) *\(.*/\1/p }' $instance | sort)
diff <(names rtl/encoder/nrc_encoder.sv nrc_encoder) <(echo "$used") ||
  { echo "instance: $instance and nrc_encoder have different parameters or ports" >&2; exit 1; }
echo "instance: complete"
