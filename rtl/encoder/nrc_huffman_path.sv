// SPDX-License-Identifier: Apache-2.0
//
// The stages of the Huffman profile from codes to payload words, joined: predictor with pace,
// context, huffman, bit_packer (docs/bitstream.md, sections 3 to 5). With Narrow, stage narrow takes
// the place of predictor and context (section 16). With RateControl, stage rounding works beside the
// predictor, and rounded_class beside context (section 14). Golden model: the Huffman half of
// nrc::PayloadEncoder.
//
// Latency, clocks from a code: 6 predictor, 2 context, 6 huffman, 3 bit_packer = 17 until its last
// bit is packed; in the shallow pipeline 3, 0, 1, 1 = 5; 2 narrow, 1, 1 = 4. One code per clock, rigid.

`timescale 1ns / 1ps

module nrc_huffman_path #(
  parameter int Channels       = -1,
  parameter int CodeWidth      = -1,
  parameter int LoadableTables = -1,
  parameter int Narrow         = -1,
  parameter int RateControl    = -1,  // 1: step_i, with the deep pipeline and the full state
  parameter int Pipeline       = -1,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int SideWidth    = nrc_side_pkg::SideWidth,
  localparam int AddrWidth    = $clog2(nrc_tables_pkg::NumTables) + nrc_tables_pkg::SymbolBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Table port; unused without LoadableTables.
  input  logic                    table_we_i,
  input  logic [AddrWidth-1:0]    table_addr_i,
  input  logic [15:0]             table_wdata_i,

  input  logic                    valid_i,
  input  logic [CodeWidth-1:0]    code_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    first_i,
  input  logic [SideWidth-1:0]    side_i,
  input  logic [2:0]              step_i,  // number of the packet's rounding step, a clock after its code

  input  logic                    flush_i,  // pulse: the packet ends; no code is under way, side_i rests

  // As of nrc_bit_packer.
  output logic                    word_valid_o,
  output logic [31:0]             word_o,
  output logic [SideWidth-1:0]    side_o,

  output logic                    sample_packed_o  // pulse: the last bit of a code is packed
);

  localparam int NumTables   = nrc_tables_pkg::NumTables;
  localparam int OwnWidth    = (NumTables > 1) ? $clog2(NumTables) : 1;
  localparam int TableWidth  = (RateControl != 0 && OwnWidth < 4) ? 4 : OwnWidth;
  localparam int ValueWidth  = CodeWidth + nrc_pkg::FracBits;
  localparam bit IsDeep      = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Predict     = IsDeep        ? nrc_latency_pkg::PredictLatency :
                               (Narrow != 0) ? nrc_latency_pkg::NarrowLatency
                                             : nrc_latency_pkg::ShallowPredictLatency;
  localparam int Context     = IsDeep ? nrc_latency_pkg::ContextLatency
                                      : nrc_latency_pkg::ShallowContextLatency;
  localparam int Huffman     = IsDeep ? nrc_latency_pkg::HuffmanLatency
                                      : nrc_latency_pkg::ShallowHuffmanLatency;
  localparam int PackLatency = IsDeep ? nrc_latency_pkg::BitPackerLatency
                                      : nrc_latency_pkg::ShallowBitPackerLatency;

  // A code with what is known of it, ready for stage huffman.
  logic                  context_valid, verbatim;
  logic [CodeWidth-1:0]  pred_at_context, code_at_context;
  logic [TableWidth-1:0] table_index;
  logic [3:0]            raw_bits;
  logic                  rounded;
  logic [SideWidth-1:0]  codeword_side;

  if (IsDeep) begin : gen_side
    nrc_delay #(.Width(SideWidth), .Depth(Predict + Context + Huffman)) u_side_delay (
      .clk_i,
      .d_i(side_i),
      .q_o(codeword_side)
    );
  end else begin : gen_side_ring
    nrc_ring_delay #(.Width(SideWidth), .Depth(Predict + Context + Huffman)) u_side_delay (
      .clk_i,
      .rst_ni,
      .d_i(side_i),
      .q_o(codeword_side)
    );
  end

  logic [OwnWidth-1:0] own_table;

  if (Narrow != 0) begin : gen_narrow
    nrc_narrow #(
      .Channels (Channels),
      .CodeWidth(CodeWidth)
    ) u_narrow (
      .clk_i,
      .rst_ni,
      .valid_i,
      .code_i,
      .channel_i,
      .reset_i    (first_i),
      .valid_o    (context_valid),
      .code_o     (code_at_context),
      .reset_o    (verbatim),
      .pred_code_o(pred_at_context),
      .table_o    (own_table),
      .raw_bits_o (raw_bits)
    );
    assign table_index = TableWidth'(own_table);
    assign rounded     = 1'b0;

    logic unused_step;
    assign unused_step = ^step_i;
  end else begin : gen_full
    // The code waits for its prediction, and then with it for its context.
    logic [CodeWidth-1:0]    pred_code, code_at_pred;
    logic                    pred_valid;
    logic [ValueWidth-1:0]   unused_pred_value;
    logic                    innovation_valid, innovation_reset;
    logic [ChannelWidth-1:0] innovation_channel;
    logic [2:0]              innovation_boost;
    logic [ValueWidth:0]     innovation_value;
    logic [ValueWidth-1:0]   scale;  // stage 1
    logic [CodeWidth-1:0]    pred_delayed, code_delayed;
    logic [3:0]              own_raw_bits;

    nrc_delay #(
      .Width(1),
      .Depth(Predict + Context)
    ) u_verbatim_delay (
      .clk_i,
      .d_i(first_i),
      .q_o(verbatim)
    );

    nrc_delay #(
      .Width(2 * CodeWidth),
      .Depth(Context)
    ) u_pred_delay (
      .clk_i,
      .d_i({pred_code, code_at_pred}),
      .q_o({pred_delayed, code_delayed})
    );

    if (RateControl != 0) begin : gen_rounding
      localparam int CodeStage = 3;  // of stage rounding

      logic [CodeWidth-1:0]  code_s3, number, number_at_context, pred_number;
      logic [ValueWidth-1:0] scale_s3;
      logic [2:0]            step_s3, step_at_pred, step_at_context;
      logic [3:0]            rounded_class, rounded_raw_bits;

      nrc_delay #(.Width(CodeWidth), .Depth(CodeStage)) u_code_delay (
        .clk_i, .d_i(code_i), .q_o(code_s3)
      );
      nrc_delay #(.Width(ValueWidth), .Depth(CodeStage - 1)) u_scale_delay (
        .clk_i, .d_i(scale), .q_o(scale_s3)
      );

      nrc_rounding #(.CodeWidth(CodeWidth)) u_rounding (
        .clk_i,
        .scale_i   (scale),
        .max_step_i(step_i),
        .code_i    (code_s3),
        .s3_step_o (step_s3),
        .code_o    (code_at_pred),
        .number_o  (number),
        .step_o    (step_at_pred)
      );
      nrc_rounded_class #(.CodeWidth(CodeWidth)) u_rounded_class (
        .clk_i,
        .scale_i   (scale_s3),
        .step_i    (step_s3),
        .class_o   (rounded_class),
        .raw_bits_o(rounded_raw_bits)
      );
      nrc_multiple #(.Width(CodeWidth)) u_pred_multiple (
        .clk_i,
        .value_i (pred_code),
        .step_i  (step_at_pred),
        .number_o(pred_number)
      );
      nrc_delay #(.Width(CodeWidth + 3), .Depth(Context)) u_number_delay (
        .clk_i, .d_i({number, step_at_pred}), .q_o({number_at_context, step_at_context})
      );

      assign rounded         = step_at_context != 3'd0;
      assign code_at_context = number_at_context;
      assign pred_at_context = rounded ? pred_number : pred_delayed;
      assign table_index     = rounded ? TableWidth'(rounded_class) : TableWidth'(own_table);
      assign raw_bits        = rounded ? rounded_raw_bits : own_raw_bits;

      logic unused_code;
      assign unused_code = ^code_delayed;
    end else begin : gen_exact
      nrc_delay #(.Width(CodeWidth), .Depth(Predict)) u_code_delay (
        .clk_i, .d_i(code_i), .q_o(code_at_pred)
      );

      assign rounded         = 1'b0;
      assign code_at_context = code_delayed;
      assign pred_at_context = pred_delayed;
      assign table_index     = own_table;
      assign raw_bits        = own_raw_bits;

      logic unused_rounding;
      assign unused_rounding = ^{scale, step_i};
    end

    nrc_predictor #(
      .Channels     (Channels),
      .CodeWidth    (CodeWidth),
      .UpdateDelay  (0),
      .ValueFraction(0),
      .Pipeline     (Pipeline)
    ) u_predictor (
      .clk_i,
      .rst_ni,
      .valid_i,
      .channel_i,
      .reset_i             (first_i),
      .pred_valid_o        (pred_valid),
      .pred_value_o        (unused_pred_value),
      .pred_code_o         (pred_code),
      .value_i             ({code_at_pred, {nrc_pkg::FracBits{1'b0}}}),
      .innovation_valid_o  (innovation_valid),
      .innovation_channel_o(innovation_channel),
      .innovation_reset_o  (innovation_reset),
      .innovation_boost_o  (innovation_boost),
      .innovation_value_o  (innovation_value)
    );

    nrc_context #(
      .Channels   (Channels),
      .CodeWidth  (CodeWidth),
      .UpdateDelay(0),
      .Pipeline   (Pipeline)
    ) u_context (
      .clk_i,
      .rst_ni,
      .valid_i,
      .channel_i,
      .reset_i             (first_i),
      .pred_valid_i        (pred_valid),
      .pred_code_i         (pred_code),
      .valid_o             (context_valid),
      .table_o             (own_table),
      .raw_bits_o          (own_raw_bits),
      .scale_o             (scale),
      .innovation_valid_i  (innovation_valid),
      .innovation_channel_i(innovation_channel),
      .innovation_reset_i  (innovation_reset),
      .innovation_boost_i  (innovation_boost),
      .innovation_value_i  (innovation_value)
    );
  end

  logic        codeword_valid;
  logic [30:0] codeword_bits;
  logic [4:0]  codeword_length;

  nrc_huffman #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline),
    .Rounding      (RateControl)
  ) u_huffman (
    .clk_i,
    .rst_ni,
    .table_we_i,
    .table_addr_i,
    .table_wdata_i,
    .valid_i      (context_valid),
    .code_i       (code_at_context),
    .pred_code_i  (pred_at_context),
    .table_i      (table_index),
    .raw_bits_i   (raw_bits),
    .verbatim_i   (verbatim),
    .rounded_i    (rounded),
    .valid_o      (codeword_valid),
    .bits_o       (codeword_bits),
    .length_o     (codeword_length)
  );

  nrc_bit_packer #(
    .MaxLength(nrc_bound_pkg::max_code_bits(nrc_pkg::ProfileHuffman, CodeWidth)),
    .Pipeline (Pipeline)
  ) u_bit_packer (
    .clk_i,
    .rst_ni,
    .valid_i (codeword_valid),
    .bits_i  (codeword_bits),
    .length_i(codeword_length),
    .side_i  (codeword_side),
    .flush_i,
    .word_valid_o,
    .word_o,
    .side_o
  );

  logic [PackLatency-1:0] packed_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) packed_q <= '0;
    else         packed_q <= PackLatency'({packed_q, codeword_valid});
  end

  assign sample_packed_o = packed_q[PackLatency-1];

endmodule
