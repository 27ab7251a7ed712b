#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Verilator's warnings as errors: encoder and decoder with each table set and in their
# main configurations, and the boards. A package serves many modules, so a constant that this one does
# not use is no fault.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

sets=(rtl/generated/*/)
status=0
lint() { # set top [parameter ...]
  local set=$1 top=$2
  shift 2
  local packages=(rtl/generated/*_pkg.sv "$set"*_pkg.sv rtl/*_pkg.sv)
  # A set without range tables of its own borrows those that suit any ADC.
  if [ ! -e "${set}nrc_range_tables_pkg.sv" ]; then
    packages=(rtl/generated/generic/nrc_range_tables_pkg.sv "${packages[@]}")
  fi
  verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert "$@" -Irtl -Irtl/generated -I"$set" \
    -Irtl/generated/generic "${packages[@]}" "rtl/$top.sv" --top-module "$top" || status=1
}
for set in "${sets[@]}"; do
  lint "$set" nrc_encoder
  lint "$set" nrc_decoder
done
lint rtl/generated/default/ nrc_encoder -GPipeline=1
lint rtl/generated/default/ nrc_encoder -GPipeline=1 -GLoadableTables=1 -GChannels=1
lint rtl/generated/generic/ nrc_encoder -GPipeline=1 -GCodeWidth=16 -GMapping=0
lint rtl/generated/default/ nrc_encoder -GProfile=1
lint rtl/generated/default/ nrc_encoder -GProfile=1 -GNeighbour=1
lint rtl/generated/generic/ nrc_encoder -GProfile=1 -GCodeWidth=16 -GMapping=0
lint rtl/generated/generic/ nrc_encoder -GProfile=1 -GNeighbour=1 -GCodeWidth=16 -GMapping=0
lint rtl/generated/generic/ nrc_encoder -GCodeWidth=16 -GMapping=0
lint rtl/generated/default/ nrc_encoder -GLoadableTables=1 -GChannels=1
lint rtl/generated/generic/ nrc_decoder -GCodeWidth=16 -GMapping=0
lint rtl/generated/default/ nrc_decoder -GChannels=1

# The boards, with stand-ins for their PLLs, which have more outputs than a board needs.
for board in icebreaker hx8k ulx3s tangnano9k; do
  verilator --lint-only -Wall -Wno-UNUSEDPARAM -Wno-PINCONNECTEMPTY --assert -Irtl -Irtl/board \
    -Irtl/generated/default rtl/generated/nrc_pkg.sv rtl/generated/default/*_pkg.sv rtl/*_pkg.sv \
    tb/board/*PLL*.sv "rtl/board/$board.sv" --top-module "$board" || status=1
done
exit $status
