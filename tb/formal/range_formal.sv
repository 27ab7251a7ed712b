// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_range: the range stays in 32768..65535; a word has at most 29 bits, at least
// one at a packet's end, and at most one carry; no place of a packet is passed by two carries, and
// its begin by none. nrc_carry_packer relies on all of it.
//
// Assumed of the user: frequencies as nrc_cumulative gives them; verbatim codes only at a packet's begin.
//
// The products are cut: they may be anything that these facts about products allow. For
// 2^15 <= r, f < 2^16 is 2^30 <= r f < 2^32. For low + n < 2^16 is
// floor(r low / 2^16) + floor(r n / 2^16) <= r. For v < 2^b is v r + r <= 2^b r.

`timescale 1ns / 1ps

module range_formal #(
  parameter int CodeWidth = 10
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic                 valid_i,
  input logic [15:0]          low_i,
  input logic [15:0]          frequency_i,
  input logic                 escape_i,
  input logic [3:0]           plain_i,
  input logic                 verbatim_i,
  input logic [CodeWidth-1:0] code_i,
  input logic                 packet_end_i
);

  localparam int RestBits = CodeWidth - nrc_pkg::EscapeBits;
  localparam int MaxPlain = (CodeWidth > nrc_pkg::PlainWidth) ? CodeWidth - nrc_pkg::PlainOctave : 1;
  localparam int FineBits = 18 + 15 + MaxPlain;

  logic        valid, packet_end;
  logic [29:0] bits;
  logic [4:0]  length;

  nrc_range #(
    .CodeWidth(CodeWidth),
    .Pipeline (nrc_latency_pkg::PipelineDeep)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .low_i,
    .frequency_i,
    .escape_i,
    .plain_i,
    .verbatim_i,
    .code_i,
    .packet_end_i,
    .flush_i       (1'b0),  // range_tb tries it
    .valid_o (valid),
    .bits_o  (bits),
    .length_o(length)
  );

  // The path delays the end of a packet by the module's latency.
  nrc_delay #(
    .Width(1),
    .Depth(nrc_latency_pkg::RangeLatency)
  ) u_end_delay (
    .clk_i,
    .d_i(packet_end_i),
    .q_o(packet_end)
  );

  (* hierconn *) logic [31:0]         \u_dut.product ;
  (* hierconn *) logic [31:0]         \u_dut.share ;
  (* hierconn *) logic [15:0]         \u_dut.range_q ;
  (* hierconn *) logic [15:0]         \u_dut.low_q ;
  (* hierconn *) logic                \u_dut.s3_escape ;
  (* hierconn *) logic                \u_dut.s3_verbatim ;
  (* hierconn *) logic                \u_dut.s4_verbatim_q ;
  (* hierconn *) logic [15:0]         \u_dut.s3_low ;
  (* hierconn *) logic [15:0]         \u_dut.s3_frequency ;
  (* hierconn *) logic [3:0]          \u_dut.s3_zeros ;
  (* hierconn *) logic [7:1]          \u_dut.valid_q ;
  (* hierconn *) logic                \u_dut.s4_packet_end ;
  (* hierconn *) logic                \u_dut.s4_escape_q ;
  (* hierconn *) logic [15:0]         \u_dut.s4_addend_q ;
  (* hierconn *) logic [3:0]          \u_dut.s4_shift_q ;
  (* hierconn *) logic [RestBits-1:0] \u_dut.s4_rest_q ;
  (* hierconn *) logic [15:0]         \u_dut.s4_range_q ;
  (* hierconn *) logic [3:0]          \u_dut.s4_plain_q ;
  (* hierconn *) logic [MaxPlain-1:0] \u_dut.s4_value_q ;
  (* hierconn *) logic [MaxPlain+15:0] \u_dut.part ;

  // The facts about products.
  logic [15:0] n, scaled;
  logic [31:0] taken;
  logic [16:0] sum;
  assign sum    = {1'b0, \u_dut.low_q } + {1'b0, \u_dut.s4_addend_q };
  assign n      = \u_dut.s3_frequency >> \u_dut.s3_zeros ;
  assign scaled = n << \u_dut.s3_zeros ;
  assign taken  = \u_dut.product >> (6'd16 + {2'd0, \u_dut.s3_zeros });

  // What low and the range become with the plain bits, whose last one is the unit.
  logic [FineBits-1:0] parts, moved;
  assign parts = FineBits'(\u_dut.s4_range_q ) << \u_dut.s4_plain_q ;
  assign moved = ((FineBits'(sum) << \u_dut.s4_shift_q ) << \u_dut.s4_plain_q ) +
                 FineBits'(\u_dut.part );

  // Whether all codes of the packet so far are verbatim, at the input and n clocks later.
  logic [4:0] all_verbatim_q, at, is_verbatim, is_end;
  logic [4:1] verbatim_q, end_q;

  assign at          = {\u_dut.valid_q [4:1], valid_i};
  assign is_verbatim = {verbatim_q, verbatim_i};
  assign is_end      = {end_q, packet_end_i};

  always_ff @(posedge clk_i) begin
    verbatim_q <= is_verbatim[3:0];
    end_q      <= is_end[3:0];
  end

  for (genvar k = 0; k <= 4; k++) begin : gen_all_verbatim
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)    all_verbatim_q[k] <= 1'b1;
      else if (at[k]) all_verbatim_q[k] <= is_verbatim[k] || is_end[k];
    end
  end

  logic begun_q;                        // after the first clock
  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_comb begin
    assume (begun_q || !rst_ni);
    if (\u_dut.range_q [15] && \u_dut.s3_frequency [15]) begin
      assume (\u_dut.product [31:30] != '0);
    end
    if (scaled == \u_dut.s3_frequency && {1'b0, \u_dut.s3_low } + {1'b0, n} < 17'h10000) begin
      assume ({1'b0, \u_dut.share [31:16]} + taken[16:0] <= {1'b0, \u_dut.range_q } &&
              taken[31:17] == '0);
    end
    if (valid_i && verbatim_i) assume (all_verbatim_q[0]);
    if (valid_i && !escape_i) begin
      assume (32'(frequency_i) >= nrc_pkg::MinFrequency);
      assume (32'(low_i) >= nrc_pkg::EscapeFrequency);
      assume (32'(low_i) + 32'(frequency_i) <= nrc_pkg::TopFrequency);
      assume (32'(plain_i) <= ((CodeWidth > nrc_pkg::PlainWidth) ? MaxPlain : 0));
    end
    if ((\u_dut.s4_value_q >> \u_dut.s4_plain_q ) == '0) begin
      assume (FineBits'(\u_dut.part ) + FineBits'(\u_dut.s4_range_q ) <= parts);
    end
  end

  // Whether all bits since the last carry, or since the packet's begin, are ones: then a carry would
  // pass a place a second time.
  logic        ones_q, carry;
  logic [28:0] below;
  assign carry = 1'(bits >> length);
  assign below = bits[28:0] | ({29{1'b1}} << length);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                  ones_q <= 1'b1;
    else if (valid && packet_end) ones_q <= 1'b1;
    else if (valid)               ones_q <= (ones_q || carry) && (&below);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && valid) begin
      lengths:       assert (length <= 5'd29 && (length != '0 || !packet_end));
      one_carry:     assert ((bits >> length) <= 30'd1);
      passed_once:   assert (!(carry && ones_q));
    end
  end

`ifndef NO_INVARIANTS
  // Invariants that make the proof inductive: the same of `low`, three clocks earlier. While all
  // bits are ones, what is left of the interval ends at or below the place of the next carry.
  logic                 low_ones_q, low_carry;
  logic [2:0]           delay_q;
  logic [4:0]           shift;            // with the plain bits
  logic [15+MaxPlain:0] above, top;       // the bits that leave, the carry; ones above these
  logic [17:0]          end_here;

  assign shift     = {1'b0, \u_dut.s4_shift_q } + {1'b0, \u_dut.s4_plain_q };
  assign above     = moved[16+:16+MaxPlain];
  assign top       = {(16+MaxPlain){1'b1}} << shift;
  assign low_carry = \u_dut.s4_escape_q ? sum[16] : 1'(above >> shift);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      low_ones_q <= 1'b1;
      delay_q    <= '1;
    end else begin
      delay_q <= {delay_q[1:0], low_ones_q};
      if (\u_dut.valid_q [4]) begin
        low_ones_q <= \u_dut.s4_packet_end ? 1'b1 :
                      \u_dut.s4_verbatim_q ? low_ones_q && sum[15] && (&sum[2:0]) &&
                                             (&(\u_dut.s4_rest_q | RestBits'(1))) :
                      \u_dut.s4_escape_q   ? (low_ones_q || low_carry) && (&sum[15:0]) &&
                                             (&(\u_dut.s4_rest_q | RestBits'(1)))
                                           : (low_ones_q || low_carry) && (&(above | top));
      end
    end
  end

  // The end of the interval, of the code in stage 4 if there is one.
  always_comb begin
    end_here = {1'b0, sum};
    if (!\u_dut.valid_q [4])       end_here = {2'd0, \u_dut.low_q } + {2'd0, \u_dut.range_q };
    else if (\u_dut.s4_verbatim_q ) end_here = {2'd0, \u_dut.low_q } + 18'h8000;
    else if (\u_dut.s4_escape_q )  end_here = end_here + 18'd1;
    else                           end_here = end_here + ({2'd0, \u_dut.s4_range_q } >> \u_dut.s4_shift_q );
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      i_end:   assert (end_here <= (low_ones_q ? 18'h10000 : 18'h20000));
      if (\u_dut.valid_q [4]) begin
        i_value: assert ((\u_dut.s4_value_q >> \u_dut.s4_plain_q ) == '0);
        if (!\u_dut.s4_escape_q ) begin
          i_plain: assert (32'(\u_dut.s4_plain_q ) <= ((CodeWidth > nrc_pkg::PlainWidth) ? MaxPlain : 0));
          i_range: assert (\u_dut.s4_range_q [15] && \u_dut.s4_range_q ==
                           ((\u_dut.s4_range_q >> \u_dut.s4_shift_q ) << \u_dut.s4_shift_q ));
          // Follows from i_end, but the solver does not find it.
          i_fine:  assert ({1'b0, moved} + (FineBits+1)'(\u_dut.s4_range_q ) <=
                           ((FineBits+1)'(low_ones_q ? 18'h10000 : 18'h20000) << shift));
          i_same:  assert (\u_dut.s4_packet_end || \u_dut.range_q == \u_dut.s4_range_q );
        end
      end
      if (\u_dut.valid_q [3] && !\u_dut.s3_escape ) begin
        i_scaled: assert (scaled == \u_dut.s3_frequency && \u_dut.s3_frequency [15] &&
                          {1'b0, \u_dut.s3_low } + {1'b0, n} < 17'h10000);
      end
      i_delay: assert (ones_q == delay_q[2]);
      i_low:   assert (!all_verbatim_q[4] || \u_dut.low_q [14:0] == '0);
      i_s3:    assert (!at[3] || \u_dut.s3_verbatim == verbatim_q[3]);
      i_s4:    assert (!at[4] || (\u_dut.s4_verbatim_q == verbatim_q[4] &&
                                  \u_dut.s4_packet_end == end_q[4] &&
                                  (\u_dut.s4_escape_q || !verbatim_q[4])));
      for (int k = 1; k <= 4; k++) begin
        assert (all_verbatim_q[k-1] ==
                         (at[k] ? is_verbatim[k] || is_end[k] : all_verbatim_q[k]));
        assert (!at[k] || !is_verbatim[k] || all_verbatim_q[k]);
      end
    end
  end
`endif

endmodule
