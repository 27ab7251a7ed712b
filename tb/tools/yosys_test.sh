#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys reads and elaborates the named configurations of rtl/hardware.json and finds nothing undriven
# or multiply driven.
set -euo pipefail
cd "$(dirname "$0")/../.."

hardware=scripts/hardware.py
includes=$($hardware include-directories | sed 's/^/-I/' | tr '\n' ' ')
while read -r name top tables parameters; do
  chparam=()
  for value in $parameters; do chparam+=(-chparam "${value%%=*}" "${value#*=}"); done
  packages=$($hardware files "$name" --tables "$tables" --kind packages | tr '\n' ' ')
  modules=$($hardware files "$name" --tables "$tables" --kind modules | tr '\n' ' ')
  yosys -q -p "
    read_verilog -sv $packages
    read_verilog -defer -sv -DSYNTHESIS $includes $modules
    hierarchy -check -top $top ${chparam[*]}
    proc; opt_clean; check -assert"
  echo "yosys: $name ok"
done < <($hardware configurations --verified yosys)
