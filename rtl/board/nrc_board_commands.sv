// SPDX-License-Identifier: Apache-2.0
//
// Commands from the host, five bytes each (docs/boards.md): an ASCII letter and 32 bits, lowest
// byte first. A zero byte in place of a letter is ignored, so that four of them end a truncated
// command. Unknown letters are ignored together with their 32 bits.
//
//   W  table word: address in bits 15..0, word in bits 31..16
//   T  identifier of the loaded tables
//   E  bit 0: run a stream
//   K  make the next packet a key packet
//   S  send a status record
//   R  rate control, numbers of steps: bits 2..0 the largest, 6..4 that which rounding begins with,
//      10..8 the smallest
//   V  events: bits 5..0 threshold, bit 8 without samples
//   C  class of a channel: channel in bits 15..0, class in bits 17..16
//
// Latency: one clock from a command's last byte.

`timescale 1ns / 1ps

module nrc_board_commands (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic [7:0]  data_i,

  output logic        table_we_o,      // pulse
  output logic [15:0] table_addr_o,
  output logic [15:0] table_wdata_o,
  output logic [31:0] table_id_o,
  output logic        enable_o,
  output logic        key_request_o,   // pulse
  output logic        status_o,        // pulse
  output logic [2:0]  max_step_o,
  output logic [2:0]  first_step_o,
  output logic [2:0]  min_step_o,
  output logic [5:0]  event_threshold_o,
  output logic        events_only_o,
  output logic        class_we_o,      // pulse
  output logic [15:0] class_addr_o,
  output logic [1:0]  class_wdata_o
);

  logic [2:0]  left_q;      // bytes to come
  logic [7:0]  letter_q;
  logic [31:0] argument_q;  // its bytes so far
  logic        done_q;      // a command is complete

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q <= '0;
      done_q <= 1'b0;
    end else begin
      done_q <= valid_i && left_q == 3'd1;
      if (valid_i && left_q != '0)         left_q <= left_q - 3'd1;
      else if (valid_i && data_i != 8'h00) left_q <= 3'd4;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && left_q == '0) letter_q   <= data_i;
    if (valid_i && left_q != '0) argument_q <= {data_i, argument_q[31:8]};
  end

  assign table_we_o    = done_q && letter_q == "W";
  assign table_addr_o  = argument_q[15:0];
  assign table_wdata_o = argument_q[31:16];
  assign key_request_o = done_q && letter_q == "K";
  assign status_o      = done_q && letter_q == "S";
  assign class_we_o    = done_q && letter_q == "C";
  assign class_addr_o  = argument_q[15:0];
  assign class_wdata_o = argument_q[17:16];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_o          <= 1'b0;
      table_id_o        <= '0;
      max_step_o        <= 3'd7;  // as nrc::RateSettings has them
      first_step_o      <= 3'd6;
      min_step_o        <= 3'd0;
      event_threshold_o <= '0;
      events_only_o     <= 1'b0;
    end else begin
      if (done_q && letter_q == "E") enable_o   <= argument_q[0];
      if (done_q && letter_q == "T") table_id_o <= argument_q;
      if (done_q && letter_q == "R") begin
        max_step_o   <= argument_q[2:0];
        first_step_o <= argument_q[6:4];
        min_step_o   <= argument_q[10:8];
      end
      if (done_q && letter_q == "V") begin
        event_threshold_o <= argument_q[5:0];
        events_only_o     <= argument_q[8];
      end
    end
  end

endmodule
