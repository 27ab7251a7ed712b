// SPDX-License-Identifier: Apache-2.0
//
// The stages of the decoder from a sample that starts to the sample itself, joined: predictor with
// pace, context, huffman_decoder, code_to_sample (docs/bitstream.md, sections 1 and 3 to 5). Golden
// model: the Huffman half of nrc::PayloadDecoder.
//
// Predictor and context are the encoder's, with DecoderUpdateDelay clocks between a prediction and
// its code.
//
// Latency, clocks from a sample's start: 6 predictor, 2 context, 6 huffman_decoder,
// 2 code_to_sample = 16. One sample per clock, rigid.

`timescale 1ns / 1ps

module nrc_decode_path #(
  parameter int Channels  = -1,
  parameter int CodeWidth = -1,
  parameter int Mapping   = -1,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // From nrc_sample_scheduler.
  input  logic                    start_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,
  input  logic                    raw_i,
  input  logic                    packet_end_i,

  // Packet buffer; see nrc_bit_window.
  input  logic                    word_valid_i,
  input  logic [31:0]             word_i,
  input  logic                    word_last_i,
  output logic                    word_ready_o,

  // DecodePathLatency clocks after start_i.
  output logic                    valid_o,
  output logic [15:0]             sample_o,

  output logic                    damaged_o,    // what comes out may be wrong
  input  logic                    drain_i       // throws away all words, and forgets the damage
);

  localparam int NumTables   = nrc_tables_pkg::NumTables;
  localparam int TableWidth  = (NumTables > 1) ? $clog2(NumTables) : 1;
  localparam int ValueWidth  = CodeWidth + nrc_pkg::FracBits;
  localparam int Predict     = nrc_latency_pkg::PredictLatency;
  localparam int Context     = nrc_latency_pkg::ContextLatency;
  localparam int UpdateDelay = nrc_latency_pkg::DecoderUpdateDelay;
  localparam int MapLatency  = nrc_latency_pkg::CodeToSampleLatency;

  logic                    pred_valid;
  logic [CodeWidth-1:0]    pred_code, pred_at_context;
  logic [ValueWidth-1:0]   unused_pred_value;
  logic [CodeWidth+nrc_pkg::FracBits:0] unused_deviation, unused_start_deviation;
  logic                    innovation_valid, innovation_reset;
  logic [ChannelWidth-1:0] innovation_channel;
  logic [2:0]              innovation_boost;
  logic [ValueWidth:0]     innovation_value;
  logic [CodeWidth-1:0]    code;

  nrc_predictor #(
    .Channels     (Channels),
    .CodeWidth    (CodeWidth),
    .UpdateDelay  (UpdateDelay),
    .ValueFraction(0),
    .Queue        (0),
    .Pipeline     (nrc_latency_pkg::PipelineDeep)
  ) u_predictor (
    .clk_i,
    .rst_ni,
    .valid_i             (start_i),
    .channel_i           (channel_i),
    .reset_i             (reset_i),
    .pred_valid_o        (pred_valid),
    .pred_value_o        (unused_pred_value),
    .pred_code_o         (pred_code),
    .start_deviation_o   (unused_start_deviation),
    .value_valid_i       (1'b0),
    .value_i             ({code, {nrc_pkg::FracBits{1'b0}}}),
    .innovation_valid_o  (innovation_valid),
    .innovation_channel_o(innovation_channel),
    .innovation_reset_o  (innovation_reset),
    .innovation_boost_o  (innovation_boost),
    .innovation_value_o  (innovation_value),
    .deviation_o         (unused_deviation)
  );

  logic                  context_valid;
  logic [CodeWidth+nrc_pkg::FracBits-1:0] unused_scale, unused_scale_update;
  logic [TableWidth-1:0] table_index;
  logic [3:0]            raw_bits;
  logic                  raw_at_context, verbatim_at_context, end_at_context;

  nrc_context #(
    .Channels   (Channels),
    .CodeWidth  (CodeWidth),
    .UpdateDelay(UpdateDelay),
    .Pipeline   (nrc_latency_pkg::PipelineDeep)
  ) u_context (
    .clk_i,
    .rst_ni,
    .valid_i             (start_i),
    .channel_i           (channel_i),
    .reset_i             (reset_i),
    .pred_valid_i        (pred_valid),
    .pred_code_i         (pred_code),
    .valid_o             (context_valid),
    .table_o             (table_index),
    .raw_bits_o          (raw_bits),
    .scale_o             (unused_scale),
    .scale_update_o      (unused_scale_update),
    .innovation_valid_i  (innovation_valid),
    .innovation_channel_i(innovation_channel),
    .innovation_reset_i  (innovation_reset),
    .innovation_boost_i  (innovation_boost),
    .innovation_value_i  (innovation_value)
  );

  nrc_delay #(.Width(CodeWidth), .Depth(Context)) u_pred_delay (
    .clk_i, .d_i(pred_code), .q_o(pred_at_context)
  );
  nrc_delay #(.Width(3), .Depth(Predict + Context)) u_context_side_delay (
    .clk_i,
    .d_i({raw_i, reset_i, packet_end_i}),
    .q_o({raw_at_context, verbatim_at_context, end_at_context})
  );

  logic        code_valid, code_raw;
  logic [15:0] raw_sample;

  nrc_huffman_decoder #(
    .CodeWidth(CodeWidth)
  ) u_huffman_decoder (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .word_i,
    .word_last_i,
    .word_ready_o,
    .valid_i     (context_valid),
    .pred_code_i (pred_at_context),
    .table_i     (table_index),
    .raw_bits_i  (raw_bits),
    .raw_i       (raw_at_context),
    .verbatim_i     (verbatim_at_context),
    .packet_end_i(end_at_context),
    .valid_o     (code_valid),
    .code_o      (code),
    .raw_o       (code_raw),
    .raw_sample_o(raw_sample),
    .damaged_o,
    .drain_i
  );

  nrc_code_to_sample #(
    .Mapping  (Mapping),
    .CodeWidth(CodeWidth)
  ) u_code_to_sample (
    .clk_i,
    .code_i      (code),
    .raw_i       (code_raw),
    .raw_sample_i(raw_sample),
    .sample_o
  );

  logic [MapLatency-1:0] code_valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) code_valid_q <= '0;
    else         code_valid_q <= {code_valid_q[MapLatency-2:0], code_valid};
  end

  assign valid_o = code_valid_q[MapLatency-1];

endmodule
