#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Icarus 11 treats an enumeration value in the expression of a port connection as an implicit net declaration:
# "implicit definition of wire" with -Wall. In the whole module, also before that line, the name then denotes that wire:
# its assignment to a variable of the enumeration is an error ("requires an explicit cast"), far from the cause. If the
# expression is assigned to a separate net, which is connected to the port, Icarus accepts the module.
#
# Needs Icarus 11. Exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
design() { # expression of the port
  cat <<END
module part(input logic a_i, output logic y_o);
  assign y_o = a_i;
endmodule
module top(input logic clk, output logic y);
  typedef enum logic [1:0] {StOne, StTwo, StThree} state_t;
  state_t state_q, state_d;
  always_comb begin
    state_d = state_q;
    case (state_q)
      StOne:   state_d = StTwo;
      default: state_d = StOne;
    endcase
  end
  always_ff @(posedge clk) state_q <= state_d;
  logic is_one;
  assign is_one = state_q == StOne;
  part u_part(.a_i($1), .y_o(y));
endmodule
END
}
design "state_q == StOne" >"$work/port.sv"
design "is_one" >"$work/net.sv"
iverilog -g2012 -t null -s top "$work/port.sv" >"$work/port" 2>&1 && port=accepted || port=refused
iverilog -g2012 -t null -s top "$work/net.sv" >"$work/net" 2>&1 && net=accepted || net=refused
sed "s:$work/::" "$work/port"
echo "in the port: $port; in a net: $net"
if [ "$port" != refused ] || [ "$net" != accepted ] || ! grep -q 'explicit cast' "$work/port"; then
  echo "changed"
  exit 1
fi
echo "as described"
