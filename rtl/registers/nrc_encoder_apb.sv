// SPDX-License-Identifier: Apache-2.0
//
// nrc_encoder with registers on APB (docs/registers.md), in the clock of the encoder.
// APB4, or APB3 with pstrb tied to ones. There is no pprot: every access is served.
// Parameters, samples and packets are those of nrc_encoder; ChannelMap and SelfTest are extra.

`timescale 1ns / 1ps

module nrc_encoder_apb #(
  parameter int Channels        = 1024,
  parameter int VariableChannels = 0,        // 1: register channels_in_use gives their number
  parameter int ChannelMap      = 0,         // 1: register channel_map chooses them
  parameter int CodeWidth       = 10,
  parameter int Profile         = nrc_pkg::ProfileHuffman,
  parameter int RateControl     = 0,         // 1: rounds packets that a slow link cannot take
  parameter int Events          = 0,         // 1: finds spikes and sends them
  parameter int EventWords      = 512,       // events that wait; a power of two
  parameter int Classes         = 0,         // 1: channels have classes, by the class port
  parameter int Narrow          = 0,         // 1: the narrow state, with Pipeline 1 only
  parameter int Taps            = 0,         // 1: stage taps, of the range profile only
  parameter int Neighbour       = 0,         // 1: stage neighbour, of the range profile only
  parameter int Mapping         = nrc_pkg::MappingShift6,
  parameter int PacketFrames    = 20,        // 1.024 ms at 19,531.25 Hz
  parameter int KeyInterval     = 384,       // packets; 0: only the first and on demand
  parameter int RateMillihertz  = 19531250,  // of one channel, for the stream header
  parameter int BufferWords     = 16384,     // 32-bit words of packets that wait; a power of two
  parameter int PacketFifoDepth = 8,         // packets that wait
  parameter int LoadableTables  = 0,         // 1: the table port fills the tables
  parameter int Pipeline        = nrc_latency_pkg::PipelineDeep,  // 1: shallow, for silicon
  parameter int SelfTest        = 0          // 1: built-in self test
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        s_apb_psel,
  input  logic        s_apb_penable,
  input  logic        s_apb_pwrite,
  input  logic [7:0]  s_apb_paddr,
  input  logic [31:0] s_apb_pwdata,
  input  logic [3:0]  s_apb_pstrb,  // APB3: 4'hf
  output logic        s_apb_pready,
  output logic [31:0] s_apb_prdata,
  output logic        s_apb_pslverr,

  output logic        irq_o,

  // int16 samples (Mapping shift6) or codes, sign-extended (Mapping code).
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,   // the frame's last channel

  // Packets; tdata[7:0] is the first byte.
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast    // the packet's last word
);

  logic        write, write_error, read_error;
  logic [5:0]  write_word, read_word;
  logic [31:0] write_data, read_data;

  nrc_apb_port #(.AddrWidth(8)) u_port (
    .clk_i,
    .rst_ni,
    .s_apb_psel,
    .s_apb_penable,
    .s_apb_pwrite,
    .s_apb_paddr,
    .s_apb_pwdata,
    .s_apb_pstrb,
    .s_apb_pready,
    .s_apb_prdata,
    .s_apb_pslverr,
    .write_o      (write),
    .write_word_o (write_word),
    .write_data_o (write_data),
    .write_error_i(write_error),
    .read_word_o  (read_word),
    .read_data_i  (read_data),
    .read_error_i (read_error)
  );

  nrc_encoder_control #(
    .Channels       (Channels),
    .VariableChannels(VariableChannels),
    .ChannelMap     (ChannelMap),
    .CodeWidth      (CodeWidth),
    .Profile        (Profile),
    .RateControl    (RateControl),
    .Events         (Events),
    .EventWords     (EventWords),
    .Classes        (Classes),
    .Narrow         (Narrow),
    .Taps           (Taps),
    .Neighbour      (Neighbour),
    .Mapping        (Mapping),
    .PacketFrames   (PacketFrames),
    .KeyInterval    (KeyInterval),
    .RateMillihertz (RateMillihertz),
    .BufferWords    (BufferWords),
    .PacketFifoDepth(PacketFifoDepth),
    .LoadableTables (LoadableTables),
    .Pipeline       (Pipeline),
    .SelfTest       (SelfTest)
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
    .m_axis_tlast
  );

endmodule
