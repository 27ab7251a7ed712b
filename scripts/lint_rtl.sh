#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Verilator's warnings as errors: the named configurations of rtl/hardware.json and every variant of
# every board. A package serves many modules, so a constant that one of them does not use is no fault.
set -euo pipefail
cd "$(dirname "$0")/.."

hardware=scripts/hardware.py
status=0
includes=()
while read -r directory; do includes+=("-I$directory"); done < <($hardware include-directories)

lint() { # what it is, top, then Verilator's arguments
  local what=$1 top=$2
  shift 2
  if ! verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert --top-module "$top" \
    "${includes[@]}" "$@"; then
    echo "lint: $what: see above" >&2
    status=1
  fi
}

$hardware generate --check || status=1

# A design with a timescale in one file and none in another is refused by some tools.
mapfile -t without < <(grep -rL '^`timescale 1ns / 1ps$' --include='*.sv' rtl constraints)
if [ "${#without[@]}" != 0 ]; then
  echo "lint: no line \`timescale 1ns / 1ps\` in ${without[*]}" >&2
  status=1
fi

while read -r name top tables parameters; do
  mapfile -t files < <($hardware files "$name" --tables "$tables")
  read -ra overrides <<<"$parameters"
  lint "configuration $name" "$top" "${overrides[@]/#/-G}" "${files[@]}"
done < <($hardware configurations --verified lint)

# With stand-ins for PLLs, which have more outputs than a board needs.
mapfile -t models < <($hardware simulation-models)
while read -r board variant; do
  mapfile -t files < <($hardware files "$board" --variant "$variant")
  mapfile -t overrides < <($hardware parameters "$board" --variant "$variant")
  lint "board $board, $variant" "$board" -Wno-PINCONNECTEMPTY "${overrides[@]/#/-G}" \
    "${models[@]}" "${files[@]}"
done < <($hardware boards --variants)
exit $status
