// SPDX-License-Identifier: Apache-2.0
//
// Maps int16 samples to codes and tells which samples do not survive it (docs/bitstream.md,
// section 1). Golden model: nrc::Shift6.
//
// Mapping `code`: the sample is the code; it is off the grid when it does not fit CodeWidth bits
// (the code is then its low bits).
//
// Mapping `shift6`: code = sample >> 6 and, with u = code + 512, back:
//
//   trunc(u * 65535 / 1023 - 32768) = 64 * code + round_towards_zero(63 * u / 1023)
//
// because 65535 = 64 * 1023 + 63. The sample is on the grid when its low six bits are that last
// term: floor(63 u / 1023) where the code is not negative, else the ceiling. The ones' complement
// turns u into 1023 - u and the ceiling into the floor, so that negative samples are inverted and
// then treated like the others. The quotient needs no divider: for n < 2^20,
// n / 1023 = (n + (n >> 10) + 1) >> 10.
//
// Latency: 1 clock, all bits of a sample together, except off_grid_o, which pulses 2 clocks after
// the sample (1 after its code).

module nrc_shift6 #(
  parameter int Mapping      = nrc_pkg::MappingShift6,
  parameter int CodeWidth    = 10,
  parameter int ChannelWidth = 10
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [15:0]             sample_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    first_i,
  input  logic                    frame_end_i,
  input  logic                    packet_end_i,
  input  logic                    key_i,
  input  logic                    bad_i,
  input  logic                    last_i,

  output logic                    valid_o,
  output logic [CodeWidth-1:0]    code_o,
  output logic [ChannelWidth-1:0] channel_o,
  output logic                    first_o,
  output logic                    frame_end_o,
  output logic                    packet_end_o,
  output logic                    key_o,
  output logic                    bad_o,
  output logic                    last_o,

  output logic                    off_grid_o
);

  logic off_grid_s1;  // stage 1, of the code at the output

  // Stage 1: the code.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else         valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    channel_o    <= channel_i;
    first_o      <= first_i;
    frame_end_o  <= frame_end_i;
    packet_end_o <= packet_end_i;
    key_o        <= key_i;
    bad_o        <= bad_i;
    last_o       <= last_i;
  end

  if (Mapping == nrc_pkg::MappingShift6) begin : gen_shift6
    logic [14:0] folded;       // the sample, inverted if it is negative
    logic [9:0]  u;            // 512..1023
    logic [15:0] product_s1_q; // 63 * u
    logic [5:0]  low_s1_q;

    assign folded = sample_i[14:0] ^ {15{sample_i[15]}};
    assign u      = {1'b1, folded[14:6]};

    always_ff @(posedge clk_i) begin
      code_o       <= CodeWidth'($signed(sample_i[15:6]));
      product_s1_q <= {u, 6'b0} - {6'b0, u};
      low_s1_q     <= folded[5:0];
    end

    // verilator lint_off UNUSEDSIGNAL
    logic [15:0] quotient_s1;  // only the bits above 2^10 count
    // verilator lint_on UNUSEDSIGNAL
    assign quotient_s1 = product_s1_q + {10'b0, product_s1_q[15:10]} + 16'd1;
    assign off_grid_s1 = quotient_s1[15:10] != low_s1_q;
  end else begin : gen_code
    logic fits_s1_q;

    always_ff @(posedge clk_i) begin
      code_o    <= sample_i[CodeWidth-1:0];
      fits_s1_q <= (&sample_i[15:CodeWidth-1]) || !(|sample_i[15:CodeWidth-1]);
    end
    assign off_grid_s1 = !fits_s1_q;
  end

  // Stage 2: the verdict.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) off_grid_o <= 1'b0;
    else         off_grid_o <= valid_o && off_grid_s1;
  end

`ifndef SYNTHESIS
  initial begin
    assert (CodeWidth >= 2 && CodeWidth <= 16);
    assert (Mapping != nrc_pkg::MappingShift6 || CodeWidth == 10);
  end
`endif

endmodule
