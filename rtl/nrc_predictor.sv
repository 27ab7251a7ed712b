// SPDX-License-Identifier: Apache-2.0
//
// Predicts the next code of a channel and keeps the channel's predictor state (docs/bitstream.md,
// section 3). Golden model: nrc::Predictor. Serves an encoder and a decoder: the code may come
// UpdateDelay clocks after the prediction. It comes as its value, 1/64 code: code << 6, or what
// nrc_linearizer makes of it (section 10).
//
//   d = last - level                                   deviation
//   p = clamp(level + ((weight * d) >> 10))            prediction, 1/64 code; q = p rounded
//   e = value - p                                      innovation
//   weight += sign(d) * sign(e), within limits; level += (value - level) >> 3; last = value
//
// ValueFraction tells how many bits of a value's fraction are used: the others are zero and not
// kept in `last`.
//
// With reset_i the state counts as reset: it is not read, so it need not have been written.
// PredictorMode `difference` (p = last) keeps only `last`, `none` (p = 0) nothing.
//
// Stages (U = UpdateDelay; see nrc_latency_pkg):
//   0      valid_i; state RAM read           5      + level
//   1      state or its reset value          6      clamp, round: pred_*_o
//   2      d                                 6 + U  value_i
//   3, 4   (weight * d) >> 10                7 + U  e: innovation_*_o
//                                            8 + U  new state; state RAM write

