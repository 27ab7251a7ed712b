#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys reads and elaborates encoder and decoder in their main configurations and finds nothing
# undriven or multiply driven.
set -euo pipefail
cd "$(dirname "$0")/../.."

elaborate() { # set top [Name Value ...]
  local set=$1 top=$2 params=()
  shift 2
  while [ $# -gt 0 ]; do
    params+=(-chparam "$1" "$2")
    shift 2
  done
  local roms
  roms=$(ls rtl/generated/"$set"/*_rom.sv | tr '\n' ' ')
  local packages sources
  packages=$(ls rtl/generated/nrc_pkg.sv rtl/generated/"$set"/*_pkg.sv rtl/*_pkg.sv | tr '\n' ' ')
  sources=$(ls rtl/nrc_*.sv | grep -v _pkg | tr '\n' ' ')
  yosys -q -p "
    read_verilog -sv $packages
    read_verilog -defer -sv -DSYNTHESIS $sources $roms
    hierarchy -check -top $top ${params[*]}
    proc; opt_clean; check -assert"
  echo "yosys: $set $top ${params[*]} ok"
}
elaborate default nrc_encoder LoadableTables 1
elaborate default nrc_encoder Pipeline 1
elaborate default nrc_encoder Profile 1
elaborate default nrc_encoder Profile 1 Neighbour 1
elaborate generic nrc_encoder CodeWidth 16 Mapping 0 Channels 384
elaborate default nrc_decoder
elaborate generic nrc_decoder CodeWidth 16 Mapping 0 Channels 384
