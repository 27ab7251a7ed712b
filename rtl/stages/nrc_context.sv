// SPDX-License-Identifier: Apache-2.0
//
// Chooses the Huffman table of a code from the channel's scale and the predicted code, and keeps
// the scale (docs/bitstream.md, sections 3 and 4). Golden model: nrc::Context. Works in parallel
// with nrc_predictor on the same samples, in the encoder and in the decoder.
//
//   class = first k with scale >> 6 < below[k]; gives first_table, modulus_bits, split, raw_bits
//   nrc_select gives the table
//   scale = scale + (((min(|e|, 2^(CodeWidth+2) - 1) << 4) - scale) >> (8 - boost))
//
// With reset_i the scale counts as InitialScale: it is not read, so it need not have been written.
// With a single class neither scale nor RAM is needed.
//
// Stages (U = UpdateDelay; see nrc_latency_pkg):
//   0  valid_i; scale RAM read               7 + U  innovation_*_i
//   1  scale or its reset value              8 + U  min(|e|)
//   4  scale >= thresholds                   9 + U  new scale; scale RAM write
//   5  the class's fields
//   6  pred_*_i; phase of q
//   7  table
//   8  table_o, raw_bits_o
// In the shallow pipeline the class is found in stage 1, and its number travels on; stages 6 to 8
// are one, 3, and so are 7 + U to 9 + U, 3 + U.