module nrc_predictor #(
  parameter int Channels      = 1024,
  parameter int CodeWidth     = 10,
  parameter int PredictorMode = nrc_tables_pkg::PredictorMode,
  parameter int UpdateDelay   = 0,
  parameter int ValueFraction = 0,  // 2 for the range profile, whose PredictorMode is adaptive
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  // PredictLatency clocks after valid_i.
  output logic                    pred_valid_o,
  output logic [ValueWidth-1:0]   pred_value_o,          // p, signed
  output logic [CodeWidth-1:0]    pred_code_o,           // q, signed

  // UpdateDelay clocks after pred_valid_o.
  input  logic [ValueWidth-1:0]   value_i,               // signed

  // InnovationLatency clocks after value_i; the channel and its reset bit for nrc_context.
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [ValueWidth:0]     innovation_value_o     // e, signed
);

  localparam int FracBits    = nrc_pkg::FracBits;
  localparam int Predict     = nrc_latency_pkg::PredictLatency;
  localparam int Update      = Predict + UpdateDelay;    // stage of value_i
  localparam int WriteStage  = Update + 2;
  localparam bit IsAdaptive  = PredictorMode == nrc_pkg::PredictorAdaptive;
  localparam bit HasState    = PredictorMode != nrc_pkg::PredictorNone;
  localparam int WeightWidth = nrc_pkg::WeightBits;
  localparam int LastWidth   = CodeWidth + ValueFraction;
  localparam int ZeroBits    = FracBits - ValueFraction;  // of a value, at its end
  localparam int StateWidth  = IsAdaptive ? WeightWidth + ValueWidth + LastWidth : LastWidth;

  // Control: bit s is the sample in stage s.
  logic [WriteStage:1]     valid_q;
  logic                    reset_s1_q;
  logic [ChannelWidth-1:0] write_channel_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[WriteStage-1:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_s1_q      <= reset_i;
    write_channel_q <= innovation_channel_o;
  end

  nrc_delay #(.Width(ChannelWidth + 1), .Depth(Update + 1)) u_tag_delay (
    .clk_i,
    .d_i({channel_i, reset_i}),
    .q_o({innovation_channel_o, innovation_reset_o})
  );

  // State.
  logic [StateWidth-1:0] state_s1;
  logic [StateWidth-1:0] state_q;     // stage WriteStage

  if (HasState) begin : gen_ram
    nrc_ram_1r1w #(.Width(StateWidth), .Depth(Channels)) u_state (
      .clk_i,
      .we_i   (valid_q[WriteStage]),
      .waddr_i(write_channel_q),
      .wdata_i(state_q),
      .re_i   (valid_i && !reset_i),
      .raddr_i(channel_i),
      .rdata_o(state_s1)
    );
  end else begin : gen_no_ram
    // verilator lint_off UNUSEDSIGNAL
    logic unused_state;
    assign unused_state = ^{valid_q[WriteStage], write_channel_q, state_s1, state_q, reset_s1_q};
    // verilator lint_on UNUSEDSIGNAL
    assign state_s1 = '0;
    assign state_q  = '0;
  end

  // Prediction, and the innovation, which is the same in all modes.
  logic [ValueWidth-1:0] value_update;       // p in stage Update
  logic [ValueWidth:0]   innovation_q;       // stage Update + 1
  logic [LastWidth-1:0]  last_q;             // stage Update + 1

  always_ff @(posedge clk_i) begin
    innovation_q <= {value_i[ValueWidth-1], value_i} -
                    {value_update[ValueWidth-1], value_update};
    last_q       <= value_i[ValueWidth-1:ZeroBits];
  end

  if (IsAdaptive) begin : gen_adaptive
    // |level + ((weight * d) >> 10)| < 1.75 * 2^ValueWidth
    localparam int RawBits = ValueWidth + 2;

    localparam logic [WeightWidth-1:0] WeightReset = WeightWidth'(nrc_pkg::WeightReset);
    localparam logic [WeightWidth-1:0] WeightMin   = WeightWidth'(nrc_pkg::WeightMin);
    localparam logic [WeightWidth-1:0] WeightMax   = WeightWidth'(nrc_pkg::WeightMax);

    // Stage 1.
    logic [WeightWidth-1:0] weight_s1;
    logic [ValueWidth-1:0]  level_s1;
    logic [LastWidth-1:0]   last_s1;

    assign {weight_s1, level_s1, last_s1} =
        reset_s1_q ? {WeightReset, {ValueWidth{1'b0}}, {LastWidth{1'b0}}} : state_s1;

    // Stage 2. The sign of d travels on to the update of the weight.
    logic [ValueWidth:0]    d_s2_q;
    logic [WeightWidth-1:0] weight_s2_q;
    logic [ValueWidth-1:0]  level_s2_q;
    logic                   d_negative_s2;
    logic                   d_nonzero_s2_q;

    always_ff @(posedge clk_i) begin
      d_s2_q         <= {last_s1[LastWidth-1], last_s1, {ZeroBits{1'b0}}} -
                        {level_s1[ValueWidth-1], level_s1};
      weight_s2_q    <= weight_s1;
      level_s2_q     <= level_s1;
      d_nonzero_s2_q <= {last_s1, {ZeroBits{1'b0}}} != level_s1;
    end
    assign d_negative_s2 = d_s2_q[ValueWidth];

    // Stages 3 and 4.
    logic [RawBits-1:0]    weighted_s4;
    logic [ValueWidth-1:0] level_s4;

    nrc_weigh #(.DWidth(ValueWidth + 1)) u_weigh (
      .clk_i, .weight_i(weight_s2_q), .d_i(d_s2_q), .product_o(weighted_s4)
    );
    nrc_delay #(.Width(ValueWidth), .Depth(2)) u_level_delay (
      .clk_i, .d_i(level_s2_q), .q_o(level_s4)
    );

    // Stage 5.
    logic [RawBits-1:0] raw_s5_q;

    always_ff @(posedge clk_i) raw_s5_q <= weighted_s4 + {{2{level_s4[ValueWidth-1]}}, level_s4};

    // Stage 6. The largest value has all integer bits set but the sign, and no fraction, so
    // everything that has them is clamped to it.
    logic                  too_low_s5;
    logic                  too_high_s5;
    logic [ValueWidth-1:0] value_s5;
    logic [ValueWidth-1:0] value_s6_q;
    logic [CodeWidth-1:0]  code_s6_q;

    assign too_low_s5  = raw_s5_q[RawBits-1] && !(&raw_s5_q[RawBits-2:ValueWidth-1]);
    assign too_high_s5 = !raw_s5_q[RawBits-1] && ((|raw_s5_q[RawBits-2:ValueWidth-1]) ||
                                                  (&raw_s5_q[ValueWidth-2:FracBits]));
    assign value_s5 = too_low_s5  ? {1'b1, {(ValueWidth-1){1'b0}}} :
                      too_high_s5 ? {1'b0, {(CodeWidth-1){1'b1}}, {FracBits{1'b0}}} :
                                    raw_s5_q[ValueWidth-1:0];

    always_ff @(posedge clk_i) begin
      value_s6_q <= value_s5;
      code_s6_q  <= value_s5[ValueWidth-1:FracBits] + CodeWidth'(value_s5[FracBits-1]);
    end

    assign pred_value_o = value_s6_q;
    assign pred_code_o  = code_s6_q;

    // Update: what the prediction started from, one stage after the value came.
    logic [WeightWidth-1:0] weight_update;      // stage Update
    logic [ValueWidth-1:0]  level_update;
    logic                   d_negative_update;
    logic                   d_nonzero_update;
    logic [WeightWidth-1:0] weight_q;           // stage Update + 1
    logic [ValueWidth-1:0]  level_q;
    logic                   d_negative_q;
    logic                   d_nonzero_q;
    logic [ValueWidth:0]    level_error_q;

    nrc_delay #(.Width(ValueWidth), .Depth(Update - 4)) u_level_update_delay (
      .clk_i, .d_i(level_s4), .q_o(level_update)
    );
    nrc_delay #(.Width(WeightWidth + 2), .Depth(Update - 2)) u_weight_delay (
      .clk_i,
      .d_i({weight_s2_q, d_negative_s2, d_nonzero_s2_q}),
      .q_o({weight_update, d_negative_update, d_nonzero_update})
    );

    always_ff @(posedge clk_i) begin
      weight_q      <= weight_update;
      level_q       <= level_update;
      d_negative_q  <= d_negative_update;
      d_nonzero_q   <= d_nonzero_update;
      level_error_q <= {value_i[ValueWidth-1], value_i} -
                       {level_update[ValueWidth-1], level_update};
    end

    // Stage WriteStage. In a reset frame d and level are 0: the weight stays and level_error_q is
    // the value itself.
    logic                   weight_down;
    logic                   weight_stays;
    logic [WeightWidth-1:0] weight_d;
    logic [ValueWidth-1:0]  level_d;

    assign weight_down  = d_negative_q != innovation_q[ValueWidth];
    assign weight_stays = !d_nonzero_q || !(|innovation_q) ||
                          (weight_down ? weight_q == WeightMin : weight_q == WeightMax);
    assign weight_d     = weight_stays ? weight_q
                                       : weight_q + {{(WeightWidth-1){weight_down}}, 1'b1};
    assign level_d      = innovation_reset_o
                          ? level_error_q[ValueWidth-1:0]
                          : level_q + {{(nrc_pkg::LevelShift-1){level_error_q[ValueWidth]}},
                                       level_error_q[ValueWidth:nrc_pkg::LevelShift]};

    always_ff @(posedge clk_i) state_q <= {weight_d, level_d, last_q};

`ifndef SYNTHESIS
    logic signed [WeightWidth-1:0] new_weight;
    assign new_weight = state_q[StateWidth-1-:WeightWidth];

    always @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
      end else if (valid_q[WriteStage]) begin
        assert (int'(new_weight) >= nrc_pkg::WeightMin && int'(new_weight) <= nrc_pkg::WeightMax);
      end
    end
`endif
  end else begin : gen_simple
    // `difference`: the last value, kept in stages 1 to Predict. `none`: nothing.
    logic [LastWidth-1:0] last_s1;
    logic [LastWidth-1:0] last_predict;

    assign last_s1 = (HasState && !reset_s1_q) ? state_s1 : '0;

    nrc_delay #(.Width(LastWidth), .Depth(Predict - 1)) u_last_delay (
      .clk_i, .d_i(last_s1), .q_o(last_predict)
    );
    assign pred_value_o = {last_predict, {ZeroBits{1'b0}}};
    assign pred_code_o  = pred_value_o[ValueWidth-1:FracBits];

    if (HasState) begin : gen_last
      always_ff @(posedge clk_i) state_q <= last_q;
    end else begin : gen_no_last
      // verilator lint_off UNUSEDSIGNAL
      logic unused_last;
      assign unused_last = ^last_q;
      // verilator lint_on UNUSEDSIGNAL
    end
  end

  nrc_delay #(.Width(ValueWidth), .Depth(UpdateDelay)) u_value_delay (
    .clk_i, .d_i(pred_value_o), .q_o(value_update)
  );

  assign pred_valid_o       = valid_q[Predict];
  assign innovation_valid_o = valid_q[Update + nrc_latency_pkg::InnovationLatency];
  assign innovation_value_o = innovation_q;

`ifndef SYNTHESIS
  initial begin
    assert (CodeWidth >= 2 && CodeWidth <= 16);
    assert (ValueFraction == 0 || (ValueFraction < FracBits && IsAdaptive));
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
    end else if (valid_q[Update]) begin
      assert (value_i[ZeroBits-1:0] == '0);
    end
  end
`endif

endmodule
