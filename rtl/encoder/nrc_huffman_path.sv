// SPDX-License-Identifier: Apache-2.0
//
// The stages of the Huffman profile from codes to payload words, joined: predictor with pace,
// context, huffman, bit_packer (docs/bitstream.md, sections 3 to 5). With Narrow, stage narrow
// takes the place of predictor and context (section 16). With RateControl, stage rounding works
// beside the predictor, and rounded_class beside context (section 14). With Events, stage detector
// works on what both find out (section 17). Golden model: the Huffman half of
// nrc::PayloadEncoder.
//
// Latency, clocks from a code: 6 predictor, 2 context, 7 huffman, 3 bit_packer = 18 until its last
// bit is packed; in the shallow pipeline 3, 0, 1, 1 = 5; 2 narrow, 1, 1 = 4. One code per clock,
// rigid.

`timescale 1ns / 1ps

module nrc_huffman_path #(
  parameter int Channels       = -1,
  parameter int CodeWidth      = -1,
  parameter int LoadableTables = -1,
  parameter int Narrow         = -1,
  parameter int RateControl    = -1,  // 1: step_i, with the deep pipeline and the full state
  parameter int Events         = -1,  // 1: event_*_o, with the deep pipeline and the full state
  parameter int EventWindow    = -1,  // of nrc_detector
  parameter int EventRest      = -1,
  // 1: channels have classes, with the deep pipeline and the full state.
  parameter int Classes        = -1,
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
  // Number of the packet's rounding step, a clock after its code.
  input  logic [2:0]              step_i,

  // Pulse: the packet ends; no code is under way, side_i rests.
  input  logic                    flush_i,

  // Table port of nrc_channel_class; unused without Classes.
  input  logic                    class_we_i,
  input  logic [ChannelWidth-1:0] class_addr_i,
  input  logic [1:0]              class_wdata_i,

  // As of nrc_detector, with the sideband of the code that it is at.
  input  logic [nrc_pkg::EventThresholdBits-1:0] event_threshold_i,
  output logic                    event_valid_o,
  output logic [ChannelWidth-1:0] event_channel_o,
  output logic [CodeWidth-1:0]    event_amplitude_o,
  output logic [3:0]              event_ago_o,
  output logic                    detected_valid_o,
  output logic [SideWidth-1:0]    detected_side_o,

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
    localparam int Detect = nrc_latency_pkg::PredictLatency + nrc_latency_pkg::InnovationLatency +
                            nrc_latency_pkg::DetectorLatency;

    nrc_delay #(.Width(SideWidth), .Depth(Detect)) u_side_delay (
      .clk_i,
      .d_i(side_i),
      .q_o(detected_side_o)
    );
    nrc_delay #(.Width(SideWidth), .Depth(Predict + Context + Huffman - Detect)) u_side_rest (
      .clk_i,
      .d_i(detected_side_o),
      .q_o(codeword_side)
    );
  end else begin : gen_side_ring
    nrc_ring_delay #(.Width(SideWidth), .Depth(Predict + Context + Huffman)) u_side_delay (
      .clk_i,
      .rst_ni,
      .d_i(side_i),
      .q_o(codeword_side)
    );
    assign detected_side_o = '0;
  end

  // The class of a code's channel, a clock after the code.
  logic [1:0] channel_class;

  if (Classes != 0) begin : gen_classes
    nrc_channel_class #(.Channels(Channels)) u_channel_class (
      .clk_i,
      .rst_ni,
      .we_i   (class_we_i),
      .waddr_i(class_addr_i),
      .wdata_i(class_wdata_i),
      .valid_i,
      .channel_i,
      .first_i,
      .class_o(channel_class)
    );
  end else begin : gen_no_classes
    logic unused_classes;
    assign unused_classes = ^{class_we_i, class_addr_i, class_wdata_i};
    assign channel_class  = 2'(nrc_pkg::ClassRounded);
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

    assign event_valid_o     = 1'b0;
    assign event_channel_o   = '0;
    assign event_amplitude_o = '0;
    assign event_ago_o       = '0;
    assign detected_valid_o  = 1'b0;

    logic unused_step;
    assign unused_step = ^{step_i, event_threshold_i};
  end else begin : gen_full
    // The code waits for its prediction, and then with it for its context.
    logic [CodeWidth-1:0]    pred_code, code_at_pred;
    logic                    pred_valid;
    logic [ValueWidth-1:0]   unused_pred_value;
    logic                    innovation_valid, innovation_reset;
    logic [ChannelWidth-1:0] innovation_channel;
    logic [2:0]              innovation_boost;
    logic [ValueWidth:0]     innovation_value, deviation;
    logic [ValueWidth:0]     start_deviation;  // stage 1
    logic [ValueWidth-1:0]   scale_update;
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
        .deviation_i(start_deviation),
        .max_step_i((channel_class == 2'(nrc_pkg::ClassRounded)) ? step_i : 3'd0),
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
      assign unused_rounding = ^{scale, start_deviation, step_i};
    end

    nrc_predictor #(
      .Channels     (Channels),
      .CodeWidth    (CodeWidth),
      .UpdateDelay  (0),
      .ValueFraction(0),
      .Queue        (0),
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
      .start_deviation_o   (start_deviation),
      .value_valid_i       (1'b0),
      .value_i             ({code_at_pred, {nrc_pkg::FracBits{1'b0}}}),
      .innovation_valid_o  (innovation_valid),
      .innovation_channel_o(innovation_channel),
      .innovation_reset_o  (innovation_reset),
      .innovation_boost_o  (innovation_boost),
      .innovation_value_o  (innovation_value),
      .deviation_o         (deviation)
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
      .scale_update_o      (scale_update),
      .innovation_valid_i  (innovation_valid),
      .innovation_channel_i(innovation_channel),
      .innovation_reset_i  (innovation_reset),
      .innovation_boost_i  (innovation_boost),
      .innovation_value_i  (innovation_value)
    );

    if (Events != 0) begin : gen_events
      logic       event_found;
      logic [1:0] event_class;

      if (Classes != 0) begin : gen_class
        nrc_delay #(
          .Width(2),
          .Depth(Predict + nrc_latency_pkg::InnovationLatency +
                 nrc_latency_pkg::DetectorLatency - 1)
        ) u_class_delay (
          .clk_i, .d_i(channel_class), .q_o(event_class)
        );
      end else begin : gen_no_class
        assign event_class = channel_class;
      end
      assign event_valid_o = event_found && event_class != 2'(nrc_pkg::ClassOff);

      nrc_detector #(
        .Channels (Channels),
        .CodeWidth(CodeWidth),
        .Window   (EventWindow),
        .Rest     (EventRest)
      ) u_detector (
        .clk_i,
        .rst_ni,
        .threshold_i(event_threshold_i),
        .valid_i    (innovation_valid),
        .channel_i  (innovation_channel),
        .reset_i    (innovation_reset),
        .boost_i    (innovation_boost),
        .deviation_i(deviation),
        .scale_i    (scale_update),
        .valid_o    (detected_valid_o),
        .event_valid_o(event_found),
        .event_channel_o,
        .event_amplitude_o,
        .event_ago_o
      );
    end else begin : gen_no_events
      assign event_valid_o     = 1'b0;
      assign event_channel_o   = '0;
      assign event_amplitude_o = '0;
      assign event_ago_o       = '0;
      assign detected_valid_o  = 1'b0;

      logic unused_events;
      assign unused_events = ^{event_threshold_i, deviation, scale_update};
    end
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

  // A channel's class precedes its first code after a reset; one that is off sends nothing else,
  // but a bit at a frame's end.
  logic [30:0] packed_bits;
  logic [4:0]  packed_length;

  if (Classes != 0) begin : gen_class_bits
    logic       first_s1_q, first, silent;
    logic [1:0] class_bits;

    always_ff @(posedge clk_i) first_s1_q <= first_i;

    nrc_delay #(.Width(3), .Depth(Predict + Context + Huffman - 1)) u_class_delay (
      .clk_i, .d_i({first_s1_q, channel_class}), .q_o({first, class_bits})
    );

    assign silent = class_bits[1];

    always_comb begin
      packed_bits   = codeword_bits;
      packed_length = codeword_length;
      if (first) begin
        packed_bits   = silent ? 31'(class_bits)
                               : codeword_bits | (31'(class_bits) << CodeWidth);
        packed_length = silent ? 5'd2 : 5'(CodeWidth + 2);
      end else if (silent) begin
        packed_bits   = '0;
        packed_length = 5'(codeword_side[nrc_side_pkg::SideFrameEnd]);
      end
    end
  end else begin : gen_no_class_bits
    assign packed_bits   = codeword_bits;
    assign packed_length = codeword_length;

    logic unused_class;
    assign unused_class = ^channel_class;
  end

  nrc_bit_packer #(
    .MaxLength(nrc_bound_pkg::max_code_bits(nrc_pkg::ProfileHuffman, CodeWidth)),
    .Pipeline (Pipeline)
  ) u_bit_packer (
    .clk_i,
    .rst_ni,
    .valid_i (codeword_valid),
    .bits_i  (packed_bits),
    .length_i(packed_length),
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
