// SPDX-License-Identifier: Apache-2.0
//
// An encoder in a small system: a RISC-V core (VexRiscv, with Wishbone buses) configures it through
// registers on APB, and reads the packets by polling. firmware.c is the program of the core.
//
//   0x0000_0000  memory of program and data
//   0x4000_0000  registers of the encoder
//   0x4000_1000  packets: bit 0: a word is available, bit 1: it is the last of its packet
//   0x4000_1004  packets: the word; a read removes it
//   0x4000_1008  to the radio: a word written here leaves at host_o
//   0x4000_100C  end of the program: the result is written here
//
// Files: rtl/lists/encoder_apb_generic.f, and VexRiscv_Min.v of the package pythondata-cpu-vexriscv.

`timescale 1ns / 1ps

module soc #(
  parameter int Channels     = 8,
  parameter int CodeWidth    = 12,
  parameter int PacketFrames = 10,
  parameter int MemoryWords  = 4096
) (
  input  logic        clk,
  input  logic        rst_n,

  input  logic        s_tvalid,
  output logic        s_tready,
  input  logic [15:0] s_tdata,
  input  logic        s_tlast,

  output logic        host_valid_o,
  output logic [31:0] host_o,
  output logic        done_o,
  output logic [31:0] result_o
);

  localparam int AddrWidth = $clog2(MemoryWords);

  logic        i_cyc, i_stb, i_ack, d_cyc, d_stb, d_ack, d_we;
  logic [29:0] i_address, d_address;  // of words
  logic [31:0] i_read, d_read, d_write;
  logic [3:0]  d_select;

  // The core's reset is active high. It is released two clocks after rst_n, in step with clk.
  logic [1:0] reset_q;
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) reset_q <= '1;
    else        reset_q <= {reset_q[0], 1'b0};
  end

  VexRiscv u_core (
    .clk,
    .reset                 (reset_q[1]),
    .externalResetVector   (32'h0000_0000),
    .timerInterrupt        (1'b0),
    .softwareInterrupt     (1'b0),
    .externalInterruptArray(32'd0),
    .iBusWishbone_CYC      (i_cyc),
    .iBusWishbone_STB      (i_stb),
    .iBusWishbone_ACK      (i_ack),
    .iBusWishbone_WE       (),
    .iBusWishbone_ADR      (i_address),
    .iBusWishbone_DAT_MISO (i_read),
    .iBusWishbone_DAT_MOSI (),
    .iBusWishbone_SEL      (),
    .iBusWishbone_ERR      (1'b0),
    .iBusWishbone_CTI      (),
    .iBusWishbone_BTE      (),
    .dBusWishbone_CYC      (d_cyc),
    .dBusWishbone_STB      (d_stb),
    .dBusWishbone_ACK      (d_ack),
    .dBusWishbone_WE       (d_we),
    .dBusWishbone_ADR      (d_address),
    .dBusWishbone_DAT_MISO (d_read),
    .dBusWishbone_DAT_MOSI (d_write),
    .dBusWishbone_SEL      (d_select),
    .dBusWishbone_ERR      (1'b0),
    .dBusWishbone_CTI      (),
    .dBusWishbone_BTE      ()
  );

  logic is_memory, is_encoder, is_port, access;
  assign access     = d_cyc && d_stb;
  assign is_memory  = access && d_address[29:26] == 4'h0;
  assign is_encoder = access && d_address[29:26] == 4'h4 && d_address[11:10] == 2'd0;
  assign is_port    = access && d_address[29:26] == 4'h4 && d_address[11:10] == 2'd1;

  // Memory: each access of either bus takes one clock.
  logic [31:0] memory[0:MemoryWords-1];
  logic [31:0] memory_read;
  logic        memory_ack, port_ack;

  always_ff @(posedge clk) begin
    i_read      <= memory[i_address[AddrWidth-1:0]];
    memory_read <= memory[d_address[AddrWidth-1:0]];
    for (int b = 0; b < 4; b++) begin
      if (is_memory && !memory_ack && d_we && d_select[b]) begin
        memory[d_address[AddrWidth-1:0]][8*b +: 8] <= d_write[8*b +: 8];
      end
    end
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      i_ack      <= 1'b0;
      memory_ack <= 1'b0;
      port_ack   <= 1'b0;
    end else begin
      i_ack      <= i_cyc && i_stb && !i_ack;
      memory_ack <= is_memory && !memory_ack;
      port_ack   <= is_port && !port_ack;
    end
  end

  // Wishbone to APB: both wait for a response, so a register for penable is enough.
  logic        enable_q, apb_ready;
  logic [31:0] apb_read, port_read;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) enable_q <= 1'b0;
    else        enable_q <= is_encoder && !apb_ready;
  end

  assign d_ack  = memory_ack || port_ack || (is_encoder && enable_q && apb_ready);
  assign d_read = is_encoder ? apb_read : is_port ? port_read : memory_read;

  logic        packet_valid, packet_ready, packet_last, word_valid, take;
  logic [31:0] packet_word;
  logic [32:0] word;
  logic [6:0]  level;
  logic        unused_error, unused_interrupt;

  nrc_encoder_apb #(
    .Channels    (Channels),
    .CodeWidth   (CodeWidth),
    .Mapping     (0),
    .PacketFrames(PacketFrames),
    .BufferWords (512),
    .SelfTest    (1)
  ) u_encoder (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .s_apb_psel   (is_encoder),
    .s_apb_penable(enable_q),
    .s_apb_pwrite (d_we),
    .s_apb_paddr  ({d_address[5:0], 2'b00}),
    .s_apb_pwdata (d_write),
    .s_apb_pstrb  (d_we ? d_select : 4'd0),
    .s_apb_pready (apb_ready),
    .s_apb_prdata (apb_read),
    .s_apb_pslverr(unused_error),
    .irq_o        (unused_interrupt),
    .s_axis_tvalid(s_tvalid),
    .s_axis_tready(s_tready),
    .s_axis_tdata (s_tdata),
    .s_axis_tlast (s_tlast),
    .m_axis_tvalid(packet_valid),
    .m_axis_tready(packet_ready),
    .m_axis_tdata (packet_word),
    .m_axis_tlast (packet_last)
  );

  // Packets wait for the core in this FIFO, then in the encoder's own buffer.
  assign packet_ready = level != 7'd64;

  nrc_fifo #(.Width(33), .Depth(64)) u_packets (
    .clk_i  (clk),
    .rst_ni (rst_n),
    .push_i (packet_valid && packet_ready),
    .wdata_i({packet_last, packet_word}),
    .valid_o(word_valid),
    .rdata_o(word),
    .pop_i  (take),
    .level_o(level)
  );

  assign take = is_port && !port_ack && !d_we && d_address[1:0] == 2'd1 && word_valid;

  always_ff @(posedge clk) begin
    port_read <= (d_address[1:0] == 2'd0) ? {30'd0, word[32], word_valid} : word[31:0];
    host_o    <= d_write;
    if (is_port && d_we && d_address[1:0] == 2'd3) result_o <= d_write;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      host_valid_o <= 1'b0;
      done_o       <= 1'b0;
    end else begin
      host_valid_o <= is_port && !port_ack && d_we && d_address[1:0] == 2'd2;
      if (is_port && d_we && d_address[1:0] == 2'd3) done_o <= 1'b1;
    end
  end

endmodule
