#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The encoder's netlist for an iCE40 UP5K, as `make synth` makes it, gives the first packet of the golden
# stream of the golden recording, byte for byte, and one of a frame more: Yosys, then Icarus with Yosys's models of the
# cells and the bench of golden_stream_test.sh. Block memories hold the tables, SPRAM the packet buffer, a DSP the product.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cells=$(dirname "$(dirname "$(readlink -f "$(command -v yosys)")")")/share/yosys/ice40/cells_sim.v
play() { # stream set samples bytes [Name=Value ...]: as many samples make two packets, the first with as many bytes
  local stream=$1 set=$2 samples=$3 bytes=$4 parameters=() overrides=() value
  shift 4
  for value in "$@"; do
    parameters+=(-chparam "${value%%=*}" "${value#*=}")
    overrides+=("-Pgolden_stream_tb.$value")
  done
  local packages modules includes
  includes=$(scripts/hardware.py include-directories | sed 's/^/-I/' | tr '\n' ' ')
  packages=$(scripts/hardware.py files encoder --tables "$set" --kind packages | tr '\n' ' ')
  modules=$(scripts/hardware.py files encoder --tables "$set" --kind modules | tr '\n' ' ')
  yosys -q -p "
    read_verilog -sv $packages
    read_verilog -sv -defer -nooverwrite -DSYNTHESIS $includes $modules
    hierarchy -top nrc_encoder ${parameters[*]}
    synth_ice40 -device u $options -spram
    rename -top nrc_encoder
    tee -o $work/cells stat
    write_verilog -noattr $work/netlist.v" >"$work/yosys.log" 2>&1 || {
    tail -n 5 "$work/yosys.log"
    exit 1
  }
  # The cells that the test is about are there.
  for cell in SB_LUT4 SB_RAM40_4K SB_SPRAM256KA $cells_wanted; do
    grep -q "$cell" "$work/cells" || { echo "no $cell in the netlist"; exit 1; }
  done
  iverilog -g2012 -DNRC_NETLIST -DNO_ICE40_DEFAULT_ASSIGNMENTS -o "$work/tb.vvp" \
    -s golden_stream_tb "${overrides[@]}" "$work/netlist.v" "$cells" tb/tools/golden_stream_tb.sv
  head -c $((2 * samples)) "tb/golden/$stream.i16" >"$work/samples"
  vvp -n "$work/tb.vvp" "+samples=$work/samples" "+stream=$work/out.nrc" | tee "$work/log"
  if grep -qE 'FAIL|ERROR|FATAL' "$work/log"; then exit 1; fi
  grep -q "^$samples samples, 2 packets, 0 dropped" "$work/log"
  cmp -n "$bytes" "$work/out.nrc" "tb/golden/$stream.nrc"
  echo "netlist: $stream ok"
}
# The small tables: what they hold makes no difference, and the large ones take a minute more.
cells_wanted=SB_MAC16 options='-dsp -abc9'
play generic_4ch_16bit generic 196 444 Channels=4 CodeWidth=16 Mapping=0 PacketFrames=48
# The narrow state, whose rows are in SPRAM too. It is for silicon; ABC 9 aborts on it.
cells_wanted=SB_MAC16 options=-dsp
play narrow_12ch_16bit generic 300 636 Channels=12 CodeWidth=16 Mapping=0 PacketFrames=24 Narrow=1 Pipeline=1
