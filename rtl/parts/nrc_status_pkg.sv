// SPDX-License-Identifier: Apache-2.0
//
// Bits of the encoder's status_o. StatusState is a number of two bits; tables may be written while
// it is StateIdle or StateClosed.

`timescale 1ns / 1ps

package nrc_status_pkg;

  localparam int StatusWidth      = 5;

  localparam int StatusState    = 0;  // bits 1..0, one of:
  localparam int StateIdle      = 0;  // no stream since reset
  localparam int StateOpen      = 1;
  localparam int StateClosing   = 2;  // closed, and not all packets have left
  localparam int StateClosed    = 3;  // and its last packet has left

  localparam int StatusNoRoom   = 2;  // a packet found no room, and none was stored since
  localparam int StatusNoTables = 3;  // enabled without loaded tables: samples are discarded
  localparam int StatusNoChannels = 4;  // enabled with an illegal number of channels: the same

endpackage
