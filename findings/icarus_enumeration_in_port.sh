#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Icarus 11 takes the name of an enumeration's value, used in the expression of a port's connection, for a wire that
# is declared there: "implicit definition of wire" with -Wall. From then on the name is that wire in the whole module,
# also before that line: assignments of it to a variable of the enumeration are errors ("requires an explicit cast"),
# far from the cause. With the expression in a net of its own it is right.
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
