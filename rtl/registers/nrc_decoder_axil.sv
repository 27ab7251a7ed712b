// SPDX-License-Identifier: Apache-2.0
//
// nrc_decoder with registers on AXI4-Lite (docs/decoder_registers.md), in the clock of the decoder.
// There are no awprot and arprot: every access is served.
// Parameters, packets and samples are those of nrc_decoder.

`timescale 1ns / 1ps

module nrc_decoder_axil #(
  parameter int Channels         = 1024,
  parameter int VariableChannels = 0,      // 1: streams may have fewer channels, as their headers say
  parameter int CodeWidth        = 10,
  parameter int Profile          = nrc_pkg::ProfileHuffman,
  parameter int Mapping          = nrc_pkg::MappingShift6,
  parameter int PacketFrames     = 20,     // the most that a packet may have
  parameter int BufferWords      = 16384,  // 32-bit words of packets that wait; a power of two
  parameter int PacketFifoDepth  = 8       // packets that wait; a power of two
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        s_axil_awvalid,
  output logic        s_axil_awready,
  input  logic [7:0]  s_axil_awaddr,
  input  logic        s_axil_wvalid,
  output logic        s_axil_wready,
  input  logic [31:0] s_axil_wdata,
  input  logic [3:0]  s_axil_wstrb,
  output logic        s_axil_bvalid,
  input  logic        s_axil_bready,
  output logic [1:0]  s_axil_bresp,
  input  logic        s_axil_arvalid,
  output logic        s_axil_arready,
  input  logic [7:0]  s_axil_araddr,
  output logic        s_axil_rvalid,
  input  logic        s_axil_rready,
  output logic [31:0] s_axil_rdata,
  output logic [1:0]  s_axil_rresp,

  output logic        irq_o,

  // Packets; tdata[7:0] is the first byte.
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [31:0] s_axis_tdata,
  // A packet's last word; or always low, if the link does not know.
  input  logic        s_axis_tlast,

  // int16 samples (Mapping shift6) or codes, sign-extended (Mapping code); channels in turn.
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [15:0] m_axis_tdata,
  output logic        m_axis_tlast,   // the frame's last channel
  output logic [32:0] m_axis_tuser    // bit 32: may be wrong; bits 31..0: number of the frame
);

  logic        write, write_error, read_error;
  logic [5:0]  write_word, read_word;
  logic [31:0] write_data, read_data;

  nrc_axil_port #(.AddrWidth(8)) u_port (
    .clk_i,
    .rst_ni,
    .s_axil_awvalid,
    .s_axil_awready,
    .s_axil_awaddr,
    .s_axil_wvalid,
    .s_axil_wready,
    .s_axil_wdata,
    .s_axil_wstrb,
    .s_axil_bvalid,
    .s_axil_bready,
    .s_axil_bresp,
    .s_axil_arvalid,
    .s_axil_arready,
    .s_axil_araddr,
    .s_axil_rvalid,
    .s_axil_rready,
    .s_axil_rdata,
    .s_axil_rresp,
    .write_o      (write),
    .write_word_o (write_word),
    .write_data_o (write_data),
    .write_error_i(write_error),
    .read_word_o  (read_word),
    .read_data_i  (read_data),
    .read_error_i (read_error)
  );

  nrc_decoder_control #(
    .Channels        (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth       (CodeWidth),
    .Profile         (Profile),
    .Mapping         (Mapping),
    .PacketFrames    (PacketFrames),
    .BufferWords     (BufferWords),
    .PacketFifoDepth (PacketFifoDepth)
  ) u_control (
    .clk_i,
    .rst_ni,
    .write_i      (write),
    .write_word_i (write_word),
    .write_data_i (write_data),
    .write_error_o(write_error),
    .read_word_i  (read_word),
    .read_data_o  (read_data),
    .read_error_o (read_error),
    .irq_o,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .s_axis_tlast,
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata,
    .m_axis_tlast,
    .m_axis_tuser
  );

endmodule
