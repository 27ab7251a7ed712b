#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The encoder's RTL makes the golden streams of the golden recordings, byte for byte, and the decoder's
# makes the recordings of them, in four-state simulations (Icarus) in which everything is X until it is
# set (golden_stream_tb.sv, golden_samples_tb.sv).
set -euo pipefail
cd "$(dirname "$0")/../.."
NRC=${NRC:-build/nrc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

plusargs=()
play() { # stream set [Name=Value ...]
  local stream=$1 set=$2 value overrides=()
  shift 2
  for value in "$@"; do overrides+=("-Pgolden_stream_tb.$value"); done
  iverilog -g2012 -o "$work/tb.vvp" -s golden_stream_tb "${overrides[@]}" \
    -f "rtl/lists/encoder_$set.f" tb/tools/golden_stream_tb.sv 2>&1 | grep -v 'sorry: constant selects in always_' || true
  vvp -n "$work/tb.vvp" "+samples=tb/golden/$stream.i16" "+stream=$work/out.nrc" "${plusargs[@]}" | tee "$work/log"
  if grep -qE 'FAIL|ERROR|FATAL' "$work/log"; then exit 1; fi
  cmp "$work/out.nrc" "tb/golden/$stream.nrc"
  echo "golden stream: $stream ok"
}
# Fewer channels than the loop takes clocks: generic_4ch_16bit. The tables `default` cost Icarus the most.
play default_8ch default Channels=8 PacketFrames=100 KeyInterval=2
play generic_4ch_16bit generic Channels=4 CodeWidth=16 Mapping=0 PacketFrames=48
play generic_4ch_16bit generic Channels=4 CodeWidth=16 Mapping=0 PacketFrames=48 Pipeline=1
play narrow_8ch default Channels=8 PacketFrames=100 Narrow=1 Pipeline=1
play narrow_12ch_16bit generic Channels=12 CodeWidth=16 Mapping=0 PacketFrames=24 Narrow=1 Pipeline=1
play narrow_range_8ch default Profile=1 Channels=8 PacketFrames=50 Narrow=1 Pipeline=1
# The table port with the words of `nrc tables`.
"$NRC" tables generic "$work/words.hex" --words hex --rtl generic
plusargs=("+words=$work/words.hex" "+table_id=$((0x$(sed -nE 's/.*table_id_i 0x(\w+).*/\1/p' "$work/words.hex")))")
play generic_4ch_16bit generic Channels=4 CodeWidth=16 Mapping=0 PacketFrames=48 LoadableTables=1
"$NRC" tables default "$work/range_words.hex" --words hex --profile range
plusargs=("+words=$work/range_words.hex"
          "+table_id=$((0x$(sed -nE 's/.*table_id_i 0x(\w+).*/\1/p' "$work/range_words.hex")))")
play range_8ch default Profile=1 Channels=8 PacketFrames=100 KeyInterval=2 LoadableTables=1
plusargs=()
play range_8ch default Profile=1 Channels=8 PacketFrames=100 KeyInterval=2
play range_8ch default Profile=1 Channels=8 PacketFrames=100 KeyInterval=2 Pipeline=1
play range_8ch_taps default Profile=1 Taps=1 Channels=8 PacketFrames=100 KeyInterval=2
play range_3ch_16bit_taps_neighbour generic Profile=1 Taps=1 Neighbour=1 Channels=3 CodeWidth=16 Mapping=0 \
  PacketFrames=200
play range_8ch_neighbour default Profile=1 Neighbour=1 Channels=8 PacketFrames=100 KeyInterval=2
play range_3ch_12bit_neighbour generic Profile=1 Neighbour=1 Channels=3 CodeWidth=12 Mapping=0 \
  PacketFrames=200

decode() { # stream set [Name=Value ...]
  local stream=$1 set=$2 value overrides=()
  shift 2
  for value in "$@"; do overrides+=("-Pgolden_samples_tb.$value"); done
  iverilog -g2012 -o "$work/tb.vvp" -s golden_samples_tb "${overrides[@]}" \
    -f "rtl/lists/decoder_$set.f" tb/tools/golden_samples_tb.sv 2>&1 |
    grep -v 'sorry: constant selects in always_' || true
  vvp -n "$work/tb.vvp" "+stream=tb/golden/$stream.nrc" "+samples=$work/out.i16" | tee "$work/log"
  if grep -qE 'FAIL|ERROR|FATAL' "$work/log"; then exit 1; fi
  cmp "$work/out.i16" "tb/golden/$stream.i16"
  echo "golden samples: $stream ok"
}
decode default_8ch default Channels=8 PacketFrames=100
decode generic_4ch_16bit generic Channels=4 CodeWidth=16 Mapping=0 PacketFrames=48
decode range_8ch default Profile=1 Channels=8 PacketFrames=100
decode default_8ch default Channels=20 VariableChannels=1 PacketFrames=100
decode range_8ch default Profile=1 Channels=20 VariableChannels=1 PacketFrames=100
