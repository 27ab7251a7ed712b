#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# coverage.sh BUILD_DIR JOBS: runs the tests of an instrumented tree and sums up
# what they reached: cpp.info and rtl.info for lcov's tools, rtl/ annotated.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
build=$(cd "$1" && pwd)
jobs=$2
raw=$build/coverage-raw
rm -rf "$raw" "$build/rtl-annotated"
mkdir -p "$raw"
lcov --quiet --zerocounters --directory "$build"

status=0
NRC_COVERAGE_DIR=$raw ctest --test-dir "$build" --output-on-failure -j"$jobs" || status=$?

lcov --quiet --capture --directory "$build" --base-directory "$root" --no-external \
  --output-file "$build/all.info" 2>/dev/null
lcov --quiet --extract "$build/all.info" "$root/model/*" "$root/tools/*" "$root/study/*" --output-file "$build/cpp.info"
echo
echo 'C++'
lcov --list "$build/cpp.info" | sed -n '/|/p'

shopt -s nullglob
data=("$raw"/*.dat)
echo
echo 'RTL (lines)'
if [ ${#data[@]} -eq 0 ]; then
  echo '  no bench wrote coverage'
else
  verilator_coverage --write "$build/rtl.dat" "${data[@]}"
  verilator_coverage --write-info "$build/rtl.info" "$build/rtl.dat"
  verilator_coverage --annotate "$build/rtl-annotated" --annotate-min 1 "$build/rtl.dat"
  lcov --list "$build/rtl.info" | sed -n '/|/p'
fi
exit "$status"
