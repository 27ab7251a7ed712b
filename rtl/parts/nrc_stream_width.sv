// SPDX-License-Identifier: Apache-2.0
//
// A stream of packets in words of 32 bits to one of 8, 16 or 64 bits, the first byte first.
//
// Packets have whole words. With 64 bits the last transfer of a packet may hold one, in its low
// half: tkeep says so. All outputs come from registers. Throughput: a transfer in each clock, or with
// 64 bits a word.

`timescale 1ns / 1ps

module nrc_stream_width #(
  parameter int Bits = -1,  // 8, 16 or 64
  localparam int Bytes = Bits / 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             s_axis_tvalid,
  output logic             s_axis_tready,
  input  logic [31:0]      s_axis_tdata,
  input  logic             s_axis_tlast,

  output logic             m_axis_tvalid,
  input  logic             m_axis_tready,
  output logic [Bits-1:0]  m_axis_tdata,
  output logic [Bytes-1:0] m_axis_tkeep,
  output logic             m_axis_tlast
);

  logic live_q;  // low in reset, when nothing may be ready

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) live_q <= 1'b0;
    else         live_q <= 1'b1;
  end

  if (Bits < 32) begin : gen_narrow
    // One word goes out in parts while the next one waits.
    localparam int Parts = 32 / Bits;
    localparam int CountWidth = $clog2(Parts);

    logic                  waits_q, waits_last_q, word_q, last_q, word_ends;
    logic [31:0]           waits_data_q, data_q;
    logic [CountWidth-1:0] part_q;

    assign s_axis_tready = live_q && !waits_q;
    assign m_axis_tvalid = word_q;
    assign m_axis_tdata  = data_q[Bits-1:0];
    assign m_axis_tkeep  = '1;
    assign m_axis_tlast  = last_q && (part_q == '1);
    assign word_ends     = !word_q || (m_axis_tready && part_q == '1);

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        waits_q <= 1'b0;
        word_q  <= 1'b0;
        part_q  <= '0;
      end else begin
        if (s_axis_tvalid && s_axis_tready) waits_q <= 1'b1;
        else if (word_ends)                 waits_q <= 1'b0;
        if (word_ends)                      word_q  <= waits_q;
        if (word_q && m_axis_tready)        part_q  <= part_q + 1'b1;
      end
    end

    always_ff @(posedge clk_i) begin
      if (s_axis_tvalid && s_axis_tready) begin
        waits_data_q <= s_axis_tdata;
        waits_last_q <= s_axis_tlast;
      end
      if (word_ends) begin
        data_q <= waits_data_q;
        last_q <= waits_last_q;
      end else if (m_axis_tready) begin
        data_q <= data_q >> Bits;
      end
    end
  end else begin : gen_wide
    // Two words, or the last one alone, are put together while those before wait for the link.
    logic        low_q, whole_q, moves;  // a low word is here, and all of a transfer
    logic        high_q, last_q, out_q;
    logic [63:0] data_q;

    assign s_axis_tready = live_q && (!whole_q || !out_q);
    assign moves         = whole_q && !out_q;
    assign m_axis_tvalid = out_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        low_q        <= 1'b0;
        whole_q      <= 1'b0;
        out_q        <= 1'b0;
        m_axis_tkeep <= '0;
        m_axis_tlast <= 1'b0;
      end else begin
        if (s_axis_tvalid && s_axis_tready) begin
          low_q   <= !low_q && !s_axis_tlast;
          whole_q <= low_q || s_axis_tlast;
        end else if (moves) begin
          whole_q <= 1'b0;
        end
        if (moves)              out_q <= 1'b1;
        else if (m_axis_tready) out_q <= 1'b0;
        if (moves) begin
          m_axis_tkeep <= {{(Bytes/2){high_q}}, {(Bytes/2){1'b1}}};
          m_axis_tlast <= last_q;
        end
      end
    end

    always_ff @(posedge clk_i) begin
      if (s_axis_tvalid && s_axis_tready) begin
        if (low_q) data_q[63:32] <= s_axis_tdata;
        else       data_q        <= {32'd0, s_axis_tdata};
        high_q <= low_q;
        last_q <= s_axis_tlast;
      end
      if (moves) m_axis_tdata <= data_q;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Bits == 8 || Bits == 16 || Bits == 64, "nrc_stream_width: Bits is 8, 16 or 64")
`endif

endmodule
