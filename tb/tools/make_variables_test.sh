#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make refuses a variable that it does not know and values that no target takes, before it builds
# anything; every variable that the help names is known.
set -euo pipefail
cd "${NRC_SOURCE_DIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
: >"$work/log"
# The test may itself run under make.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

refused() { # refused TEXT ARGUMENT...
  local text=$1 output
  shift
  if output=$(make --no-print-directory BUILD="$work/build" "$@" 2>&1); then
    echo "make $*: accepted" >&2
    status=1
  elif [[ $output != *"$text"* ]]; then
    printf 'make %s: %s\nexpected: %s\n' "$*" "$output" "$text" >&2
    status=1
  fi
  if [ -e "$work/build" ]; then
    echo "make $*: left a build tree" >&2
    status=1
  fi
}
refused 'there is no variable CHANNEL;' sim CHANNEL=32
refused 'there is no variable channels;' sim channels=32
refused 'PROFILE is "foo"; give PROFILE=huffman or PROFILE=range' sim PROFILE=foo
refused 'NARROW is "2"' sim NARROW=2
refused 'goes with neither stage taps nor neighbour' sim NARROW=1 PROFILE=range TAPS=1
refused 'no decoder of the narrow state' sim NARROW=1 LOOPBACK=1
refused 'RATE_CONTROL is "2"' sim RATE_CONTROL=2
refused 'rate control is of the Huffman profile' sim RATE_CONTROL=1 PROFILE=range
refused 'EVENTS is "2"' sim EVENTS=2
refused 'events and channel classes are of the encoder of the Huffman profile' sim EVENTS=1 PROFILE=range
refused 'events and channel classes are of the encoder of the Huffman profile' sim CLASSES=file LOOPBACK=1
refused 'TAPS is "2"' sim PROFILE=range TAPS=2
refused 'belongs to the range profile' sim TAPS=1
refused 'NEIGHBOUR is "2"' sim PROFILE=range NEIGHBOUR=2
refused 'belongs to the range profile' sim NEIGHBOUR=1
refused 'no decoder of the stages taps' sim PROFILE=range NEIGHBOUR=1 LOOPBACK=1
refused 'CHANNELS is "many"' sim CHANNELS=many
for target in bench challenge compare; do
  refused "$target needs recordings: make $target DATA=path" "$target"
  refused "DATA=$work/none does not exist" "$target" DATA="$work/none"
done
refused 'study needs recordings: make study DATA=path OUT=directory' study
refused 'study needs a directory to write' study DATA="$work"
refused 'train-neural needs recordings' train-neural OUT="$work/out"
refused 'does not exist' benchmark DATA="$work/none"
refused 'has no WAV file' challenge DATA="$work"
refused 'is not a directory' challenge DATA="$work/log"

# Values of several words, with an equals sign inside, are no variables.
for value in 'SEEDS=1 2 3' 'LINT=python shell' 'ASIC_ARGS=--a=1 --pipeline=deep' 'SEEDS:=1 2'; do
  if ! make --no-print-directory help "$value" >"$work/log" 2>&1; then
    echo "make '$value': $(cat "$work/log")" >&2
    status=1
  fi
done

# Each name in brackets in the help, given to a target that does nothing with it.
for name in $(make --no-print-directory help | grep -o '\[.*\]' | grep -oE '\b[A-Z][A-Z_]+\b' | grep -v EDF | sort -u); do
  value=1
  [ "$name" != PROFILE ] || value=range
  case $name in NARROW | NEIGHBOUR | RATE_CONTROL | TAPS) value=0 ;; esac
  if ! make --no-print-directory help "$name=$value" >"$work/log" 2>&1; then
    echo "the help names $name: $(cat "$work/log")" >&2
    status=1
  fi
done
exit $status
