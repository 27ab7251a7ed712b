// SPDX-License-Identifier: Apache-2.0
//
// Stage range of the decoder: the payload's next bits to a code (docs/bitstream.md, sections 10 and
// 11). Golden model: nrc::RangeDecoder, with nrc::IntervalModel::find. Inverse of nrc_interval,
// nrc_range and nrc_carry_packer.
//
// A sample's prediction and dispersion index are known before its bits are. It waits in a queue.
// From there nrc_window gives the cumulative frequencies of the codes about the prediction, and the
// only loop is: range times each of them; the last one that is not above offset is where the code
// begins; subtract and shift, which gives offset and range for the next code.
//
//   p[n]     = range * cumulative[n]
//   code     = the n with (p[n] >> 16) <= offset < (p[n+1] >> 16)
//   offset, range = offset - (p[n] >> 16), (p[n+1] - p[n]) >> 16, both shifted
//
// Range is 32768 at least, so that the code's frequency alone says how far to shift, but for one
// place: nrc_window has found it, and the loop looks at one bit instead of at all.
//
// In the queue a sample stays until it has its code. What does not fit into the loop drops the
// samples that follow it on their way, and they leave the queue again:
//
//   a code outside the window  the sample itself leaves the queue again, for the next window on the
//                              side on which the code is. Windows of one sample go in one direction,
//                              so that they end with its code or at the end of the code range
//   an escape                  2 clocks, while the samples that follow leave the queue again
//
// What is known ahead delays only what follows: a packet's first sample comes a clock after a token
// that loads offset and range, and after a sample with plain bits come as many free clocks. Verbatim
// codes, a channel's first after a reset, and samples of raw packets take a clock, as codes do.
//
// Wrong payloads: an offset between two codes or above the highest one, an escape or a verbatim code
// that is none, and what nrc_bit_window finds. damaged_o stays high until drain_i; until then each
// sample gets some code in its clock. All samples that come out with it, and perhaps some correct
// ones before them, are marked. The user sees to it that no sample is under way at drain_i, which
// lasts until no word has come for some clocks.
//
// Stages, from the queue on:
//   0..2  nrc_window
//   3     the loop
//   4     code's place, and the code
// Latency: 7 clocks if nothing waits and the code is in the window, one sample per clock. A sample
// takes 5 clocks more for each other window, those that follow an escape at least 4, and the
// first sample of a packet 1.

