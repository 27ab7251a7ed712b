// SPDX-License-Identifier: Apache-2.0
//
// Serial receiver: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// Two registers bring the line into the clock domain. The falling edge of a start bit sets the
// phase accumulator to half a bit, so that it overflows in the middle of each bit. A start bit that
// has ended by its middle, and a byte without a stop bit, count as noise and are not output.
//
// valid_o is a pulse, in the middle of the stop bit.

`timescale 1ns / 1ps

module nrc_uart_receiver #(
  parameter int ClockHz = -1,
  parameter int Baud    = -1   // at most 3,000,000, and a third of the clock
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       rx_i,

  output logic       valid_o,
  output logic [7:0] data_o
);

  // Bits per clock, 1/65536. In hundreds of hertz, because an int holds no more.
  localparam int          PhaseStep = (Baud / 100 * 65536 + ClockHz / 200) / (ClockHz / 100);
  localparam logic [16:0] Step      = 17'(PhaseStep);

  logic [1:0]  line_q;   // bit 1 is used
  logic [16:0] phase_q;  // bit 16: the middle of a bit
  logic [3:0]  left_q;   // bits to come, start and stop bit included; 0: idle
  logic        line;

  assign line = line_q[1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      line_q  <= 2'b11;
      phase_q <= '0;
      left_q  <= '0;
      valid_o <= 1'b0;
    end else begin
      line_q  <= {line_q[0], rx_i};
      valid_o <= left_q == 4'd1 && phase_q[16] && line;
      if (left_q == 4'd0) begin
        phase_q <= 17'h8000 + Step;
        if (!line) left_q <= 4'd10;
      end else begin
        phase_q <= {1'b0, phase_q[15:0]} + Step;
        if (phase_q[16]) left_q <= (left_q == 4'd10 && line) ? 4'd0 : left_q - 4'd1;
      end
    end
  end

  // Eight shifts are of data; the start bit falls out at the end, and the stop bit does not come
  // in.
  always_ff @(posedge clk_i) begin
    if (phase_q[16] && left_q > 4'd1) data_o <= {line, data_o[7:1]};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Baud >= 1 && Baud <= 3000000 && ClockHz >= 3 * Baud,
               "nrc_uart_receiver: Baud is 1 to 3,000,000 and at most a third of ClockHz")
`endif

endmodule
