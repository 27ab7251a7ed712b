// SPDX-License-Identifier: Apache-2.0
//
// The encoder: samples of interleaved channels in, packets of the nrc bitstream out
// (docs/bitstream.md). Golden model: nrc::Encoder.
//
//   s_axis -> framer -> shift6 -> predictor, context -> huffman -> bit_packer -> packetizer -> m_axis
//
// The channels' samples come in turn, 0 .. Channels-1, with s_axis_tlast at the last one of a frame.
// Everything up to the bit packer is one rigid pipeline: a sample enters in any clock, nothing
// stalls, and a link that cannot keep up costs whole packets at the packetizer, never a sample's
// place. docs/rtl.md has the rules of framing, key packets and drops.
//
// Latency, clocks from a sample's handshake: 1 framer, 1 shift6, 6 predictor, 2 context, 6 huffman,
// 3 bit_packer = 19 until its last bit is packed. One sample per clock; with fewer channels than
// nrc_latency_pkg::LoopLatency one frame per LoopLatency clocks.

module nrc_encoder #(
  parameter int Channels        = 1024,
  parameter int CodeWidth       = 10,
  parameter int Mapping         = nrc_pkg::MappingShift6,
  parameter int PacketFrames    = 20,        // 1.024 ms at 19,531.25 Hz
  parameter int KeyInterval     = 0,         // packets; 0: only the first and on demand
  parameter int RateMillihertz  = 19531250,  // of one channel, for the stream header
  parameter int BufferWords     = 16384,     // 32-bit words of packets that wait; a power of two
  parameter int PacketFifoDepth = 8,         // packets that wait
  parameter int LoadableTables  = 0          // 1: the table port fills the Huffman tables
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        enable_i,       // looked at at frame ends; low closes the stream
  input  logic        key_request_i,  // pulse: the next packet shall be a key packet

  // int16 samples (Mapping shift6) or codes, sign-extended (Mapping code).
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,   // the frame's last channel

  // Packets; tdata[7:0] is the first byte.
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast,   // the packet's last word

  // Table port; while the encoder is disabled. Word: the code behind a leading one.
  input  logic        table_we_i,
  input  logic [15:0] table_addr_i,   // table * 2^SymbolBits + symbol
  input  logic [15:0] table_wdata_i,
  input  logic [31:0] table_id_i,     // of the loaded tables; stable while enabled

  // Status, since reset.
  output logic [31:0] packets_o,         // data packets sent
  output logic [31:0] dropped_o,         // data packets dropped
  output logic [31:0] framing_errors_o,  // frames of the wrong length
  output logic [31:0] off_grid_o,        // samples that a code cannot carry: coded, but altered
  output logic        overflow_o,        // pulse: a packet found no room
  output logic        sample_packed_o    // pulse: the last bit of a sample is packed
);

  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1;
  localparam int NumTables    = nrc_tables_pkg::NumTables;
  localparam int TableWidth   = (NumTables > 1) ? $clog2(NumTables) : 1;
  localparam int AddrWidth    = $clog2(NumTables) + nrc_tables_pkg::SymbolBits;
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits;
  localparam int PackLatency  = 3;  // of nrc_bit_packer

  // frame_end, packet_end, key, bad, last.
  localparam int SideWidth = 5;

  logic                    key_needed;

  logic                    framer_valid, framer_first, framing_error;
  logic [15:0]             framer_sample;
  logic [ChannelWidth-1:0] framer_channel;
  logic [SideWidth-1:0]    framer_side;

  nrc_framer #(
    .Channels    (Channels),
    .PacketFrames(PacketFrames),
    .KeyInterval (KeyInterval),
    .LoopLatency (nrc_latency_pkg::LoopLatency)
  ) u_framer (
    .clk_i,
    .rst_ni,
    .enable_i,
    .key_request_i,
    .key_needed_i   (key_needed),
    .s_axis_tvalid_i(s_axis_tvalid),
    .s_axis_tready_o(s_axis_tready),
    .s_axis_tdata_i (s_axis_tdata),
    .s_axis_tlast_i (s_axis_tlast),
    .valid_o        (framer_valid),
    .sample_o       (framer_sample),
    .channel_o      (framer_channel),
    .first_o        (framer_first),
    .frame_end_o    (framer_side[4]),
    .packet_end_o   (framer_side[3]),
    .key_o          (framer_side[2]),
    .bad_o          (framer_side[1]),
    .last_o         (framer_side[0]),
    .framing_error_o(framing_error)
  );

  logic                    code_valid, code_first, off_grid;
  logic [CodeWidth-1:0]    code;
  logic [ChannelWidth-1:0] code_channel;
  logic [SideWidth-1:0]    code_side;

  nrc_shift6 #(
    .Mapping     (Mapping),
    .CodeWidth   (CodeWidth),
    .ChannelWidth(ChannelWidth)
  ) u_shift6 (
    .clk_i,
    .rst_ni,
    .valid_i     (framer_valid),
    .sample_i    (framer_sample),
    .channel_i   (framer_channel),
    .first_i     (framer_first),
    .frame_end_i (framer_side[4]),
    .packet_end_i(framer_side[3]),
    .key_i       (framer_side[2]),
    .bad_i       (framer_side[1]),
    .last_i      (framer_side[0]),
    .valid_o     (code_valid),
    .code_o      (code),
    .channel_o   (code_channel),
    .first_o     (code_first),
    .frame_end_o (code_side[4]),
    .packet_end_o(code_side[3]),
    .key_o       (code_side[2]),
    .bad_o       (code_side[1]),
    .last_o      (code_side[0]),
    .off_grid_o  (off_grid)
  );

  // The code waits for its prediction, and then with it for its context.
  logic [CodeWidth-1:0]    pred_code, code_at_pred;
  logic [CodeWidth-1:0]    pred_at_context, code_at_context;
  logic [SideWidth-1:0]    side_at_pred, side_at_context;
  logic                    pred_valid;
  logic [ValueWidth-1:0]   unused_pred_value;
  logic                    innovation_valid, innovation_reset;
  logic [ChannelWidth-1:0] innovation_channel;
  logic [ValueWidth:0]     innovation_value;

  nrc_delay #(
    .Width(CodeWidth + SideWidth),
    .Depth(nrc_latency_pkg::PredictLatency)
  ) u_code_delay (
    .clk_i,
    .d_i({code, code_side}),
    .q_o({code_at_pred, side_at_pred})
  );

  nrc_delay #(
    .Width(2 * CodeWidth + SideWidth),
    .Depth(nrc_latency_pkg::ContextLatency)
  ) u_pred_delay (
    .clk_i,
    .d_i({pred_code, code_at_pred, side_at_pred}),
    .q_o({pred_at_context, code_at_context, side_at_context})
  );

  nrc_predictor #(
    .Channels (Channels),
    .CodeWidth(CodeWidth)
  ) u_predictor (
    .clk_i,
    .rst_ni,
    .valid_i             (code_valid),
    .channel_i           (code_channel),
    .reset_i             (code_first),
    .pred_valid_o        (pred_valid),
    .pred_value_o        (unused_pred_value),
    .pred_code_o         (pred_code),
    .code_i              (code_at_pred),
    .innovation_valid_o  (innovation_valid),
    .innovation_channel_o(innovation_channel),
    .innovation_reset_o  (innovation_reset),
    .innovation_value_o  (innovation_value)
  );

  logic                  context_valid;
  logic [TableWidth-1:0] table_index;
  logic [3:0]            raw_bits;

  nrc_context #(
    .Channels (Channels),
    .CodeWidth(CodeWidth)
  ) u_context (
    .clk_i,
    .rst_ni,
    .valid_i             (code_valid),
    .channel_i           (code_channel),
    .reset_i             (code_first),
    .pred_valid_i        (pred_valid),
    .pred_code_i         (pred_code),
    .valid_o             (context_valid),
    .table_o             (table_index),
    .raw_bits_o          (raw_bits),
    .innovation_valid_i  (innovation_valid),
    .innovation_channel_i(innovation_channel),
    .innovation_reset_i  (innovation_reset),
    .innovation_value_i  (innovation_value)
  );

  logic                 word_valid;
  logic [30:0]          word_bits;
  logic [4:0]           word_length;
  logic [SideWidth-1:0] word_side;

  nrc_huffman #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables)
  ) u_huffman (
    .clk_i,
    .rst_ni,
    .table_we_i,
    .table_addr_i (table_addr_i[AddrWidth-1:0]),
    .table_wdata_i,
    .valid_i      (context_valid),
    .code_i       (code_at_context),
    .pred_code_i  (pred_at_context),
    .table_i      (table_index),
    .raw_bits_i   (raw_bits),
    .frame_end_i  (side_at_context[4]),
    .packet_end_i (side_at_context[3]),
    .key_i        (side_at_context[2]),
    .bad_i        (side_at_context[1]),
    .last_i       (side_at_context[0]),
    .valid_o      (word_valid),
    .bits_o       (word_bits),
    .length_o     (word_length),
    .frame_end_o  (word_side[4]),
    .packet_end_o (word_side[3]),
    .key_o        (word_side[2]),
    .bad_o        (word_side[1]),
    .last_o       (word_side[0])
  );

  if (AddrWidth < 16) begin : gen_unused_address
    logic unused_address;
    assign unused_address = ^table_addr_i[15:AddrWidth];
  end

  logic        packed_valid, packed_last;
  logic [31:0] packed_word;
  logic        packed_key, packed_bad, packed_close, packed_frame_end;

  nrc_bit_packer u_bit_packer (
    .clk_i,
    .rst_ni,
    .valid_i     (word_valid),
    .bits_i      (word_bits),
    .length_i    (word_length),
    .frame_end_i (word_side[4]),
    .packet_end_i(word_side[3]),
    .key_i       (word_side[2]),
    .bad_i       (word_side[1]),
    .last_i      (word_side[0]),
    .word_valid_o(packed_valid),
    .word_o      (packed_word),
    .word_last_o (packed_last),
    .key_o       (packed_key),
    .bad_o       (packed_bad),
    .last_o      (packed_close),
    .frame_end_o (packed_frame_end)
  );

  nrc_packetizer #(
    .Channels       (Channels),
    .CodeWidth      (CodeWidth),
    .Mapping        (Mapping),
    .PacketFrames   (PacketFrames),
    .RateMillihertz (RateMillihertz),
    .BufferWords    (BufferWords),
    .PacketFifoDepth(PacketFifoDepth)
  ) u_packetizer (
    .clk_i,
    .rst_ni,
    .table_id_i     ((LoadableTables != 0) ? table_id_i : nrc_tables_pkg::TableId),
    .word_valid_i   (packed_valid),
    .word_i         (packed_word),
    .word_last_i    (packed_last),
    .key_i          (packed_key),
    .bad_i          (packed_bad),
    .last_i         (packed_close),
    .frame_end_i    (packed_frame_end),
    .key_needed_o   (key_needed),
    .m_axis_tdata_o (m_axis_tdata),
    .m_axis_tvalid_o(m_axis_tvalid),
    .m_axis_tlast_o (m_axis_tlast),
    .m_axis_tready_i(m_axis_tready),
    .packets_o,
    .dropped_o,
    .overflow_o
  );

  // Status.
  logic [PackLatency-1:0] packed_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      packed_q         <= '0;
      framing_errors_o <= '0;
      off_grid_o       <= '0;
    end else begin
      packed_q <= {packed_q[PackLatency-2:0], word_valid};
      if (framing_error) framing_errors_o <= framing_errors_o + 32'd1;
      if (off_grid)      off_grid_o       <= off_grid_o + 32'd1;
    end
  end

  assign sample_packed_o = packed_q[PackLatency-1];

endmodule
