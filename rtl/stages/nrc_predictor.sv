// SPDX-License-Identifier: Apache-2.0
//
// Predicts the next code of a channel and keeps the channel's predictor state (docs/bitstream.md,
// section 3). Golden model: nrc::Predictor. Used by encoder and decoder: the code may arrive
// UpdateDelay clocks after the prediction. It comes as its value, 1/64 code: code << 6, or what
// nrc_linearizer makes of it (section 10).
//
//   d = last - level                                   deviation
//   p = clamp(level + ((weight * d) >> 10))            prediction, 1/64 code; q = p rounded
//   e = value - p                                      innovation
//   weight += sign(d) * sign(e) * 2^boost, within limits, unless e is within half a code;
//   level += (value - level) >> 3; last = value
//
// nrc_pace gives boost, from a counter of frames that all channels share.
//
// ValueFraction is the number of bits of a value's fraction that are used: the others are zero and
// not kept in `last`.
//
// With reset_i the state counts as reset: it is not read, so it need not have been written.
//
// With Queue, what the update needs waits for the value in a queue, and value_valid_i says when the
// value comes: in order, at least two clocks after the prediction. UpdateDelay is then 0, and U
// below is what the wait takes.
//
// Stages (U = UpdateDelay; see nrc_latency_pkg):
//   0      valid_i; state RAM read           5      + level
//   1      state or its reset value: start_deviation_o
//   2      d                                 6      clamp, round: pred_*_o
//                                            6 + U  value_i
//   3, 4   (weight * d) >> 10                7 + U  e: innovation_*_o
//                                            8 + U  new state; state RAM write
// In the shallow pipeline stages 3 to 6 are one, 3, and so are 6 + U to 8 + U, 3 + U.

