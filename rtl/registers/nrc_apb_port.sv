// SPDX-License-Identifier: Apache-2.0
//
// APB to a register block that answers in the same clock: APB4, or APB3 with pstrb tied to ones.
//
// An access takes three clocks: the second one reads or writes, and the third one has the answer, so
// that all outputs come from registers and a read finds all that the write before it did. A word is
// written as a whole: other strobes give an error, no strobes do nothing.

`timescale 1ns / 1ps

module nrc_apb_port #(
  parameter int AddrWidth = -1  // of an address in bytes
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 s_apb_psel,
  input  logic                 s_apb_penable,
  input  logic                 s_apb_pwrite,
  input  logic [AddrWidth-1:0] s_apb_paddr,
  input  logic [31:0]          s_apb_pwdata,
  input  logic [3:0]           s_apb_pstrb,
  output logic                 s_apb_pready,
  output logic [31:0]          s_apb_prdata,
  output logic                 s_apb_pslverr,

  output logic                 write_o,
  output logic [AddrWidth-3:0] write_word_o,
  output logic [31:0]          write_data_o,
  input  logic                 write_error_i,
  output logic [AddrWidth-3:0] read_word_o,
  input  logic [31:0]          read_data_i,
  input  logic                 read_error_i
);

  logic access, whole;

  assign access       = s_apb_psel && s_apb_penable && !s_apb_pready;
  assign whole        = s_apb_pstrb == 4'hf;
  assign write_o      = access && s_apb_pwrite && whole;
  assign write_word_o = s_apb_paddr[AddrWidth-1:2];
  assign write_data_o = s_apb_pwdata;
  assign read_word_o  = s_apb_paddr[AddrWidth-1:2];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s_apb_pready  <= 1'b0;
      s_apb_prdata  <= '0;
      s_apb_pslverr <= 1'b0;
    end else begin
      s_apb_pready <= access;
      if (access) begin
        s_apb_prdata  <= read_data_i;
        s_apb_pslverr <= s_apb_pwrite ? (s_apb_pstrb != '0) && (write_error_i || !whole)
                                      : read_error_i;
      end
    end
  end

  logic unused_address;  // words are whole
  assign unused_address = ^s_apb_paddr[1:0];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(AddrWidth >= 3, "nrc_apb_port: AddrWidth is missing or out of its range")
`endif

endmodule
