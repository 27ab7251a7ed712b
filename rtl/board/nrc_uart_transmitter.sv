// SPDX-License-Identifier: Apache-2.0
//
// Serial transmitter: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// A phase accumulator gives the bit times, so that any rate up to a third of the clock works: each
// bit's edges lie within one clock of their place, and the errors do not add up.
//
// A byte is taken with valid_i and ready_o; the next one may follow without a gap.

`timescale 1ns / 1ps

module nrc_uart_transmitter #(
  parameter int ClockHz = -1,
  parameter int Baud    = -1   // at most 3,000,000, and a third of the clock
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       valid_i,
  output logic       ready_o,
  input  logic [7:0] data_i,

  output logic       tx_o
);

  // Bits per clock, 1/65536. In hundreds of hertz, because an int holds no more.
  localparam int          PhaseStep = (Baud / 100 * 65536 + ClockHz / 200) / (ClockHz / 100);
  localparam logic [16:0] Step      = 17'(PhaseStep);

  logic [16:0] phase_q;  // bit 16: a bit ends
  logic [3:0]  left_q;   // bits to come, the one on the line included; 0: idle
  logic [8:0]  shift_q;  // bits after the one on the line

  assign ready_o = left_q == 4'd0 || (left_q == 4'd1 && phase_q[16]);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= '0;
      left_q  <= '0;
      tx_o    <= 1'b1;
    end else if (valid_i && ready_o) begin
      // From idle the bit begins now; after another byte it starts where that ended.
      phase_q <= (left_q == 4'd0 ? 17'd0 : {1'b0, phase_q[15:0]}) + Step;
      left_q  <= 4'd10;
      tx_o    <= 1'b0;
    end else if (left_q != 4'd0) begin
      phase_q <= {1'b0, phase_q[15:0]} + Step;
      if (phase_q[16]) begin
        left_q <= left_q - 4'd1;
        tx_o   <= shift_q[0];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) shift_q <= {1'b1, data_i};
    else if (phase_q[16])   shift_q <= {1'b1, shift_q[8:1]};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Baud >= 1 && Baud <= 3000000 && ClockHz >= 3 * Baud,
               "nrc_uart_transmitter: Baud is 1 to 3,000,000 and at most a third of ClockHz")
`endif

endmodule
