// SPDX-License-Identifier: Apache-2.0
//
// The stages of the range profile from codes to payload words, joined: predictor with pace,
// linearizer and dispersion, interval, range, carry_packer (docs/bitstream.md, sections 10 and 11).
// Golden model: the range half of nrc::PayloadEncoder.
//
// Taps and Neighbour put stages taps and neighbour between the predictor and what needs the
// prediction. Everything parallel to them is then delayed by as much; the dispersion starts later,
// so that the delay holds a channel's number and not its state.
//
// Latency, clocks from a code: 6 predictor, 7 interval, 7 range, 4 carry_packer = 24 until its last
// bit is packed; 1 more with Taps, 3 more with Neighbour. In the shallow pipeline, which has
// neither, 3 + 2 + 3 + 1 = 9. One code per clock, rigid.

`timescale 1ns / 1ps

module nrc_range_path #(
  parameter int Channels       = -1,
  parameter int CodeWidth      = -1,  // 4..16
  parameter int LoadableTables = -1,
  parameter int Taps           = -1,  // 1: with stage taps
  parameter int Neighbour      = -1,  // 1: with stage neighbour
  parameter int Pipeline       = -1,  // shallow: without these two
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int SideWidth    = nrc_side_pkg::SideWidth,
  localparam int TableBits    = $clog2(nrc_range_tables_pkg::TableWords)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Table port; unused without LoadableTables. The frequencies of all deviates, then the lower edges
  // of all codes, then their widths.
  input  logic                    table_we_i,
  input  logic [TableBits-1:0]    table_addr_i,
  input  logic [15:0]             table_wdata_i,

  input  logic                    valid_i,
  input  logic [CodeWidth-1:0]    code_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    first_i,
  input  logic [SideWidth-1:0]    side_i,

  // Pulse: the packet ends; no code is under way, side_i rests.
  input  logic                    flush_i,

  // As of nrc_bit_packer.
  output logic                    word_valid_o,
  output logic [31:0]             word_o,
  output logic [SideWidth-1:0]    side_o,

  output logic                    sample_packed_o  // pulse: the last bit of a code is packed
);

  localparam int ValueWidth       = CodeWidth + nrc_pkg::FracBits;
  localparam int IndexWidth       = 9;
  localparam bit IsDeep           = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int PredictLatency   = IsDeep ? nrc_latency_pkg::PredictLatency
                                           : nrc_latency_pkg::ShallowPredictLatency;
  localparam int LinearizeLatency = nrc_latency_pkg::LinearizerLatency;
  localparam int IntervalLatency  = IsDeep ? nrc_latency_pkg::IntervalLatency
                                           : nrc_latency_pkg::ShallowIntervalLatency;
  localparam int RangeLatency     = IsDeep ? nrc_latency_pkg::RangeLatency
                                           : nrc_latency_pkg::ShallowRangeLatency;
  localparam int PackLatency      = IsDeep ? nrc_latency_pkg::CarryPackerLatency
                                           : nrc_latency_pkg::ShallowCarryPackerLatency;
  localparam int Ahead            = IsDeep ? 4 : 2;  // clocks of nrc_range before a flush joins
  localparam int TapsLatency      = (Taps != 0) ? nrc_latency_pkg::TapsLatency : 0;
  localparam int NeighbourLatency = (Neighbour != 0) ? nrc_latency_pkg::NeighbourLatency : 0;
  localparam int CorrectLatency   = TapsLatency + NeighbourLatency;

  // The code enters the linearizer late, so that its edges and value come with the prediction: ten
  // bits wait instead of fifty. After nrc_taps the signals are called tapped, after nrc_neighbour
  // corrected; without these they are the same as before. No stage before
  // nrc_range looks at the flags: they go straight to where they are used.
  logic [CodeWidth-1:0]  code_to_linearize, code_to_interval, interval_code;
  logic [SideWidth-1:0]  interval_side, range_side;
  logic                  interval_verbatim;
  logic [ValueWidth-1:0] low, high, value, low_corrected, high_corrected;
  logic                  lowest, highest, lowest_corrected, highest_corrected;

  nrc_delay #(.Width(CodeWidth), .Depth(PredictLatency - LinearizeLatency)) u_early_delay (
    .clk_i, .d_i(code_i), .q_o(code_to_linearize)
  );

  nrc_delay #(.Width(CodeWidth), .Depth(LinearizeLatency + CorrectLatency)) u_code_delay (
    .clk_i, .d_i(code_to_linearize), .q_o(code_to_interval)
  );

  if (IsDeep) begin : gen_delays
    nrc_memory_delay #(
      .Width(CodeWidth + SideWidth + 1),
      .Depth(PredictLatency + CorrectLatency + IntervalLatency)
    ) u_late_delay (
      .clk_i, .rst_ni, .d_i({code_i, side_i, first_i}),
      .q_o({interval_code, interval_side, interval_verbatim})
    );
    nrc_delay #(.Width(SideWidth), .Depth(RangeLatency)) u_range_side_delay (
      .clk_i, .d_i(interval_side), .q_o(range_side)
    );
  end else begin : gen_rings
    // Not from code_to_interval, which then only codes of many bits need.
    nrc_ring_delay #(.Width(CodeWidth), .Depth(LinearizeLatency + IntervalLatency)) u_late_delay (
      .clk_i, .rst_ni, .d_i(code_to_linearize), .q_o(interval_code)
    );
    nrc_ring_delay #(.Width(SideWidth + 1), .Depth(PredictLatency + IntervalLatency))
    u_side_delay (
      .clk_i, .rst_ni, .d_i({side_i, first_i}), .q_o({interval_side, interval_verbatim})
    );
    nrc_ring_delay #(.Width(SideWidth), .Depth(RangeLatency)) u_range_side_delay (
      .clk_i, .rst_ni, .d_i(interval_side), .q_o(range_side)
    );
  end

  // Which memory a word of the table port is for.
  localparam int DeviateBits = $clog2(nrc_pkg::Deviates);
  localparam int EdgeBits    = nrc_range_tables_pkg::EdgeCodeWidth;

  logic cumulative_we, low_we, width_we;
  logic edge_read;  // a code is at the linearizer

  if (EdgeBits == 0) begin : gen_even
    assign cumulative_we = table_we_i;
    assign low_we        = 1'b0;
    assign width_we      = 1'b0;
    assign edge_read     = 1'b0;
  end else begin : gen_edges
    localparam int FirstWidth = nrc_pkg::Deviates + (1 << EdgeBits);

    assign cumulative_we = table_we_i && table_addr_i < TableBits'(nrc_pkg::Deviates);
    assign width_we      = table_we_i && table_addr_i >= TableBits'(FirstWidth);
    assign low_we        = table_we_i && !cumulative_we && !width_we;

    if (LoadableTables != 0) begin : gen_read
      localparam int Early = PredictLatency - LinearizeLatency;

      logic [Early-1:0] valid_q;

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) valid_q <= '0;
        else         valid_q <= Early'({valid_q, valid_i});
      end

      assign edge_read = valid_q[Early-1];
    end else begin : gen_rom
      assign edge_read = 1'b0;
    end
  end

  nrc_linearizer #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables)
  ) u_linearizer (
    .clk_i,
    .rst_ni,
    .low_we_i     (low_we),
    .width_we_i   (width_we),
    .table_addr_i (CodeWidth'(table_addr_i)),
    .table_wdata_i,
    .read_i       (edge_read),
    .code_i   (code_to_linearize),
    .low_o    (low),
    .high_o   (high),
    .value_o  (value),
    .lowest_o (lowest),
    .highest_o(highest)
  );

  nrc_delay #(.Width(2 * ValueWidth + 2), .Depth(CorrectLatency)) u_edge_delay (
    .clk_i,
    .d_i({low, high, lowest, highest}),
    .q_o({low_corrected, high_corrected, lowest_corrected, highest_corrected})
  );

  logic                    pred_valid;
  logic [ValueWidth-1:0]   pred_value;
  logic [CodeWidth-1:0]    unused_pred_code;
  logic [ValueWidth:0]     unused_deviation, unused_start_deviation;
  logic                    innovation_valid, innovation_reset;
  logic [ChannelWidth-1:0] innovation_channel;
  logic [2:0]              innovation_boost, corrected_innovation_boost;
  logic [ValueWidth:0]     innovation_value;

  nrc_predictor #(
    .Channels     (Channels),
    .CodeWidth    (CodeWidth),
    .UpdateDelay  (0),
    .ValueFraction(2),
    .Queue        (0),
    .Pipeline     (Pipeline)
  ) u_predictor (
    .clk_i,
    .rst_ni,
    .valid_i,
    .channel_i,
    .reset_i             (first_i),
    .pred_valid_o        (pred_valid),
    .pred_value_o        (pred_value),
    .pred_code_o         (unused_pred_code),
    .start_deviation_o   (unused_start_deviation),
    .value_valid_i       (1'b0),
    .value_i             (value),
    .innovation_valid_o  (innovation_valid),
    .innovation_channel_o(innovation_channel),
    .innovation_reset_o  (innovation_reset),
    .innovation_boost_o  (innovation_boost),
    .innovation_value_o  (innovation_value),
    .deviation_o         (unused_deviation)
  );

  // The predictor's outputs after the corrections.
  logic                    tapped_valid;
  logic [ValueWidth-1:0]   tapped_value;
  logic                    tapped_innovation_valid, tapped_innovation_reset;
  logic [ChannelWidth-1:0] tapped_innovation_channel;
  logic [ValueWidth:0]     tapped_innovation_value;

  logic                    corrected_valid;
  logic [ValueWidth-1:0]   corrected_value;
  logic                    corrected_innovation_valid, corrected_innovation_reset;
  logic [ChannelWidth-1:0] corrected_innovation_channel;
  logic [ValueWidth:0]     corrected_innovation_value;

  nrc_delay #(.Width(3), .Depth(CorrectLatency)) u_boost_delay (
    .clk_i, .d_i(innovation_boost), .q_o(corrected_innovation_boost)
  );

  if (Taps != 0) begin : gen_taps
    localparam int Wait = PredictLatency - nrc_latency_pkg::TapsLead;

    logic [Wait-1:0]         valid_q;
    logic                    tap_reset;
    logic [ChannelWidth-1:0] tap_channel;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= '0;
      else         valid_q <= {valid_q[Wait-2:0], valid_i};
    end

    nrc_delay #(.Width(ChannelWidth + 1), .Depth(Wait)) u_tag_delay (
      .clk_i, .d_i({channel_i, first_i}), .q_o({tap_channel, tap_reset})
    );

    nrc_taps #(
      .Channels   (Channels),
      .CodeWidth  (CodeWidth),
      .UpdateDelay(NeighbourLatency)
    ) u_taps (
      .clk_i,
      .rst_ni,
      .valid_i             (valid_q[Wait-1]),
      .channel_i           (tap_channel),
      .reset_i             (tap_reset),
      .pred_value_i        (pred_value),
      .value_i             (value),
      .innovation_i        (innovation_value),
      .pred_valid_o        (tapped_valid),
      .pred_value_o        (tapped_value),
      .innovation_valid_o  (tapped_innovation_valid),
      .innovation_channel_o(tapped_innovation_channel),
      .innovation_reset_o  (tapped_innovation_reset),
      .innovation_value_o  (tapped_innovation_value),
      .remaining_value_i   (corrected_innovation_value),
      .remaining_boost_i   (corrected_innovation_boost)
    );

    logic unused_innovation;
    assign unused_innovation = ^{pred_valid, innovation_valid, innovation_channel,
                                  innovation_reset};
  end else begin : gen_no_taps
    assign tapped_valid              = pred_valid;
    assign tapped_value              = pred_value;
    assign tapped_innovation_valid   = innovation_valid;
    assign tapped_innovation_channel = innovation_channel;
    assign tapped_innovation_reset   = innovation_reset;
    assign tapped_innovation_value   = innovation_value;
  end

  if (Neighbour != 0) begin : gen_neighbour
    logic                    pred_reset;
    logic [ChannelWidth-1:0] pred_channel;
    logic [ValueWidth-1:0]   tapped_code_value;

    nrc_delay #(.Width(ChannelWidth + 1), .Depth(PredictLatency + TapsLatency)) u_tag_delay (
      .clk_i, .d_i({channel_i, first_i}), .q_o({pred_channel, pred_reset})
    );
    nrc_delay #(.Width(ValueWidth), .Depth(TapsLatency)) u_value_delay (
      .clk_i, .d_i(value), .q_o(tapped_code_value)
    );

    nrc_neighbour #(
      .Channels (Channels),
      .CodeWidth(CodeWidth)
    ) u_neighbour (
      .clk_i,
      .rst_ni,
      .valid_i             (tapped_valid),
      .channel_i           (pred_channel),
      .reset_i             (pred_reset),
      .pred_value_i        (tapped_value),
      .value_i             (tapped_code_value),
      .innovation_i        (tapped_innovation_value),
      .innovation_boost_i  (corrected_innovation_boost),
      .pred_valid_o        (corrected_valid),
      .pred_value_o        (corrected_value),
      .innovation_valid_o  (corrected_innovation_valid),
      .innovation_channel_o(corrected_innovation_channel),
      .innovation_reset_o  (corrected_innovation_reset),
      .innovation_value_o  (corrected_innovation_value)
    );

    logic unused_innovation;
    assign unused_innovation = ^{tapped_innovation_valid, tapped_innovation_channel,
                                 tapped_innovation_reset};
  end else begin : gen_no_neighbour
    assign corrected_valid              = tapped_valid;
    assign corrected_value              = tapped_value;
    assign corrected_innovation_valid   = tapped_innovation_valid;
    assign corrected_innovation_channel = tapped_innovation_channel;
    assign corrected_innovation_reset   = tapped_innovation_reset;
    assign corrected_innovation_value   = tapped_innovation_value;
  end

  // What the dispersion starts with.
  logic                    dispersion_valid, dispersion_reset;
  logic [ChannelWidth-1:0] dispersion_channel;

  localparam int Late = IsDeep ? CorrectLatency : PredictLatency - 1;

  if (Late != 0) begin : gen_late_dispersion
    logic [Late:0] valid_q;  // two bits at least

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= '0;
      else         valid_q <= {valid_q[Late-1:0], valid_i};
    end

    assign dispersion_valid = valid_q[Late-1];

    logic unused_valid;
    assign unused_valid = valid_q[Late];
  end else begin : gen_dispersion
    assign dispersion_valid = valid_i;
  end

  nrc_delay #(.Width(ChannelWidth + 1), .Depth(Late)) u_dispersion_delay (
    .clk_i, .d_i({channel_i, first_i}), .q_o({dispersion_channel, dispersion_reset})
  );

  logic [IndexWidth-1:0] index;

  nrc_dispersion #(
    .Channels   (Channels),
    .CodeWidth  (CodeWidth),
    .UpdateDelay(0),
    .Pipeline   (Pipeline),
    .Queue      (0)
  ) u_dispersion (
    .clk_i,
    .rst_ni,
    .valid_i             (dispersion_valid),
    .channel_i           (dispersion_channel),
    .reset_i             (dispersion_reset),
    .index_o             (index),
    .innovation_valid_i  (corrected_innovation_valid),
    .innovation_channel_i(corrected_innovation_channel),
    .innovation_reset_i  (corrected_innovation_reset),
    .innovation_boost_i  (corrected_innovation_boost),
    .innovation_value_i  (corrected_innovation_value)
  );

  logic        interval_valid, interval_escape;
  logic [15:0] interval_low, interval_frequency;
  logic [3:0]  interval_plain;

  nrc_interval #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline)
  ) u_interval (
    .clk_i,
    .rst_ni,
    .table_we_i   (cumulative_we),
    .table_addr_i (table_addr_i[DeviateBits-1:0]),
    .table_wdata_i,
    .valid_i     (corrected_valid),
    .code_i      (code_to_interval),
    .low_i       (low_corrected),
    .high_i      (high_corrected),
    .lowest_i    (lowest_corrected),
    .highest_i   (highest_corrected),
    .pred_value_i(corrected_value),
    .index_i     (index),
    .valid_o     (interval_valid),
    .low_o       (interval_low),
    .frequency_o (interval_frequency),
    .escape_o    (interval_escape),
    .plain_o     (interval_plain)
  );

  logic        range_valid;
  logic [29:0] range_bits;
  logic [4:0]  range_length;

  nrc_range #(
    .CodeWidth(CodeWidth),
    .Pipeline (Pipeline)
  ) u_range (
    .clk_i,
    .rst_ni,
    .valid_i     (interval_valid),
    .low_i       (interval_low),
    .frequency_i (interval_frequency),
    .escape_i    (interval_escape),
    .plain_i     (interval_plain),
    .verbatim_i  (interval_verbatim),
    .code_i      (interval_code),
    .packet_end_i(interval_side[nrc_side_pkg::SidePacketEnd]),
    .flush_i,
    .valid_o     (range_valid),
    .bits_o      (range_bits),
    .length_o    (range_length)
  );

  nrc_carry_packer #(
    .Held     (3),
    .MaxLength(nrc_bound_pkg::max_code_bits(nrc_pkg::ProfileRange, CodeWidth)),
    .Pipeline (Pipeline)
  ) u_carry_packer (
    .clk_i,
    .rst_ni,
    .valid_i (range_valid),
    .bits_i  (range_bits),
    .length_i(range_length),
    .side_i  (range_side),
    .word_valid_o,
    .word_o,
    .side_o
  );

  logic [PackLatency-1:0]    packed_q;
  logic [RangeLatency-Ahead-1:0] flush_q;  // the word of a flush belongs to no sample

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      packed_q <= '0;
      flush_q  <= '0;
    end else begin
      packed_q <= PackLatency'({packed_q, range_valid && !flush_q[RangeLatency-Ahead-1]});
      flush_q  <= (RangeLatency - Ahead)'({flush_q, flush_i});
    end
  end

  assign sample_packed_o = packed_q[PackLatency-1];

endmodule
