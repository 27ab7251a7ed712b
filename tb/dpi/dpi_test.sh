#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The golden model in a SystemVerilog bench: encoder_dpi_tb with nrc_encoder_checker in Verilator, against the library as
# it is installed, in two configurations; the codes of other tables are found. nrc_dpi.c is C99 without a warning.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${NRC_BINARY_DIR:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/nrc" --component library >/dev/null
cc -std=c99 -Wall -Wextra -pedantic -Werror -I"$work/nrc/include" -c tb/dpi/nrc_dpi.c -o "$work/nrc_dpi.o"
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$work/nrc" -name nrc.pc)")
read -ra libs <<<"$(pkg-config --static --libs nrc)"
if grep -q '^NRC_COVERAGE:BOOL=ON' "$build/CMakeCache.txt"; then libs+=(--coverage); fi

verilator --binary -Wno-fatal -Wno-lint -Wno-style -O0 --x-initial unique --Mdir "$work/obj" -o tb \
  -CFLAGS '-O0 -fcf-protection=none' -MAKEFLAGS OPT_FAST=-O0 -LDFLAGS "$work/nrc_dpi.o ${libs[*]}" \
  --top-module encoder_dpi_tb -f rtl/lists/encoder_generic.f \
  tb/dpi/nrc_dpi_pkg.sv tb/dpi/nrc_encoder_checker.sv tb/dpi/encoder_dpi_tb.sv >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }

"$work/obj/tb" >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
for encoder in narrow wide; do
  grep -E "u_$encoder.u_encoder.u_checker: [0-9]+ words are the golden model's, 0 errors" "$work/out"
done
if grep -E 'Error|Warning|Fatal' "$work/out"; then exit 1; fi

# An $error ends a simulation of Verilator.
if "$work/obj/tb" +wrong_tables >"$work/out" 2>&1; then
  echo 'dpi: other tables are not found' >&2
  exit 1
fi
grep -q 'u_wrong.*the golden model has' "$work/out" || { cat "$work/out"; exit 1; }
echo 'dpi: ok'
