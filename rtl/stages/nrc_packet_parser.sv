// SPDX-License-Identifier: Apache-2.0
//
// Finds packets in the words of a link and writes the payloads of data packets into the packet
// buffer, where the user commits them (docs/bitstream.md, sections 7 and 12).
//
//   HUNT -> HEADER (4 words) -> PAYLOAD -> CRC -> HUNT
//
// A packet may begin at any word: the first one with the sync, a type of the format and no reserved
// bit. Its length must suit its type and the parameters. So after garbage, and after a damaged
// packet, the next word that may begin a packet is taken; a word with tlast ends a packet in any
// case, whole or not. A link without tlast ties it low: then the packet after a truncated one may
// be lost with it. Bytes that a damaged packet has taken are not looked at again.
//
// packet_o comes in the clock in which the CRC word is taken, if it is correct, with the packet's
// header; the payload was then written. damaged_o comes once for each incomplete packet, and
// once for each run of words between packets. A word of a payload is taken only if the buffer has
// room for it, and a CRC word only if ready_i.
//
// With VariableChannels a stream header suits if it has up to Channels channels, and says how many.
//
// Latency: none; a word is written in the clock in which it is taken. One word per clock.

`timescale 1ns / 1ps

module nrc_packet_parser #(
  parameter int Channels         = -1,
  parameter int VariableChannels = -1,
  parameter int CodeWidth        = -1,
  parameter int Profile          = -1,
  parameter int Mapping          = -1,
  parameter int PacketFrames     = -1,
  parameter int MaxWords         = -1   // of a payload
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        s_axis_tvalid_i,
  output logic        s_axis_tready_o,
  input  logic [31:0] s_axis_tdata_i,   // bits 7..0 are the first byte
  input  logic        s_axis_tlast_i,

  // Payloads of coded and raw packets.
  output logic        write_o,
  output logic [31:0] wdata_o,
  output logic        wlast_o,          // the payload's last word
  input  logic        full_i,

  input  logic        ready_i,          // a whole packet may come
  output logic        packet_o,
  output logic [3:0]  type_o,
  output logic        key_o,
  output logic        last_o,
  output logic [31:0] sequence_o,
  output logic [15:0] frames_o,
  output logic [31:0] first_frame_o,
  output logic [15:0] stream_o,         // low bits of the stream number
  output logic [31:0] number_o,         // of a stream header: the stream number
  output logic        match_o,          // of a stream header: this decoder is made for its stream
  output logic [15:0] last_channel_o,   // of a stream header: the number of channels, less one
  output logic        damaged_o
);

  localparam int CountWidth = $clog2(MaxWords + 6);
  localparam bit IsRange     = Profile == nrc_pkg::ProfileRange;
  localparam int CodedType   = IsRange ? nrc_pkg::TypeRange : nrc_pkg::TypeHuffman;
  localparam int HeaderWords = nrc_pkg::StreamHeaderBytes / 4;

  typedef enum logic [1:0] {StHunt, StHeader, StPayload, StCrc} state_t;
  state_t state_q, state_d;

  logic                  take;
  logic [31:0]           word;
  logic [3:0]            index_q, index_d;  // of the word, in a packet's first 12
  logic [CountWidth-1:0] words_q;           // of payload still to come
  logic                  aligned_q;         // in HUNT: a packet should begin here
  logic                  is_data_q, is_header_q, match_q;

  assign word            = s_axis_tdata_i;
  assign s_axis_tready_o = (state_q == StPayload) ? !(is_data_q && full_i) :
                           (state_q == StCrc)     ? ready_i : 1'b1;
  assign take            = s_axis_tvalid_i && s_axis_tready_o;

  // What a header may be.
  logic begins;     // word 0
  logic fits;       // word 4
  logic no_frames;

  logic [7:0]  frames_high_q, length_low_q;
  logic [23:0] length;  // of the payload, words

  assign begins = (word[15:0] == 16'(nrc_pkg::Sync)) &&
                  (word[19:16] <= 4'(nrc_pkg::TypeMetadata)) &&
                  (word[31:22] == '0);  // exceptions, rounded codes and lanes: not for this decoder
  assign no_frames = (frames_o == '0);
  assign length    = {word[15:0], length_low_q};
  assign fits = (32'(length) <= MaxWords) &&
                (frames_high_q == '0) && (32'(frames_o) <= PacketFrames) &&
                (!is_data_q || no_frames == (length == '0)) &&
                (!is_header_q || (32'(length) == HeaderWords && no_frames));

  logic [31:0] crc;
  logic        right, cut;

  // A packet ends too soon if tlast comes before its CRC.
  assign right    = (word == crc);
  assign cut      = s_axis_tlast_i && (state_q != StCrc);
  assign packet_o = take && (state_q == StCrc) && right;

  always_comb begin
    state_d   = state_q;
    index_d   = (index_q == 4'd15) ? index_q : index_q + 4'd1;
    damaged_o = 1'b0;
    case (state_q)
      StHunt: begin
        index_d = 4'd1;
        if (begins) state_d = StHeader;
        damaged_o = take && (begins ? s_axis_tlast_i : aligned_q);
      end
      StHeader: begin
        if (index_q == 4'd4) begin
          if (!fits)             state_d = StHunt;
          else if (length == '0) state_d = StCrc;
          else                   state_d = StPayload;
        end
        damaged_o = take && (cut || (index_q == 4'd4 && !fits));
      end
      StPayload: begin
        if (words_q == CountWidth'(1)) state_d = StCrc;
        damaged_o = take && cut;
      end
      default: begin
        state_d   = StHunt;
        damaged_o = take && !right;
      end
    endcase
    if (s_axis_tlast_i) state_d = StHunt;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StHunt;
      index_q   <= '0;
      aligned_q <= 1'b1;
    end else if (take) begin
      state_q   <= state_d;
      index_q   <= index_d;
      aligned_q <= s_axis_tlast_i || packet_o;
    end
  end

  // The stream header's words as this decoder would send them. It need not know the rate (word 7)
  // and the number of frames (word 9); packets may be shorter, and the stream number is any.
  logic [31:0] own;
  logic        same, channels_suit;

  assign channels_suit = (VariableChannels != 0) ? (word[15:0] <= own[15:0])
                                                 : (word[15:0] == own[15:0]);

  nrc_stream_header #(
    .CodeWidth     (CodeWidth),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .Profile       (Profile),
    .Predictor     (0),
    .RateMillihertz(0),  // not looked at
    .Flags         (0)
  ) u_own_header (
    .last_channel_i(16'(Channels - 1)),
    .table_id_i(IsRange ? nrc_range_tables_pkg::TableId : nrc_tables_pkg::TableId),
    .stream_number_i(32'd0),  // not looked at, nor is this
    .sequence_i     (32'd0),
    .index_i        (index_q),
    .word_o         (own)
  );

  always_comb begin
    case (index_q)
      4'd5, 4'd8, 4'd11: same = (word == own);
      4'd6:              same = channels_suit && (word[31:16] <= own[31:16]);
      4'd10:             same = (word[15:0] == stream_o);
      default:           same = 1'b1;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      if (state_q == StHunt) begin
        type_o      <= word[19:16];
        key_o       <= word[20];
        last_o      <= word[21];
        is_header_q <= (word[19:16] == 4'(nrc_pkg::TypeStreamHeader));
        is_data_q   <= (word[19:16] == 4'(CodedType)) ||
                       (word[19:16] == 4'(nrc_pkg::TypeRaw));
        match_q     <= 1'b1;
      end
      if (state_q == StHeader && index_q == 4'd1) sequence_o <= word;
      if (state_q == StHeader && index_q == 4'd2) first_frame_o <= word;
      if (state_q == StHeader && index_q == 4'd3) {length_low_q, frames_high_q, frames_o} <= word;
      if (state_q == StHeader && index_q == 4'd4) stream_o <= word[31:16];
      if (state_q == StHeader) words_q <= CountWidth'(length);
      if (state_q == StPayload) begin
        words_q <= words_q - 1'b1;
        match_q <= match_q && same;
        if (index_q == 4'd6) last_channel_o <= word[15:0];
        if (index_q == 4'd10) number_o <= word;
      end
    end
  end

  assign match_o = match_q;
  assign write_o = take && (state_q == StPayload) && is_data_q;
  assign wdata_o = word;
  assign wlast_o = (words_q == CountWidth'(1));

  logic crc_begins, crc_counts;

  assign crc_begins = (state_q == StHunt);
  assign crc_counts = take && (state_q != StCrc);

  nrc_crc32 u_crc32 (
    .clk_i,
    .init_i (crc_begins),
    .valid_i(crc_counts),
    .word_i (word),
    .crc_o  (crc)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(MaxWords >= HeaderWords && (Profile == nrc_pkg::ProfileHuffman || IsRange),
               "nrc_packet_parser: MaxWords is a stream header or more, Profile 0 or 1")
`endif

endmodule