`timescale 1ns / 1ps

module nrc_range_decoder #(
  parameter int CodeWidth = -1,  // 4..16
  parameter int Room      = -1,  // samples from valid_i until the loop; a power of two
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth = 9
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // Packet buffer; see nrc_bit_window.
  input  logic                  word_valid_i,
  input  logic [31:0]           word_i,
  input  logic                  word_last_i,
  output logic                  word_ready_o,

  input  logic                  valid_i,
  input  logic [ValueWidth-1:0] pred_value_i,    // from nrc_predictor, signed
  input  logic [IndexWidth-1:0] index_i,         // from nrc_dispersion
  input  logic                  raw_i,           // sample of a raw packet
  input  logic                  verbatim_i,      // verbatim code, unless raw_i
  input  logic                  packet_begin_i,
  input  logic                  packet_end_i,

  output logic                  valid_o,
  output logic [CodeWidth-1:0]  code_o,          // signed
  output logic                  raw_o,
  output logic [15:0]           raw_sample_o,
  output logic                  damaged_o,

  input  logic                  drain_i
);

  localparam int PlaceBits  = (CodeWidth < 5) ? CodeWidth : 5;  // as in nrc_window
  localparam int Edges      = 1 << PlaceBits;
  localparam int RestBits   = CodeWidth - nrc_pkg::EscapeBits;
  localparam bit Groups     = CodeWidth > nrc_pkg::PlainWidth;
  localparam int AddrWidth  = $clog2(Room);
  localparam int EntryWidth = ValueWidth + IndexWidth + 4;

  logic damaged;  // found in earlier clocks
  logic flush_q;  // samples on their way to the loop are dropped

  // The queue. One bit more than an address: equal pointers mean empty.
  logic [AddrWidth:0]    wptr_q, head_q, head_d, done_q;  // next write, shown, oldest without a code
  logic                  head_valid_q, more, take_head;
  logic [EntryWidth-1:0] entry;

  assign head_d = flush_q ? done_q : head_q + (AddrWidth+1)'(take_head);
  assign more   = wptr_q != head_d;

  nrc_ram_1r1w #(.Width(EntryWidth), .Depth(Room)) u_queue (
    .clk_i,
    .rst_ni,
    .we_i   (valid_i),
    .waddr_i(wptr_q[AddrWidth-1:0]),
    .wdata_i({packet_end_i, packet_begin_i, verbatim_i && !raw_i, raw_i, index_i, pred_value_i}),
    .re_i   (more),
    .raddr_i(head_d[AddrWidth-1:0]),
    .rdata_o(entry)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q       <= '0;
      head_q       <= '0;
      head_valid_q <= 1'b0;
    end else begin
      if (valid_i) wptr_q <= wptr_q + 1'b1;
      head_q       <= head_d;
      head_valid_q <= more;
    end
  end

  // Stage 0: what leaves the queue, or its token.
  logic                  s0_end, s0_begin, s0_verbatim, s0_raw, s0_coded;
  logic [IndexWidth-1:0] s0_index;
  logic [ValueWidth-1:0] s0_pred_value;
  logic [3:0]            s0_plain;
  logic                  begun_q;      // the token has left
  logic                  other_q;      // the sample shown needs another window than the first one
  logic                  up_q;
  logic [CodeWidth-1:0]  from_q;       // the window it had
  logic [3:0]            free_q;       // clocks to come without a sample
  logic                  can_leave, token;

  assign {s0_end, s0_begin, s0_verbatim, s0_raw, s0_index, s0_pred_value} = entry;

  assign s0_coded  = !s0_verbatim && !s0_raw;
  assign can_leave = head_valid_q && !flush_q && free_q == '0;
  assign token     = can_leave && s0_begin && !begun_q;
  assign take_head = can_leave && !token;

  logic repeat_q;  // flush_q because of a code outside the window

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      begun_q <= 1'b0;
      other_q <= 1'b0;
      free_q  <= '0;
    end else if (flush_q) begin
      begun_q <= repeat_q;
      other_q <= repeat_q;
      free_q  <= '0;
    end else begin
      if (take_head) begin
        begun_q <= 1'b0;
        other_q <= 1'b0;
      end else if (token) begin
        begun_q <= 1'b1;
      end
      if (take_head && s0_coded && !damaged) free_q <= s0_plain;
      else if (free_q != '0)                 free_q <= free_q - 4'd1;
    end
  end

  logic [16*Edges-1:0]  cumulative;
  logic [4*Edges-1:0]   place_shift;
  logic [Edges-1:0]     last;
  logic [CodeWidth-1:0] s3_from;
  logic [3:0]           s3_plain;
  logic                 s3_highest;

  nrc_window #(
    .CodeWidth(CodeWidth)
  ) u_window (
    .clk_i,
    .pred_value_i(s0_pred_value),
    .index_i     (s0_index),
    .other_i     (other_q),
    .up_i        (up_q),
    .begin_i     (from_q),
    .next_plain_o(s0_plain),
    .cumulative_o(cumulative),
    .shift_o     (place_shift),
    .last_o      (last),
    .begin_o     (s3_from),
    .plain_o     (s3_plain),
    .highest_o   (s3_highest)
  );

  // Stages 1 to 3.
  logic [3:1] valid_q, token_q;
  logic       s3_coded, s3_verbatim, s3_raw, s3_end;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      token_q <= '0;
    end else begin
      valid_q <= {valid_q[2:1] & {2{!flush_q}}, take_head};
      token_q <= {token_q[2:1] & {2{!flush_q}}, token};
    end
  end

  nrc_delay #(.Width(4), .Depth(3)) u_side_delay (
    .clk_i,
    .d_i({s0_coded, s0_verbatim, s0_raw, s0_end}),
    .q_o({s3_coded, s3_verbatim, s3_raw, s3_end})
  );

  // Stage 3: the loop.
  typedef enum logic [1:0] {StLoop, StEscape, StEscaped, StPlain} state_t;
  state_t state_q, state_d;

  logic [15:0] range_q, offset_q;
  logic        window_ready, window_damaged;
  logic [31:0] window;

  // Each place has wires of its own: Icarus would copy a vector of all of them 32 times in a clock.
  logic [Edges-1:0] reached, chosen;

  for (genvar n = 0; n < Edges; n++) begin : gen_product
    logic [31:0] product;
    assign product = {16'd0, range_q} * {16'd0, cumulative[16*n+:16]};
  end

  for (genvar n = 0; n < Edges; n++) begin : gen_place
    localparam int Next   = (n + 1) % Edges;
    localparam int Before = (n == 0) ? 0 : n - 1;
    logic [16:0] less;
    logic [35:0] mine, chosen_so_far;  // offset and range after the code of this place, their shift
    // verilator lint_off UNUSEDSIGNAL
    logic [31:0] difference;  // its low bits are cut off
    // verilator lint_on UNUSEDSIGNAL

    assign less       = {1'b0, offset_q} - {1'b0, gen_product[n].product[31:16]};
    assign difference = gen_product[Next].product - gen_product[n].product;
    assign reached[n] = !less[16];
    assign chosen[n]  = reached[n] && !reached[Next] && !last[n];
    assign mine       = {less[15:0], difference[31:16], place_shift[4*n+:4]} & {36{chosen[n]}};

    if (n == 0) begin : gen_first
      assign chosen_so_far = mine;
    end else begin : gen_other
      assign chosen_so_far = mine | gen_place[Before].chosen_so_far;
    end
  end

  logic [15:0] code_offset, code_range;
  logic [3:0]  shift;

  assign {code_offset, code_range, shift} = gen_place[Edges-1].chosen_so_far;

  // The shift that brings range to 32768..65535, and the bits that then follow.
  logic        once_more;
  logic [15:0] range_shifted, range_normal, offset_normal;
  // verilator lint_off UNUSEDSIGNAL
  logic [30:0] offset_shifted;
  // verilator lint_on UNUSEDSIGNAL

  assign range_shifted  = code_range << shift;
  assign offset_shifted = {code_offset, window[15:1]} << shift;
  assign once_more      = !range_shifted[15];
  assign range_normal   = once_more ? {range_shifted[14:0], 1'b0} : range_shifted;
  assign offset_normal  = once_more ? offset_shifted[29:14] : offset_shifted[30:15];

  // What the sample in the loop comes to.
  logic run, coded, escape, found, plain, dead_end, repeats, has_code, leaves;

  assign run      = valid_q[3] && !flush_q && state_q == StLoop;
  assign coded    = run && s3_coded && !damaged;
  assign escape   = offset_q < {12'd0, range_q[15:12]};  // (range * EscapeFrequency) >> 16
  assign found    = |chosen;
  assign plain    = Groups && s3_plain != '0;
  assign dead_end = reached[0] && s3_highest;            // all places are alike if none is chosen
  assign repeats  = coded && !escape && !found && !dead_end;
  assign leaves   = run && !repeats;
  assign has_code = leaves && !(coded && (escape || (found && plain)));

  logic [3:0] plain_left_q;  // bits after the one at hand
  logic       end_q;         // of the sample in another state than StLoop
  logic       state_done;

  always_comb begin
    state_d = state_q;
    case (state_q)
      StLoop:
        if (coded && escape)              state_d = StEscape;
        else if (coded && found && plain) state_d = StPlain;
      StEscape:
        state_d = StEscaped;
      StEscaped:
        state_d = StLoop;
      default:
        if (plain_left_q == '0)           state_d = StLoop;
    endcase
  end

  assign state_done = state_q == StEscaped || (state_q == StPlain && plain_left_q == '0);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= StLoop;
      flush_q  <= 1'b0;
      repeat_q <= 1'b0;
      done_q   <= '0;
    end else begin
      state_q  <= state_d;
      flush_q  <= repeats || (coded && escape);
      repeat_q <= repeats;
      if (leaves) done_q <= done_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (run) begin
      up_q         <= reached[0];
      from_q       <= s3_from;
      end_q        <= s3_end;
      plain_left_q <= s3_plain - 4'd1;
    end else begin
      plain_left_q <= plain_left_q - 4'd1;
    end
  end

  // Offset, range and the bits that are taken.
  logic [15:0] other_offset;
  logic [16:0] plain_offset;
  logic        plain_bit;
  logic        loads;     // another step than the loop's
  logic        take, take_end;
  logic [4:0]  take_length;
  // verilator lint_off UNUSEDSIGNAL
  logic [30:0] verbatim_bits;  // the code, and offset's new bits after it
  // verilator lint_on UNUSEDSIGNAL

  assign verbatim_bits = {offset_q[14:0], window[15:0]};
  assign plain_offset  = {offset_q, window[15]} - {1'b0, range_q};
  assign plain_bit     = !plain_offset[16];
  assign loads         = state_q == StPlain || state_q == StEscaped ||
                         (state_q == StLoop && !flush_q && token_q[3]) || (run && !s3_coded);

  always_comb begin
    if (state_q == StPlain)
      other_offset = plain_bit ? plain_offset[15:0] : {offset_q[14:0], window[15]};
    else if (state_q == StEscaped)
      other_offset = {1'b0, window[15:1]};
    else if (token_q[3])
      other_offset = window[31:16];
    else if (s3_raw)
      other_offset = window[15:0];
    else
      other_offset = {1'b0, verbatim_bits[30-CodeWidth-:15]};
  end

  always_ff @(posedge clk_i) begin
    if (loads) begin
      offset_q <= other_offset;
      if (state_q != StPlain) begin
        range_q <= (state_q == StLoop && token_q[3]) ? 16'(nrc_pkg::RangeReset) : 16'h8000;
      end
    end else if (coded && found) begin
      offset_q <= offset_normal;
      range_q  <= range_normal;
    end
  end

  always_comb begin
    case (state_q)
      StLoop:    take_length = s3_coded ? {1'b0, shift} : s3_raw ? 5'd16 : 5'(CodeWidth);
      StEscape:  take_length = 5'(RestBits);
      StEscaped: take_length = 5'd15;
      default:   take_length = 5'd1;
    endcase
  end

  // The final bit of a payload belongs to its last code.
  logic final_bit;

  assign take      = !damaged && ((run && (!s3_coded || found)) || state_q != StLoop);
  assign take_end  = (state_q == StLoop) ? s3_end && !(s3_coded && plain)
                                         : end_q && state_done;
  assign final_bit = take_end && !(state_q == StLoop && s3_raw);

  // Two words wait, so that the loop does not reach into the packet buffer.
  logic [32:0] next_word_q, later_word_q;
  logic [1:0]  words_q, words_kept;
  logic        word_taken, window_takes, push;

  assign word_ready_o = !words_q[1];
  assign push         = word_valid_i && word_ready_o;
  assign word_taken   = words_q != '0 && window_takes;
  assign words_kept   = words_q - 2'(word_taken);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) words_q <= '0;
    else         words_q <= words_kept + 2'(push);
  end

  always_ff @(posedge clk_i) begin
    if (word_taken || words_q == '0) next_word_q <= words_q[1] ? later_word_q
                                                               : {word_last_i, word_i};
    if (!words_q[1])                 later_word_q <= {word_last_i, word_i};
  end

  nrc_bit_window u_bits (
    .clk_i,
    .rst_ni,
    .word_valid_i(words_q != '0),
    .word_i      (next_word_q[31:0]),
    .word_last_i (next_word_q[32]),
    .word_ready_o(window_takes),
    .ready_o     (window_ready),
    .window_o    (window),
    .take_i      (take),
    .length_i    (take_length),
    .more_i      (once_more && state_q == StLoop && s3_coded),
    .final_i     (final_bit),
    .packet_end_i(take_end),
    .drain_i,
    .damaged_o   (window_damaged)
  );

  // What is wrong. The step's own fault shows a clock later.
  logic        stepped_q, between, wrong, damaged_q;
  logic [15:0] stepped_offset_q, stepped_range_q;

  assign between = stepped_q && stepped_offset_q >= stepped_range_q;
  assign wrong   = (coded && !escape && !found && dead_end) ||
                   (run && s3_verbatim && offset_q[15]) ||
                   (state_q == StEscape && offset_q[15:nrc_pkg::EscapeBits] != '0);
  assign damaged = damaged_q || window_damaged;

  always_ff @(posedge clk_i) begin
    stepped_offset_q <= code_offset;
    stepped_range_q  <= code_range;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stepped_q <= 1'b0;
      damaged_q <= 1'b0;
    end else begin
      stepped_q <= coded && !escape && found;
      damaged_q <= (damaged_q || wrong || between) && !drain_i;
    end
  end

  assign damaged_o = damaged || between;

  // Stage 4: the code. What the loop found stays until the plain bits are there.
  logic [Edges-1:0]     s4_chosen_q;
  logic [CodeWidth-1:0] s4_from_q;
  logic [3:0]           s4_plain_q;
  logic [15:0]          s4_bits_q;   // an escaped or a verbatim code, a raw sample
  logic [7:0]           s4_value_q;  // plain bits
  logic                 s4_found_q, s4_raw_q, s4_done_q, valid_out_q;
  logic [PlaceBits-1:0] place;
  logic [CodeWidth-1:0] row, code;

  always_ff @(posedge clk_i) begin
    if (run) begin
      s4_chosen_q <= chosen;
      s4_from_q   <= s3_from;
      s4_plain_q  <= s3_plain;
      s4_found_q  <= s3_coded && !escape;
      s4_raw_q    <= s3_raw;
    end
    if (state_q == StEscape) begin
      s4_bits_q <= 16'({offset_q[nrc_pkg::EscapeBits-1:0], window[15-:RestBits]});
    end else if (run) begin
      s4_bits_q <= s3_raw ? offset_q : 16'(verbatim_bits[30-:CodeWidth]);
    end
    s4_value_q <= (state_q == StPlain) ? {s4_value_q[6:0], plain_bit} : 8'd0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s4_done_q   <= 1'b0;
      valid_out_q <= 1'b0;
    end else begin
      s4_done_q   <= has_code || state_done;
      valid_out_q <= s4_done_q;
    end
  end

  always_comb begin
    place = '0;
    for (int n = 0; n < Edges; n++) if (s4_chosen_q[n]) place = place | PlaceBits'(n);
  end

  // Places before that of the window's first code are of the next row.
  assign row  = (s4_from_q & ~CodeWidth'(Edges - 1)) +
                ((place < s4_from_q[PlaceBits-1:0]) ? CodeWidth'(Edges) : '0);
  assign code = row | CodeWidth'(place);

  if (Groups) begin : gen_plain_code
    always_ff @(posedge clk_i) begin
      code_o <= s4_found_q ? (code << s4_plain_q) | CodeWidth'(s4_value_q)
                           : s4_bits_q[CodeWidth-1:0];
    end
  end else begin : gen_code
    logic unused_plain;
    assign unused_plain = ^{s4_plain_q, s4_value_q};

    always_ff @(posedge clk_i) code_o <= s4_found_q ? code : s4_bits_q[CodeWidth-1:0];
  end

  always_ff @(posedge clk_i) begin
    raw_o        <= s4_raw_q;
    raw_sample_o <= {s4_bits_q[7:0], s4_bits_q[15:8]};
  end

  assign valid_o = valid_out_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && Room >= 2 && (Room & (Room - 1)) == 0,
               "nrc_range_decoder: CodeWidth is 4 to 16, Room a power of two from 2 on")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) begin
      assert (!(valid_i && wptr_q - done_q == (AddrWidth+1)'(Room)));
      assert (!((valid_q[3] || token_q[3]) && !flush_q && state_q != StLoop));
      if (coded) begin
        assert ((chosen & (chosen - 1'b1)) == '0);
        assert (!(escape && found));
      end
      if (run && !damaged) assert (window_ready);
      if (drain_i) assert (!run && state_q == StLoop);
    end
  end
`endif

endmodule
