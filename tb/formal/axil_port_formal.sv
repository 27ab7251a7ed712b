// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_axil_port, whatever the master and the registers do: a response stays until it is
// taken; there is one for each request, in order, and none without; a word is written once, with the
// address and the data of its request, if and only if all its bytes are to be; the response says what the
// registers answered.
//
// Requests under way are counted: an address, or data, may wait in the port beside the response of the
// write before.

`timescale 1ns / 1ps

module axil_port_formal #(
  parameter int AddrWidth = 4
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic                 awvalid_i,
  input logic [AddrWidth-1:0] awaddr_i,
  input logic                 wvalid_i,
  input logic [31:0]          wdata_i,
  input logic [3:0]           wstrb_i,
  input logic                 bready_i,
  input logic                 arvalid_i,
  input logic [AddrWidth-1:0] araddr_i,
  input logic                 rready_i,
  input logic                 write_error_i,
  input logic [31:0]          read_data_i,
  input logic                 read_error_i
);

  logic                 awready, wready, bvalid, arready, rvalid, write;
  logic [1:0]           bresp, rresp;
  logic [31:0]          rdata, write_data;
  logic [AddrWidth-3:0] write_word, read_word;

  nrc_axil_port #(.AddrWidth(AddrWidth)) u_dut (
    .clk_i,
    .rst_ni,
    .s_axil_awvalid(awvalid_i),
    .s_axil_awready(awready),
    .s_axil_awaddr (awaddr_i),
    .s_axil_wvalid (wvalid_i),
    .s_axil_wready (wready),
    .s_axil_wdata  (wdata_i),
    .s_axil_wstrb  (wstrb_i),
    .s_axil_bvalid (bvalid),
    .s_axil_bready (bready_i),
    .s_axil_bresp  (bresp),
    .s_axil_arvalid(arvalid_i),
    .s_axil_arready(arready),
    .s_axil_araddr (araddr_i),
    .s_axil_rvalid (rvalid),
    .s_axil_rready (rready_i),
    .s_axil_rdata  (rdata),
    .s_axil_rresp  (rresp),
    .write_o       (write),
    .write_word_o  (write_word),
    .write_data_o  (write_data),
    .write_error_i,
    .read_word_o   (read_word),
    .read_data_i,
    .read_error_i
  );

  logic                 begun_q;  // after the first clock
  logic                 address_q, data_q, response_q;  // under way: a write's parts
  logic [AddrWidth-3:0] word_q;
  logic [31:0]          value_q;
  logic [3:0]           strobes_q;
  logic                 error_q;
  logic                 asked_q, answer_q;
  logic [AddrWidth-3:0] asked_word_q;
  logic [32:0]          answer_value_q;
  logic                 writes, reads;

  // The port takes both parts as soon as they and the place of the response are there.
  assign writes = address_q && data_q && !response_q;
  assign reads  = asked_q && !answer_q;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      address_q      <= 1'b0;
      data_q         <= 1'b0;
      response_q     <= 1'b0;
      word_q         <= '0;
      value_q        <= '0;
      strobes_q      <= '0;
      error_q        <= 1'b0;
      asked_q        <= 1'b0;
      answer_q       <= 1'b0;
      asked_word_q   <= '0;
      answer_value_q <= '0;
    end else begin
      address_q  <= (address_q && !writes) || (awvalid_i && awready);
      data_q     <= (data_q && !writes) || (wvalid_i && wready);
      response_q <= writes || (response_q && !bready_i);
      if (awvalid_i && awready) word_q <= awaddr_i[AddrWidth-1:2];
      if (wvalid_i && wready) begin
        value_q   <= wdata_i;
        strobes_q <= wstrb_i;
      end
      if (writes) begin
        error_q <= (strobes_q == 4'hf) ? write_error_i : (strobes_q != 4'h0);
      end
      asked_q  <= (asked_q && !reads) || (arvalid_i && arready);
      answer_q <= reads || (answer_q && !rready_i);
      if (arvalid_i && arready) asked_word_q <= araddr_i[AddrWidth-1:2];
      if (reads) answer_value_q <= {read_error_i, read_data_i};
    end
  end

  always_comb assume (begun_q || !rst_ni);

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // Nothing is taken while one of its kind waits, so none is lost.
      assert (!(awready && address_q));
      assert (!(wready && data_q));
      assert (!(arready && asked_q));
      assert (bvalid == response_q);
      assert (rvalid == answer_q);
      assert (write == (writes && strobes_q == 4'hf));
      if (writes) assert (write_word == word_q && write_data == value_q);
      if (reads) assert (read_word == asked_word_q);
      if (bvalid) assert (bresp == {error_q, 1'b0});
      if (rvalid) assert ({rresp, rdata} == {answer_value_q[32], 1'b0, answer_value_q[31:0]});
    end
  end

endmodule
