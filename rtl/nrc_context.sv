// SPDX-License-Identifier: Apache-2.0
//
// Chooses the Huffman table of a code from the channel's scale and the predicted code, and keeps
// the scale (docs/bitstream.md, sections 3 and 4). Golden model: nrc::Context. Works beside
// nrc_predictor, on the same samples; serves an encoder and a decoder.
//
//   class = first k with scale >> 6 < below[k]; gives first_table, modulus_bits, split, raw_bits
//   table = first_table + (q mod 2^modulus_bits), + 2^modulus_bits for large |q| if split
//   scale = scale + (((min(|e|, 2^(CodeWidth+2) - 1) << 4) - scale) >> 8)
//
// With reset_i the scale counts as InitialScale: it is not read, so it need not have been written.
// Where there is one class the scale has no use and the RAM none either.
//
// Stages (U = UpdateDelay; see nrc_latency_pkg):
//   0  valid_i; scale RAM read               7 + U  innovation_*_i
//   1  scale or its reset value              8 + U  min(|e|)
//   4  scale >= thresholds                   9 + U  new scale; scale RAM write
//   5  the class's fields
//   6  pred_*_i; phase of q
//   7  table
//   8  table_o, raw_bits_o

module nrc_context #(
  parameter int Channels     = 1024,
  parameter int CodeWidth    = 10,
  parameter int UpdateDelay  = 0,
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

  // From nrc_predictor, PredictLatency clocks after valid_i.
  input  logic                    pred_valid_i,
  input  logic [CodeWidth-1:0]    pred_code_i,

  // ContextLatency clocks after pred_valid_i.
  output logic                    valid_o,
  output logic [TableWidth-1:0]   table_o,
  output logic [3:0]              raw_bits_o,

  // From nrc_predictor.
  input  logic                    innovation_valid_i,
  input  logic [ChannelWidth-1:0] innovation_channel_i,
  input  logic                    innovation_reset_i,
  input  logic [ValueWidth:0]     innovation_value_i
);

  localparam int ScaleWidth = ValueWidth;
  localparam int ThresholdShift = nrc_pkg::ScaleFrac - nrc_pkg::ThresholdFrac;
  localparam int CompareStage = nrc_latency_pkg::PredictLatency - 2;
  localparam int UpdateStage  = nrc_latency_pkg::PredictLatency +
                                nrc_latency_pkg::InnovationLatency + UpdateDelay + 1;

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

    nrc_delay #(.Width(ScaleWidth), .Depth(CompareStage - 1)) u_compare_delay (
      .clk_i, .d_i(scale_s1), .q_o(scale_compare)
    );
    nrc_delay #(.Width(ScaleWidth), .Depth(UpdateStage - CompareStage)) u_update_delay (
      .clk_i, .d_i(scale_compare), .q_o(scale_update)
    );

    assign level = 16'(scale_compare[ScaleWidth-1:ThresholdShift]);

    // Stage UpdateStage: min(|e|, 2^(CodeWidth+2) - 1).
    localparam int MagnitudeWidth = CodeWidth + 2;
    logic [ValueWidth-1:0]     magnitude;
    logic [MagnitudeWidth-1:0] magnitude_q;
    logic                      update_valid_q;
    logic                      update_reset_q;
    logic [ChannelWidth-1:0]   update_channel_q;

    assign magnitude = (innovation_value_i[ValueWidth-1:0] ^
                        {ValueWidth{innovation_value_i[ValueWidth]}}) +
                       ValueWidth'(innovation_value_i[ValueWidth]);

    always_ff @(posedge clk_i) begin
      magnitude_q      <= magnitude[MagnitudeWidth-1:0] |
                          {MagnitudeWidth{|magnitude[ValueWidth-1:MagnitudeWidth]}};
      update_reset_q   <= innovation_reset_i;
      update_channel_q <= innovation_channel_i;
    end

    // Next stage: the new scale. It moves towards a value in its range, so it stays there.
    logic [ScaleWidth:0]     difference;
    logic [ScaleWidth-1:0]   scale_q;
    logic                    write_q;
    logic [ChannelWidth-1:0] write_channel_q;

    assign difference = {1'b0, magnitude_q, {(ScaleWidth-MagnitudeWidth){1'b0}}} -
                        {1'b0, scale_update};

    always_ff @(posedge clk_i) begin
      scale_q <= update_reset_q
                 ? ScaleReset
                 : scale_update + {{(nrc_pkg::ScaleShift-1){difference[ScaleWidth]}},
                                   difference[ScaleWidth:nrc_pkg::ScaleShift]};
      write_channel_q <= update_channel_q;
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        update_valid_q <= 1'b0;
        write_q        <= 1'b0;
      end else begin
        update_valid_q <= innovation_valid_i;
        write_q        <= update_valid_q;
      end
    end

    nrc_ram_1r1w #(.Width(ScaleWidth), .Depth(Channels)) u_scale (
      .clk_i,
      .we_i   (write_q),
      .waddr_i(write_channel_q),
      .wdata_i(scale_q),
      .re_i   (valid_i && !reset_i),
      .raddr_i(channel_i),
      .rdata_o(state_s1)
    );
  end else begin : gen_no_scale
    // verilator lint_off UNUSEDSIGNAL
    logic unused_update;
    assign unused_update = ^{valid_i, channel_i, reset_i, innovation_valid_i,
                             innovation_channel_i, innovation_reset_i, innovation_value_i};
    // verilator lint_on UNUSEDSIGNAL
    assign level = '0;
  end

  // Stage 5: bit k says that the scale is not below class k.
  logic [NumClasses-1:0] reached_d;
  logic [NumClasses-1:0] reached_s5_q;

  always_comb begin
    reached_d = '0;
    reached_d[0] = 1'b1;
    for (int k = 1; k < NumClasses; k++) begin
      reached_d[k] = level >= ClassBelow[16*(k-1)+:16];
    end
  end

  // Stage 6: the fields of the class. The mask has modulus_bits ones.
  logic [NumClasses-1:0] selected;
  logic [TableWidth-1:0] first_table_d, first_table_s6_q;
  logic [7:0]            mask_d,        mask_s6_q;
  logic                  split_d,       split_s6_q;
  logic [3:0]            raw_bits_d,    raw_bits_s6_q;

  assign selected = reached_s5_q & ~(reached_s5_q >> 1);

  always_comb begin
    first_table_d = '0;
    mask_d        = '0;
    split_d       = 1'b0;
    raw_bits_d    = '0;
    for (int k = 0; k < NumClasses; k++) begin
      first_table_d = first_table_d |
                      (ClassFirstTable[16*k+:TableWidth] & {TableWidth{selected[k]}});
      mask_d        = mask_d | (~(8'hFF << ClassModulusBits[16*k+:4]) & {8{selected[k]}});
      split_d       = split_d | (ClassSplit[16*k] & selected[k]);
      raw_bits_d    = raw_bits_d | (ClassRawBits[16*k+:4] & {4{selected[k]}});
    end
  end

  always_ff @(posedge clk_i) begin
    reached_s5_q     <= reached_d;
    first_table_s6_q <= first_table_d;
    mask_s6_q        <= mask_d;
    split_s6_q       <= split_d;
    raw_bits_s6_q    <= raw_bits_d;
  end

  // Stage 7: phase. q is outside -2^(m-1) .. 2^(m-1)-1 if a bit from m-1 up differs from the sign.
  logic [15:0]           q;
  logic [15:0]           outside_mask;
  logic                  outside;
  // verilator lint_off UNUSEDSIGNAL
  logic [8:0]            phase_s7_q;  // as many bits as the largest class needs
  // verilator lint_on UNUSEDSIGNAL
  logic [TableWidth-1:0] first_table_s7_q;
  logic [3:0]            raw_bits_s7_q;
  logic                  valid_s7_q;

  assign q            = 16'($signed(pred_code_i));
  assign outside_mask = {9'h1FF, ~mask_s6_q[7:1]};
  assign outside      = split_s6_q && (|((q ^ {16{q[15]}}) & outside_mask));

  always_ff @(posedge clk_i) begin
    phase_s7_q       <= {1'b0, q[7:0] & mask_s6_q} |
                        ({mask_s6_q, 1'b1} & ~{1'b0, mask_s6_q} & {9{outside}});
    first_table_s7_q <= first_table_s6_q;
    raw_bits_s7_q    <= raw_bits_s6_q;
  end

  // Stage 8: table.
  always_ff @(posedge clk_i) begin
    table_o    <= first_table_s7_q + TableWidth'(phase_s7_q);
    raw_bits_o <= raw_bits_s7_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_s7_q <= 1'b0;
      valid_o    <= 1'b0;
    end else begin
      valid_s7_q <= pred_valid_i;
      valid_o    <= valid_s7_q;
    end
  end

`ifndef SYNTHESIS
  initial begin
    assert (NumClasses >= 1 && NumClasses <= 16);
    assert (InitialScale >= 0 && InitialScale < (1 << ScaleWidth));
  end
`endif

endmodule