`timescale 1ns / 1ps

module nrc_context #(
  parameter int Channels     = -1,
  parameter int CodeWidth    = -1,
  parameter int UpdateDelay  = -1,
  parameter int Pipeline     = -1,
  parameter int NumClasses   = nrc_tables_pkg::NumClasses,
  parameter int NumTables    = nrc_tables_pkg::NumTables,
  parameter int InitialScale = nrc_tables_pkg::InitialScale,
  // 16 bits for each class.
  parameter logic [16*NumClasses-1:0] ClassBelow       = nrc_tables_pkg::ClassBelow,
  parameter logic [16*NumClasses-1:0] ClassFirstTable  = nrc_tables_pkg::ClassFirstTable,
  parameter logic [16*NumClasses-1:0] ClassModulusBits = nrc_tables_pkg::ClassModulusBits,
  parameter logic [16*NumClasses-1:0] ClassSplit       = nrc_tables_pkg::ClassSplit,
  parameter logic [16*NumClasses-1:0] ClassRawBits     = nrc_tables_pkg::ClassRawBits,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int TableWidth   = (NumTables > 1) ? $clog2(NumTables) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // As given to nrc_predictor.
  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  // From nrc_predictor, PredictLatency (ShallowPredictLatency) clocks after valid_i.
  input  logic                    pred_valid_i,
  input  logic [CodeWidth-1:0]    pred_code_i,

  // ContextLatency (ShallowContextLatency) clocks after pred_valid_i.
  output logic                    valid_o,
  output logic [TableWidth-1:0]   table_o,
  output logic [3:0]              raw_bits_o,

  // The scale before the code, in stage 1 for rate control, and with the innovation for events.
  output logic [ValueWidth-1:0]   scale_o,
  output logic [ValueWidth-1:0]   scale_update_o,

  // From nrc_predictor.
  input  logic                    innovation_valid_i,
  input  logic [ChannelWidth-1:0] innovation_channel_i,
  input  logic                    innovation_reset_i,
  input  logic [2:0]              innovation_boost_i,
  input  logic [ValueWidth:0]     innovation_value_i
);

  localparam int ScaleWidth = ValueWidth;
  localparam int ThresholdShift = nrc_pkg::ScaleFrac - nrc_pkg::ThresholdFrac;
  localparam bit IsDeep       = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Registered   = IsDeep ? 1 : 0;  // what only the deep pipeline registers
  localparam int Predict      = IsDeep ? nrc_latency_pkg::PredictLatency
                                       : nrc_latency_pkg::ShallowPredictLatency;
  localparam int Innovation   = IsDeep ? nrc_latency_pkg::InnovationLatency
                                       : nrc_latency_pkg::ShallowInnovationLatency;
  localparam int CompareStage = IsDeep ? Predict - 2 : 1;
  localparam int UpdateStage  = Predict + Innovation + UpdateDelay;

  logic [15:0] level;  // scale >> 6 in stage CompareStage, what the thresholds compare with

  if (NumClasses > 1) begin : gen_scale
    localparam logic [ScaleWidth-1:0] ScaleReset = ScaleWidth'(InitialScale);

    // Stage 1.
    logic                  reset_s1_q;
    logic [ScaleWidth-1:0] state_s1;
    logic [ScaleWidth-1:0] scale_s1;
    logic [ScaleWidth-1:0] scale_compare;  // stage CompareStage
    logic [ScaleWidth-1:0] scale_update;   // stage UpdateStage

    always_ff @(posedge clk_i) reset_s1_q <= reset_i;
    assign scale_s1 = reset_s1_q ? ScaleReset : state_s1;
    assign scale_o  = scale_s1;

    nrc_delay #(.Width(ScaleWidth), .Depth(CompareStage - 1)) u_compare_delay (
      .clk_i, .d_i(scale_s1), .q_o(scale_compare)
    );
    nrc_delay #(.Width(ScaleWidth), .Depth(UpdateStage - CompareStage)) u_update_delay (
      .clk_i, .d_i(scale_compare), .q_o(scale_update)
    );

    assign scale_update_o = scale_update;

    assign level = 16'(scale_compare[ScaleWidth-1:ThresholdShift]);

    // The update.
    logic [ScaleWidth-1:0]   new_scale;
    logic                    write;
    logic [ChannelWidth-1:0] write_channel;

    nrc_scale #(
      .CodeWidth   (CodeWidth),
      .InitialScale(InitialScale),
      .Pipeline    (Pipeline)
    ) u_scale_update (
      .clk_i,
      .innovation_i(innovation_value_i),
      .reset_i     (innovation_reset_i),
      .boost_i     (innovation_boost_i),
      .scale_i     (scale_update),
      .scale_o     (new_scale)
    );

    nrc_delay #(.Width(ChannelWidth), .Depth(2 * Registered)) u_channel_delay (
      .clk_i, .d_i(innovation_channel_i), .q_o(write_channel)
    );

    if (IsDeep) begin : gen_write
      logic [1:0] write_q;

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) write_q <= '0;
        else         write_q <= {write_q[0], innovation_valid_i};
      end
      assign write = write_q[1];
    end else begin : gen_write_at_once
      assign write = innovation_valid_i;
    end

    nrc_ram_1r1w #(.Width(ScaleWidth), .Depth(Channels)) u_scale (
      .clk_i,
      .rst_ni,
      .we_i   (write),
      .waddr_i(write_channel),
      .wdata_i(new_scale),
      .re_i   (valid_i && !reset_i),
      .raddr_i(channel_i),
      .rdata_o(state_s1)
    );
  end else begin : gen_no_scale
    // verilator lint_off UNUSEDSIGNAL
    logic unused_update;
    assign unused_update = ^{valid_i, channel_i, reset_i, innovation_valid_i,
                             innovation_channel_i, innovation_reset_i, innovation_boost_i,
                             innovation_value_i};
    // verilator lint_on UNUSEDSIGNAL
    assign level          = '0;
    assign scale_o        = '0;
    assign scale_update_o = '0;
  end

  // Stage 5: bit k says that the scale is not below class k.
  logic [NumClasses-1:0] reached;
  logic [NumClasses-1:0] selected_s5;

  always_comb begin
    reached    = '0;
    reached[0] = 1'b1;
    for (int k = 1; k < NumClasses; k++) begin
      reached[k] = level >= ClassBelow[16*(k-1)+:16];
    end
  end

  if (IsDeep) begin : gen_reached
    logic [NumClasses-1:0] reached_s5_q;

    always_ff @(posedge clk_i) reached_s5_q <= reached;
    assign selected_s5 = reached_s5_q & ~(reached_s5_q >> 1);
  end else begin : gen_class
    logic [3:0] class_d, class_s3;

    always_comb begin
      class_d = '0;
      for (int k = 1; k < NumClasses; k++) if (reached[k]) class_d = 4'(k);
    end

    nrc_delay #(.Width(4), .Depth(Predict - CompareStage)) u_class_delay (
      .clk_i, .d_i(class_d), .q_o(class_s3)
    );

    always_comb begin
      for (int k = 0; k < NumClasses; k++) selected_s5[k] = class_s3 == 4'(k);
    end
  end

  nrc_select #(
    .CodeWidth       (CodeWidth),
    .Pipeline        (Pipeline),
    .NumClasses      (NumClasses),
    .NumTables       (NumTables),
    .ClassFirstTable (ClassFirstTable),
    .ClassModulusBits(ClassModulusBits),
    .ClassSplit      (ClassSplit),
    .ClassRawBits    (ClassRawBits)
  ) u_select (
    .clk_i,
    .selected_i (selected_s5),
    .pred_code_i,
    .table_o,
    .raw_bits_o
  );

  if (IsDeep) begin : gen_valid
    logic valid_s7_q, valid_s8_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) {valid_s8_q, valid_s7_q} <= 2'b00;
      else         {valid_s8_q, valid_s7_q} <= {valid_s7_q, pred_valid_i};
    end
    assign valid_o = valid_s8_q;
  end else begin : gen_valid_at_once
    // verilator lint_off UNUSEDSIGNAL
    logic unused_reset;
    assign unused_reset = rst_ni;
    // verilator lint_on UNUSEDSIGNAL
    assign valid_o = pred_valid_i;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && UpdateDelay >= 0 &&
               (Pipeline == 0 || Pipeline == 1) && NumClasses >= 1 && NumClasses <= 16 &&
               InitialScale >= 0 && InitialScale < (1 << ScaleWidth),
               "nrc_context: a parameter is missing or out of its range")
`endif

endmodule
