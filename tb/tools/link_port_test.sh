#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# nrc_link_port passes packets on in each width, with one clock and with two (link_port_tb.sv, Icarus), and
# each tool reads it; illegal parameters are refused.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mapfile -t includes < <(scripts/hardware.py include-directories | sed 's/^/-I/')
mapfile -t files < <(scripts/hardware.py files nrc_link_port --kind modules)

run() { # Name=Value ...
  iverilog -g2012 -Wall -o "$work/tb.vvp" -s link_port_tb "${@/#/-Plink_port_tb.}" "${includes[@]}" "${files[@]}" \
    tb/tools/link_port_tb.sv >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  vvp -n "$work/tb.vvp" | tee "$work/log"
  if ! grep -q ' ok: ' "$work/log" || grep -qE 'FAIL|ERROR|FATAL' "$work/log"; then
    echo "link port: $*: see above" >&2
    exit 1
  fi
}
for bits in 8 16 32 64; do
  run Bits=$bits
  # The link slower, of nearly the same rate, and faster.
  run Bits=$bits OwnClock=1 LinkPeriod=27180
  run Bits=$bits OwnClock=1 LinkPeriod=9980
  run Bits=$bits OwnClock=1 LinkPeriod=3140
  verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert -GBits=$bits -GOwnClock=1 "${includes[@]}" "${files[@]}" \
    --top-module nrc_link_port
done
run Bits=32 OwnClock=1 Depth=4 LinkPeriod=7770
run Bits=32 OwnClock=1 Depth=8 LinkPeriod=9990
yosys -q -p "read_verilog -sv -defer -DSYNTHESIS ${includes[*]} ${files[*]}
  hierarchy -check -top nrc_link_port -chparam Bits 64 -chparam OwnClock 1; proc; opt_clean; check -assert"

refused() { # message Name=Value ...
  local message=$1
  shift
  iverilog -g2012 -o "$work/tb.vvp" -s nrc_link_port "${@/#/-Pnrc_link_port.}" "${includes[@]}" "${files[@]}" 2>"$work/log" &&
    vvp -n "$work/tb.vvp" >>"$work/log" 2>&1 && { echo "link port: accepts $*" >&2; exit 1; }
  grep -qF "$message" "$work/log" || { echo "link port: does not say \"$message\""; cat "$work/log"; exit 1; }
}
refused "nrc_link_port: Bits is 24; give 8, 16, 32 or 64" Bits=24
refused "nrc_link_port: OwnClock is 2; give 0 or 1" OwnClock=2
refused "nrc_link_port: Depth is 12; give a power of two, 4 to 65536" OwnClock=1 Depth=12
echo "link port: ok"
