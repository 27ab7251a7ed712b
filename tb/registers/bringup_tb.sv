// SPDX-License-Identifier: Apache-2.0
//
// An encoder, a link and a decoder with one fault after the other, and another program that brings them up
// (docs/examples/bringup.c, bringup_bench.c, bringup_test.py, driver_bus.svh with APB).
//
//   vvp bringup_tb.vvp +requests=PIPE +answers=PIPE
//
// Requests besides those of driver_bus.svh, whose answer is 0 where nothing else is said:
//
//   b N   accesses go to the encoder, 0, or the decoder, 1
//   f N   a reset, then fault N of those below; answer: there is one
//   x     answer: a sample of the decoder was not the one that the converter gave
//
// The converter's pattern reaches every bit of a code. Its frames are counted from the one on that opens a stream.

`timescale 1ns / 1ps

module bringup_tb;

  localparam int Channels     = 4;
  localparam int CodeWidth    = 12;
  localparam int PacketFrames = 8;

  `include "driver_bus.svh"

  logic        is_decoder = 1'b0, encoder_irq, decoder_irq, encoder_ready, decoder_ready, encoder_error,
               decoder_error;
  logic [31:0] encoder_data, decoder_data, written;
  logic        s_valid = 1'b0, s_ready, s_last = 1'b0, e_valid, e_ready, e_last, d_valid, d_ready, d_last,
               m_valid, m_last;
  logic [15:0] s_data = '0, m_data;
  logic [31:0] e_data, d_data;
  logic [32:0] m_user;
  integer      fault;

  // Numbered as in bringup_bench.c.
  localparam int BusRead = 1, BusWrite = 2, NoDecoder = 3, OtherTables = 4, StateBit = 5, CodeBit = 6, ClockEnable = 7,
                 Silent = 8, NoInterrupt = 9, StuckInterrupt = 10, NoSamples = 11, NoTlast = 12, SomeTlast = 13,
                 SampleBit = 14, Backpressure = 15, SlowLink = 16, NoLink = 17, LinkBit = 18, LostPacket = 19,
                 OtherStream = 20;
  localparam int Faults = 21;

  // The bus, where bits may be stuck.
  assign pready  = is_decoder ? decoder_ready : encoder_ready;
  assign pslverr = is_decoder ? decoder_error : encoder_error;
  assign prdata  = ((is_decoder && fault != NoDecoder) ? decoder_data : encoder_data) &
                   ~((fault == BusRead) ? 32'h0000_0004 : 32'd0);
  assign written = pwdata & ~((fault == BusWrite) ? 32'h0000_0080 : 32'd0);
  assign irq     = (encoder_irq && fault != NoInterrupt) || fault == StuckInterrupt;

  nrc_encoder_apb #(
    .Channels    (Channels),
    .CodeWidth   (CodeWidth),
    .Mapping     (0),
    .PacketFrames(PacketFrames),
    .KeyInterval (3),
    .BufferWords (32),
    .Pipeline    (1),
    .SelfTest    (1)
  ) u_encoder (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .s_apb_psel   (psel && !is_decoder),
    .s_apb_penable(penable),
    .s_apb_pwrite (pwrite),
    .s_apb_paddr  (paddr),
    .s_apb_pwdata (written),
    .s_apb_pstrb  (pstrb),
    .s_apb_pready (encoder_ready),
    .s_apb_prdata (encoder_data),
    .s_apb_pslverr(encoder_error),
    .irq_o        (encoder_irq),
    .s_axis_tvalid(s_valid && fault != NoSamples),
    .s_axis_tready(s_ready),
    .s_axis_tdata (s_data & ~((fault == SampleBit) ? 16'h0020 : 16'd0)),
    .s_axis_tlast (s_last && fault != NoTlast && (fault != SomeTlast || frame[0])),
    .m_axis_tvalid(e_valid),
    .m_axis_tready(e_ready),
    .m_axis_tdata (e_data),
    .m_axis_tlast (e_last)
  );

  // The link. A clock of 32 is slow enough for packets to be dropped.
  logic       slow_q = 1'b0, lose;
  integer     slow, packets;

  assign lose    = fault == NoLink || (fault == LostPacket && packets == 3);
  assign e_ready = (d_ready || lose) && fault != Backpressure && (fault != SlowLink || slow_q);
  assign d_valid = e_valid && !lose && fault != Backpressure && (fault != SlowLink || slow_q);
  assign d_data  = e_data & ~((fault == LinkBit) ? 32'h0000_0200 : 32'd0);
  assign d_last  = e_last;

  always @(posedge clk) begin
    slow   <= (slow == 31) ? 0 : slow + 1;
    slow_q <= slow == 0;
    if (!rst_n) packets <= 0;
    else if (e_valid && e_ready && e_last) packets <= packets + 1;
  end

  // Simulation takes long, so the decoder has a clock only when it has something to do.
  logic decoder_runs = 1'b1;
  wire  decoder_clk  = clk && decoder_runs;

  always @(negedge clk) decoder_runs = !rst_n || is_decoder || u_decoder.u_control.enable;

  nrc_decoder_apb #(
    .Channels    (Channels),
    .CodeWidth   (CodeWidth),
    .Mapping     (0),
    .PacketFrames(PacketFrames),
    .BufferWords (64)
  ) u_decoder (
    .clk_i        (decoder_clk),
    .rst_ni       (rst_n),
    .s_apb_psel   (psel && is_decoder),
    .s_apb_penable(penable),
    .s_apb_pwrite (pwrite),
    .s_apb_paddr  (paddr),
    .s_apb_pwdata (written),
    .s_apb_pstrb  (pstrb),
    .s_apb_pready (decoder_ready),
    .s_apb_prdata (decoder_data),
    .s_apb_pslverr(decoder_error),
    .irq_o        (decoder_irq),
    .s_axis_tvalid(d_valid),
    .s_axis_tready(d_ready),
    .s_axis_tdata (d_data),
    .s_axis_tlast (d_last),
    .m_axis_tvalid(m_valid),
    .m_axis_tready(1'b1),
    .m_axis_tdata (m_data),
    .m_axis_tlast (m_last),
    .m_axis_tuser (m_user)
  );

  // The converter.
  function [15:0] pattern(input integer frame, input integer channel);
    reg [CodeWidth-1:0] code;
    begin
      code    = 53 * frame + 1021 * channel;
      pattern = {{16-CodeWidth{code[CodeWidth-1]}}, code};
    end
  endfunction

  integer frame, channel, given, wrong;
  logic   enabled, enabled_q;

  assign enabled = u_encoder.u_control.enable;

  initial begin
    frame   = 0;
    channel = 0;
    forever begin
      @(posedge clk);
      #1 s_valid = 1'b0;
      if (awake) begin
        if (channel == 0) begin
          if (enabled && !enabled_q) frame = 0;
          enabled_q = enabled;
        end
        s_valid = 1'b1;
        s_data  = pattern(frame, channel);
        s_last  = channel == Channels - 1;
        #8;
        while (!s_ready && rst_n) #10;
        channel = s_last ? 0 : channel + 1;
        if (s_last) begin
          frame = frame + 1;
          // A frame in 12 clocks or so, which the decoder can follow.
          @(posedge clk);
          #1 s_valid = 1'b0;
          repeat (6) @(posedge clk);
        end
      end
    end
  end

  always @(posedge decoder_clk) begin
    if (m_valid) begin
      if (m_data != pattern(m_user[31:0], given)) wrong = wrong + 1;
      given = m_last ? 0 : given + 1;
    end
  end

  // A bit of a memory that is stuck.
  always @(posedge clk) begin
    if (fault == StateBit) u_encoder.u_control.u_encoder.gen_huffman.u_path.gen_full.u_predictor.u_state.mem[2][9] = 1'b0;
  end

  task other;
    case (kind)
      "b": is_decoder = first[0];
      "f": begin
        release u_encoder.u_control.u_encoder.u_framer.awake_q;
        release u_encoder.u_control.u_encoder.u_packetizer.u_emitter.m_axis_tvalid_o;
        release u_encoder.u_control.u_encoder.u_shift6.sample_i;
        release u_decoder.u_control.u_registers.table_built_in_id_i;
        release u_decoder.u_control.u_decoder.u_parser.u_own_header.table_id_i;
        rst_n     = 1'b0;
        fault     = 0;
        channel   = 0;
        given     = 0;
        wrong     = 0;
        enabled_q = 1'b0;
        repeat (3) @(posedge clk);
        #1 rst_n = 1'b1;
        @(posedge clk);
        #1;
        fault = first;
        case (fault)
          CodeBit:
            force u_encoder.u_control.u_encoder.u_shift6.sample_i =
                u_encoder.u_control.u_encoder.framer_sample & 16'hffef;
          ClockEnable: force u_encoder.u_control.u_encoder.u_framer.awake_q = 1'b0;
          Silent:      force u_encoder.u_control.u_encoder.u_packetizer.u_emitter.m_axis_tvalid_o = 1'b0;
          OtherTables: force u_decoder.u_control.u_registers.table_built_in_id_i = 32'h1234_5678;
          OtherStream: force u_decoder.u_control.u_decoder.u_parser.u_own_header.table_id_i = 32'h1234_5678;
          default: ;
        endcase
        error = first < Faults;
      end
      "x": error = wrong != 0;
      default: $display("FAIL: request %s", kind);
    endcase
  endtask

  initial begin
    fault = 0;
    slow  = 0;
    serve;
    $finish(0);
  end

endmodule
