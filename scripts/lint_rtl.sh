#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Verilator's warnings as errors, with each table set: the top if there is one,
# else every module as its own top. A package serves many modules, so a constant
# that this one does not use is no fault.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

tops=(rtl/"${RTL_TOP:-nrc_top}".sv)
if [ ! -e "${tops[0]}" ]; then tops=(rtl/nrc_*.sv); fi
sets=(rtl/generated/*/)
if [ ${#sets[@]} -eq 0 ]; then sets=(rtl/generated/); fi

status=0
for set in "${sets[@]}"; do
  packages=(rtl/generated/*_pkg.sv "$set"*_pkg.sv rtl/*_pkg.sv)
  for top in "${tops[@]}"; do
    case $top in *_pkg.sv) continue ;; esac
    verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert -Irtl -Irtl/generated -I"$set" \
      "${packages[@]}" "$top" --top-module "$(basename "$top" .sv)" || status=1
  done
done
exit $status
