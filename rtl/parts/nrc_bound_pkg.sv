// SPDX-License-Identifier: Apache-2.0
//
// Upper bounds of a payload (docs/bitstream.md, sections 5 and 11): a payload of n codes has at most
// n * max_code_bits + end_bits bits.

`timescale 1ns / 1ps

package nrc_bound_pkg;

  // Bits of a code: an escape, with the code itself after it.
  function automatic int max_code_bits(input int profile, input int code_width);
    max_code_bits = code_width + ((profile == nrc_pkg::ProfileRange) ? nrc_pkg::EscapeOverhead
                                                                     : nrc_pkg::MaxCodeLength);
  endfunction

  // Bits after the last code.
  function automatic int end_bits(input int profile);
    end_bits = (profile == nrc_pkg::ProfileRange) ? 1 : 0;
  endfunction

endpackage