`timescale 1ns / 1ps

module nrc_predictor #(
  parameter int Channels      = -1,
  parameter int CodeWidth     = -1,
  parameter int UpdateDelay   = -1,
  parameter int ValueFraction = -1,  // 2 for the range profile
  parameter int Queue         = -1,  // samples that may wait, a power of two; 0: no queue
  parameter int Pipeline      = -1,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  // PredictLatency (ShallowPredictLatency) clocks after valid_i.
  output logic                    pred_valid_o,
  output logic [ValueWidth-1:0]   pred_value_o,          // p, signed
  output logic [CodeWidth-1:0]    pred_code_o,           // q, signed

  // A clock after valid_i.
  output logic [ValueWidth:0]     start_deviation_o,     // d, signed

  // UpdateDelay clocks after pred_valid_o; with Queue, when value_valid_i says so.
  input  logic                    value_valid_i,         // not used without Queue
  input  logic [ValueWidth-1:0]   value_i,               // signed

  // InnovationLatency clocks after value_i; the channel and its reset bit for nrc_context.
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [2:0]              innovation_boost_o,    // of nrc_pace, for the scale as well
  output logic [ValueWidth:0]     innovation_value_o,    // e, signed
  output logic [ValueWidth:0]     deviation_o            // value - level, with the innovation
);

  localparam int FracBits    = nrc_pkg::FracBits;
  localparam bit IsDeep      = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Registered  = IsDeep ? 1 : 0;           // what only the deep pipeline registers
  localparam int Predict     = IsDeep ? nrc_latency_pkg::PredictLatency
                                      : nrc_latency_pkg::ShallowPredictLatency;
  localparam int Innovation  = IsDeep ? nrc_latency_pkg::InnovationLatency
                                      : nrc_latency_pkg::ShallowInnovationLatency;
  localparam int Update      = Predict + UpdateDelay;    // stage of value_i
  localparam int WriteStage  = Update + Innovation + Registered;
  localparam int WeightWidth = nrc_pkg::WeightBits;
  localparam int LastWidth   = CodeWidth + ValueFraction;
  localparam int ZeroBits    = FracBits - ValueFraction;  // of a value, at its end
  localparam int StateWidth  = WeightWidth + ValueWidth + LastWidth;

  // Control: bit s is the sample in stage s.
  logic [WriteStage:1]     valid_q;
  logic                    update_valid, write_valid;
  logic                    reset_s1_q;
  logic [ChannelWidth-1:0] write_channel;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[WriteStage-1:1], valid_i};
  end

  always_ff @(posedge clk_i) reset_s1_q <= reset_i;

  nrc_delay #(.Width(ChannelWidth), .Depth(Registered)) u_write_delay (
    .clk_i, .d_i(innovation_channel_o), .q_o(write_channel)
  );

  // Pace: in stage 1, then with the innovation.
  logic [2:0] boost_s1;
  logic       unused_slow;

  nrc_pace u_pace (
    .clk_i,
    .frame_begin_i(valid_i && channel_i == '0),
    .reset_i,
    .slow_o       (unused_slow),
    .boost_o      (boost_s1)
  );

  // State.
  logic [StateWidth-1:0] state_s1;
  logic [StateWidth-1:0] new_state;   // stage WriteStage

  nrc_ram_1r1w #(.Width(StateWidth), .Depth(Channels)) u_state (
    .clk_i,
    .rst_ni,
    .we_i   (write_valid),
    .waddr_i(write_channel),
    .wdata_i(new_state),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(state_s1)
  );

  logic [ValueWidth-1:0] value_update;  // p in stage Update
  logic [ValueWidth:0]   innovation;    // stage Update + Innovation

  // |level + ((weight * d) >> 10)| < 1.75 * 2^ValueWidth
  localparam int RawBits = ValueWidth + 2;

  localparam logic [WeightWidth-1:0] WeightReset = WeightWidth'(nrc_pkg::WeightReset);

  // Stage 1.
  logic [WeightWidth-1:0] weight_s1;
  logic [ValueWidth-1:0]  level_s1;
  logic [LastWidth-1:0]   last_s1;

  assign {weight_s1, level_s1, last_s1} =
      reset_s1_q ? {WeightReset, {ValueWidth{1'b0}}, {LastWidth{1'b0}}} : state_s1;

  // Stages 2 to 5.
  logic [RawBits-1:0]     raw_s5;
  logic [WeightWidth-1:0] weight_s5;
  logic [ValueWidth-1:0]  level_s5;
  logic                   d_negative_s5;
  logic                   d_nonzero_s5;

  nrc_weigh #(.ValueWidth(ValueWidth), .Pipeline(Pipeline)) u_weigh (
    .clk_i,
    .weight_i    (weight_s1),
    .level_i     (level_s1),
    .last_i      ({last_s1, {ZeroBits{1'b0}}}),
    .sum_o       (raw_s5),
    .weight_o    (weight_s5),
    .level_o     (level_s5),
    .d_negative_o(d_negative_s5),
    .d_nonzero_o (d_nonzero_s5),
    .d_o         (start_deviation_o)
  );

  // Stage 6. The largest value has all integer bits set but the sign, and no fraction, so
  // everything that has them is clamped to it.
  logic                  too_low_s5;
  logic                  too_high_s5;
  logic [ValueWidth-1:0] value_s5;
  logic [ValueWidth-1:0] value_s6_q;
  logic [CodeWidth-1:0]  code_round;

  assign too_low_s5  = raw_s5[RawBits-1] && !(&raw_s5[RawBits-2:ValueWidth-1]);
  assign too_high_s5 = !raw_s5[RawBits-1] && ((|raw_s5[RawBits-2:ValueWidth-1]) ||
                                                (&raw_s5[ValueWidth-2:FracBits]));
  assign value_s5 = too_low_s5  ? {1'b1, {(ValueWidth-1){1'b0}}} :
                    too_high_s5 ? {1'b0, {(CodeWidth-1){1'b1}}, {FracBits{1'b0}}} :
                                  raw_s5[ValueWidth-1:0];

  always_ff @(posedge clk_i) value_s6_q <= value_s5;

  // Rounded before the register in the deep pipeline, after it in the shallow one.
  logic [ValueWidth-1:0] value_round;

  assign value_round = IsDeep ? value_s5 : value_s6_q;
  assign code_round  = value_round[ValueWidth-1:FracBits] + CodeWidth'(value_round[FracBits-1]);

  nrc_delay #(.Width(CodeWidth), .Depth(Registered)) u_code (
    .clk_i, .d_i(code_round), .q_o(pred_code_o)
  );

  assign pred_value_o = value_s6_q;

  // Stages Update to WriteStage, from what the prediction started from.
  logic [WeightWidth-1:0] weight_update, weight_write;
  logic [ValueWidth-1:0]  level_update, level_write;
  logic [LastWidth-1:0]   last_write;
  logic                   d_negative_update;
  logic                   d_nonzero_update;
  logic [2:0]             boost_update;

  if (Queue != 0) begin : gen_queue
    localparam int StartWidth = WeightWidth + ValueWidth + 2;
    localparam int TagWidth   = ChannelWidth + 1 + 3;

    logic [StartWidth-1:0] start_s6;
    logic [TagWidth-1:0]   tag_s6, tag_update;
    logic [2:0]            boost_s6;
    logic                  queue_valid;
    logic [$clog2(Queue):0] queue_level;
    logic                  innovation_valid_q, write_valid_q;

    nrc_delay #(.Width(StartWidth), .Depth(1)) u_start_delay (
      .clk_i, .d_i({weight_s5, level_s5, d_negative_s5, d_nonzero_s5}), .q_o(start_s6)
    );
    nrc_delay #(.Width(ChannelWidth + 1), .Depth(Predict)) u_tag_delay (
      .clk_i, .d_i({channel_i, reset_i}), .q_o(tag_s6[TagWidth-1:3])
    );
    nrc_delay #(.Width(3), .Depth(Predict - 1)) u_boost_delay (
      .clk_i, .d_i(boost_s1), .q_o(boost_s6)
    );
    assign tag_s6[2:0]  = boost_s6;
    assign boost_update = tag_update[2:0];

    nrc_fifo #(.Width(StartWidth + TagWidth + ValueWidth), .Depth(Queue)) u_queue (
      .clk_i,
      .rst_ni,
      .push_i (valid_q[Predict]),
      .wdata_i({start_s6, tag_s6, value_s6_q}),
      .valid_o(queue_valid),
      .rdata_o({weight_update, level_update, d_negative_update, d_nonzero_update, tag_update,
                value_update}),
      .pop_i  (value_valid_i),
      .level_o(queue_level)
    );

    nrc_delay #(.Width(TagWidth), .Depth(Innovation)) u_innovation_delay (
      .clk_i,
      .d_i(tag_update),
      .q_o({innovation_channel_o, innovation_reset_o, innovation_boost_o})
    );

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        innovation_valid_q <= 1'b0;
        write_valid_q      <= 1'b0;
      end else begin
        innovation_valid_q <= value_valid_i;
        write_valid_q      <= innovation_valid_q;
      end
    end

    assign update_valid       = value_valid_i;
    assign innovation_valid_o = innovation_valid_q;
    assign write_valid        = write_valid_q;

    // verilator lint_off UNUSEDSIGNAL
    logic unused;
    assign unused = ^{queue_valid, queue_level, valid_q[WriteStage:Predict+1]};
    // verilator lint_on UNUSEDSIGNAL
  end else begin : gen_delays
    if (IsDeep) begin : gen_tag
      nrc_delay #(.Width(ChannelWidth + 1), .Depth(Update + Innovation)) u_tag_delay (
        .clk_i,
        .d_i({channel_i, reset_i}),
        .q_o({innovation_channel_o, innovation_reset_o})
      );
    end else begin : gen_tag_ring
      nrc_ring_delay #(.Width(ChannelWidth + 1), .Depth(Update + Innovation)) u_tag_delay (
        .clk_i,
        .rst_ni,
        .d_i({channel_i, reset_i}),
        .q_o({innovation_channel_o, innovation_reset_o})
      );
    end

    nrc_delay #(.Width(3), .Depth(Update - 1)) u_boost_delay (
      .clk_i, .d_i(boost_s1), .q_o(boost_update)
    );
    nrc_delay #(.Width(3), .Depth(Innovation)) u_innovation_boost_delay (
      .clk_i, .d_i(boost_update), .q_o(innovation_boost_o)
    );
    nrc_delay #(.Width(WeightWidth + ValueWidth + 2), .Depth(UpdateDelay + 1)) u_start_delay (
      .clk_i,
      .d_i({weight_s5, level_s5, d_negative_s5, d_nonzero_s5}),
      .q_o({weight_update, level_update, d_negative_update, d_nonzero_update})
    );
    nrc_delay #(.Width(ValueWidth), .Depth(UpdateDelay)) u_value_delay (
      .clk_i, .d_i(pred_value_o), .q_o(value_update)
    );

    assign update_valid       = valid_q[Update];
    assign innovation_valid_o = valid_q[Update + Innovation];
    assign write_valid        = valid_q[WriteStage];

    logic unused_value_valid;
    assign unused_value_valid = value_valid_i;
  end

  nrc_adapt #(.ValueWidth(ValueWidth), .Pipeline(Pipeline)) u_adapt (
    .clk_i,
    .value_i,
    .pred_value_i(value_update),
    .weight_i    (weight_update),
    .level_i     (level_update),
    .d_negative_i(d_negative_update),
    .d_nonzero_i (d_nonzero_update),
    .innovation_o(innovation),
    .reset_i     (innovation_reset_o),
    .boost_i     (boost_update),
    .weight_o    (weight_write),
    .level_o     (level_write)
  );

  nrc_delay #(.Width(LastWidth), .Depth(WriteStage - Update)) u_last_delay (
    .clk_i, .d_i(value_i[ValueWidth-1:ZeroBits]), .q_o(last_write)
  );

  assign new_state = {weight_write, level_write, last_write};

  logic [ValueWidth:0] deviation;
  assign deviation = {value_i[ValueWidth-1], value_i} -
                     {level_update[ValueWidth-1], level_update};

  nrc_delay #(.Width(ValueWidth + 1), .Depth(Innovation)) u_deviation (
    .clk_i, .d_i(deviation), .q_o(deviation_o)
  );

  assign pred_valid_o       = valid_q[Predict];
  assign innovation_value_o = innovation;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && UpdateDelay >= 0 &&
               ValueFraction >= 0 && ValueFraction < FracBits && (Pipeline == 0 || Pipeline == 1) &&
               (Queue == 0 || (Queue > 0 && IsDeep && UpdateDelay == 0)),
               "nrc_predictor: a parameter is missing or out of its range")

  logic signed [WeightWidth-1:0] new_weight;
  assign new_weight = new_state[StateWidth-1-:WeightWidth];

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) begin
      if (update_valid) assert (value_i[ZeroBits-1:0] == '0);
      if (write_valid) begin
        assert (int'(new_weight) >= nrc_pkg::WeightMin && int'(new_weight) <= nrc_pkg::WeightMax);
      end
    end
  end
`endif

endmodule
