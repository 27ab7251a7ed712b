#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The RTL of peakrdl-regblock 1.3.1 has its ports to the hardware in a package of unpacked structs. Icarus 11 says
# "sorry: Unpacked structs not supported", Yosys 0.23 "Only PACKED supported at this time"; Verilator 5.006 takes it.
# No option changes that. The elaborated model of systemrdl-compiler is easy to write RTL from, though: all that
# properties mean is worked out in it.
#
# Needs python3-venv, PyPI, iverilog, yosys and verilator; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check peakrdl-cli==1.5.0 peakrdl-regblock==1.3.1
cat >"$work/a.rdl" <<'END'
addrmap a {
  reg { field { sw=r; hw=w; } height[3:0]; field { sw=rw; hw=r; } on[8:8] = 0; } word @ 0;
};
END
"$work/venv/bin/peakrdl" regblock "$work/a.rdl" -o "$work/out" --cpuif axi4-lite-flat
sources=("$work/out/a_pkg.sv" "$work/out/a.sv")
verilator --lint-only -Wno-fatal "${sources[@]}" >/dev/null 2>&1 && echo "verilator: accepts it"
if iverilog -g2012 -t null "${sources[@]}" >"$work/icarus" 2>&1; then exit 1; fi
if yosys -q -p "read_verilog -sv ${sources[*]}" >"$work/yosys" 2>&1; then exit 1; fi
grep -m 1 -o 'sorry: Unpacked structs.*' "$work/icarus"
grep -m 1 -o 'ERROR: Only PACKED.*' "$work/yosys"
