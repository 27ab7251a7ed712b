#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Ratio of general and audio compressors and of nrc on the WAV files of a directory: every file on
# its own, original bytes over compressed bytes. usage: compare.sh DIRECTORY [NRC]
set -euo pipefail

dir=${1:?usage: $0 DIRECTORY [NRC]}
nrc=${2:-build/nrc}
# The same files as in tools/host/recordings.hpp.
mapfile -d '' files < <(find "$dir" -maxdepth 1 -iname '?*.wav' -xtype f -print0 | LC_ALL=C sort -z)
if [ ${#files[@]} -eq 0 ]; then
  printf 'error: no WAV file in %s; give a directory of recordings\n' "$dir" >&2
  exit 1
fi
original=$(cat "${files[@]}" | wc -c)

# Total bytes of all files through a filter from stdin to stdout.
measure() {
  local name=$1
  shift
  if ! command -v "$1" >/dev/null; then
    printf '%-22s %s\n' "$name" "not installed"
    return
  fi
  local total
  # shellcheck disable=SC2016 # for the inner shell
  total=$(printf '%s\0' "${files[@]}" |
    xargs -0 -P "$(nproc)" -I{} sh -c 'file=$1; shift; "$@" <"$file" 2>/dev/null | wc -c' _ {} "$@" |
    awk '{ sum += $1 } END { print sum }')
  awk -v n="$name" -v o="$original" -v c="$total" 'BEGIN { printf "%-22s %.3f\n", n, o / c }'
}

printf '%s files, %s bytes\n' "${#files[@]}" "$original"
measure 'flac -8' flac -8 --silent --stdout -
measure 'gzip -9' gzip -9 -c
measure 'zstd -19' zstd -19 -q -c
measure 'xz -9e' xz -9e -c
measure 'bzip2 -9' bzip2 -9 -c
measure 'nrc, Huffman profile' "$nrc" encode --profile huffman - -
measure 'nrc, range profile' "$nrc" encode --profile range - -
