// SPDX-License-Identifier: Apache-2.0
//
// AXI4-Lite to a register block that answers in the same clock.
//
// Address and data of a write may come in any order; a word is written when both are here and the
// response before it has been taken. Reads and writes do not wait for each other. A word is written
// as a whole: other strobes give SLVERR, no strobes do nothing. All outputs come from registers.
// Latency: 2 clocks from the handshake of address (and data) to the response. One access of each
// kind in 3 clocks.

`timescale 1ns / 1ps

module nrc_axil_port #(
  parameter int AddrWidth = -1  // of an address in bytes
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 s_axil_awvalid,
  output logic                 s_axil_awready,
  input  logic [AddrWidth-1:0] s_axil_awaddr,
  input  logic                 s_axil_wvalid,
  output logic                 s_axil_wready,
  input  logic [31:0]          s_axil_wdata,
  input  logic [3:0]           s_axil_wstrb,
  output logic                 s_axil_bvalid,
  input  logic                 s_axil_bready,
  output logic [1:0]           s_axil_bresp,
  input  logic                 s_axil_arvalid,
  output logic                 s_axil_arready,
  input  logic [AddrWidth-1:0] s_axil_araddr,
  output logic                 s_axil_rvalid,
  input  logic                 s_axil_rready,
  output logic [31:0]          s_axil_rdata,
  output logic [1:0]           s_axil_rresp,

  output logic                 write_o,
  output logic [AddrWidth-3:0] write_word_o,
  output logic [31:0]          write_data_o,
  input  logic                 write_error_i,
  output logic [AddrWidth-3:0] read_word_o,
  input  logic [31:0]          read_data_i,
  input  logic                 read_error_i
);

  logic       live_q;  // low in reset, when no channel may be ready
  logic       address_q, data_q, response_q, response_error_q;
  logic [3:0] strobes_q;
  logic       asked_q, answer_q, answer_error_q;
  logic       write, read;

  assign s_axil_awready = live_q && !address_q;
  assign s_axil_wready  = live_q && !data_q;
  assign s_axil_bvalid  = response_q;
  assign s_axil_bresp   = {response_error_q, 1'b0};  // SLVERR or OKAY
  assign s_axil_arready = live_q && !asked_q;
  assign s_axil_rvalid  = answer_q;
  assign s_axil_rresp   = {answer_error_q, 1'b0};

  assign write   = address_q && data_q && !response_q;
  assign write_o = write && (strobes_q == 4'hf);
  assign read    = asked_q && !answer_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      live_q           <= 1'b0;
      address_q        <= 1'b0;
      data_q           <= 1'b0;
      response_q       <= 1'b0;
      response_error_q <= 1'b0;
      strobes_q        <= '0;
      asked_q          <= 1'b0;
      answer_q         <= 1'b0;
      answer_error_q   <= 1'b0;
      write_word_o     <= '0;
      write_data_o     <= '0;
      read_word_o      <= '0;
      s_axil_rdata     <= '0;
    end else begin
      live_q <= 1'b1;

      if (s_axil_awvalid && s_axil_awready) begin
        address_q    <= 1'b1;
        write_word_o <= s_axil_awaddr[AddrWidth-1:2];
      end
      if (s_axil_wvalid && s_axil_wready) begin
        data_q       <= 1'b1;
        write_data_o <= s_axil_wdata;
        strobes_q    <= s_axil_wstrb;
      end
      if (s_axil_bready) response_q <= 1'b0;
      if (write) begin
        address_q        <= 1'b0;
        data_q           <= 1'b0;
        response_q       <= 1'b1;
        response_error_q <= (strobes_q != '0) && (write_error_i || strobes_q != 4'hf);
      end

      if (s_axil_arvalid && s_axil_arready) begin
        asked_q     <= 1'b1;
        read_word_o <= s_axil_araddr[AddrWidth-1:2];
      end
      if (s_axil_rready) answer_q <= 1'b0;
      if (read) begin
        asked_q        <= 1'b0;
        answer_q       <= 1'b1;
        answer_error_q <= read_error_i;
        s_axil_rdata   <= read_data_i;
      end
    end
  end

  logic unused_address;  // words are whole
  assign unused_address = ^{s_axil_awaddr[1:0], s_axil_araddr[1:0]};

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(AddrWidth >= 3, "nrc_axil_port: AddrWidth is missing or out of its range")
`endif

endmodule
