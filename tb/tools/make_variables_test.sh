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
refused 'NEIGHBOUR is "2"' sim PROFILE=range NEIGHBOUR=2
refused 'belongs to the range profile' sim NEIGHBOUR=1
refused 'CHANNELS is "many"' sim CHANNELS=many

# Each name in brackets in the help, given to a target that does nothing with it.
for name in $(make --no-print-directory help | grep -o '\[.*\]' | grep -oE '\b[A-Z][A-Z_]+\b' | grep -v EDF | sort -u); do
  value=1
  [ "$name" != PROFILE ] || value=range
  [ "$name" != NEIGHBOUR ] || value=0
  if ! make --no-print-directory help "$name=$value" >"$work/log" 2>&1; then
    echo "the help names $name: $(cat "$work/log")" >&2
    status=1
  fi
done
exit $status
