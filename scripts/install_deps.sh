#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what a make target needs: install_deps.sh GROUP...
# Groups: model < sim < test < dev (each holds the one before), study (nrc study; a part of test),
# challenge (the score of make challenge), fuzz (libFuzzer), neural (PyTorch, to train networks),
# formal (formal.sh; its quick proofs need no more than test), benchmark (other compressors as
# libraries, gnuplot), synth (bitstreams; ECP5 and Gowin tools come by pip, from synth.py), asic (synthesis, timing
# and simulation of a gate netlist), view (gtkwave), compare (the compressors of compare.sh), pip (the
# Python package, which brings the rest itself), cocotb (its bench; cocotb comes by pip), soc (a compiler
# for RISC-V; the core comes by pip).
# Says nothing and touches no network when everything is already there.
# NO_INSTALL=1 only reports.
set -euo pipefail

MODEL=(cmake g++ make ninja-build pkg-config zlib1g-dev libcli11-dev nlohmann-json3-dev libfmt-dev
  libhwy-dev)
STUDY=("${MODEL[@]}" libflac-dev libmp3lame-dev libwavpack-dev libsamplerate0-dev libbz2-dev
  liblzma-dev libzstd-dev gnuplot-nox)
CHALLENGE=("${MODEL[@]}" python3)
SIM=("${MODEL[@]}" verilator libsystemc-dev)
TEST=("${SIM[@]}" "${STUDY[@]}" libgtest-dev libsndfile1-dev yosys 'berkeley-abc|yosys-abc' iverilog
  python3 python3-venv git)
DEV=("${TEST[@]}" clang-tidy lcov)
FUZZ=("${MODEL[@]}" clang libclang-rt-14-dev)
FORMAL=(yosys 'berkeley-abc|yosys-abc' z3)
BENCHMARK=("${MODEL[@]}" libbenchmark-dev libflac-dev libwavpack-dev libzstd-dev gnuplot-nox)
SYNTH=(yosys nextpnr-ice40 fpga-icestorm fpga-icestorm-chipdb python3 python3-venv)
VIEW=(gtkwave)
NEURAL=("${MODEL[@]}" python3 python3-numpy python3-scipy python3-torch)
ASIC=("${MODEL[@]}" yosys 'berkeley-abc|yosys-abc' iverilog opensta verilator python3)
PIP=(python3 python3-venv)
COCOTB=("${MODEL[@]}" iverilog python3 python3-venv python3-dev) # the last one for libpython
SOC=("${MODEL[@]}" iverilog gcc-riscv64-unknown-elf python3 python3-venv)
COMPARE=(gzip bzip2 xz-utils zstd flac)

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Finds a library by its pkg-config or CMake file, or by a header.
library() {
  local module=$1 header=$2 dir
  if command -v pkg-config >/dev/null && pkg-config --exists "$module"; then return 0; fi
  for dir in /usr/include /usr/local/include /opt/homebrew/include ${CPATH:+"${CPATH%%:*}"}; do
    if [ -e "$dir/$header" ]; then return 0; fi
  done
  return 1
}

# Whether clang finds its sanitizers and libFuzzer, which are a package of their own.
links_libfuzzer() {
  echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null 2>/dev/null
}

# Whether the tool of a Debian package is present, however it was installed.
have() {
  case $1 in
    zlib1g-dev) library zlib zlib.h ;;
    libcli11-dev) library CLI11 CLI/CLI.hpp ;;
    nlohmann-json3-dev) library nlohmann_json nlohmann/json.hpp ;;
    libfmt-dev) library fmt fmt/core.h ;;
    libsystemc-dev) library systemc systemc.h ;;
    libhwy-dev) library libhwy hwy/highway.h ;;
    libbenchmark-dev) library benchmark benchmark/benchmark.h ;;
    libflac-dev) library flac FLAC/all.h ;;
    libwavpack-dev) library wavpack wavpack/wavpack.h ;;
    libzstd-dev) library libzstd zstd.h ;;
    libmp3lame-dev) library lame lame/lame.h ;;
    libsamplerate0-dev) library samplerate samplerate.h ;;
    libbz2-dev) library bzip2 bzlib.h ;;
    liblzma-dev) library liblzma lzma.h ;;
    gnuplot-nox) command -v gnuplot >/dev/null ;;
    libgtest-dev) library gtest gtest/gtest.h ;;
    libsndfile1-dev) library sndfile sndfile.h ;;
    opensta) command -v sta >/dev/null ;;
    libclang-rt-*-dev) links_libfuzzer ;;
    fpga-icestorm) command -v icepack >/dev/null ;;
    # Where it is not Debian's, beside icepack.
    fpga-icestorm-chipdb) [ -d /usr/share/fpga-icestorm/chipdb ] || [ -d "$(dirname "$(command -v icepack)")/../share/icebox" ] ;;
    python3-dev) command -v python3-config >/dev/null ;;
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    python3-*) /usr/bin/python3 -c "import ${1#python3-}" 2>/dev/null ;;
    gcc-riscv64-unknown-elf) command -v riscv64-unknown-elf-gcc >/dev/null ;;
    xz-utils) command -v xz >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

[ $# -gt 0 ] || die "usage: $0 model|challenge|sim|study|test|dev|fuzz|formal|benchmark|synth|view|compare|neural|asic|pip|cocotb|soc ..."
wanted=()
for group in "$@"; do
  case $group in
    model) wanted+=("${MODEL[@]}") ;;
    challenge) wanted+=("${CHALLENGE[@]}") ;;
    sim) wanted+=("${SIM[@]}") ;;
    neural) wanted+=("${NEURAL[@]}") ;;
    study) wanted+=("${STUDY[@]}") ;;
    test) wanted+=("${TEST[@]}") ;;
    dev) wanted+=("${DEV[@]}") ;;
    fuzz) wanted+=("${FUZZ[@]}") ;;
    formal) wanted+=("${FORMAL[@]}") ;;
    benchmark) wanted+=("${BENCHMARK[@]}") ;;
    synth) wanted+=("${SYNTH[@]}") ;;
    view) wanted+=("${VIEW[@]}") ;;
    compare) wanted+=("${COMPARE[@]}") ;;
    pip) wanted+=("${PIP[@]}") ;;
    cocotb) wanted+=("${COCOTB[@]}") ;;
    soc) wanted+=("${SOC[@]}") ;;
    asic) wanted+=("${ASIC[@]}") ;;
    *) die "unknown group '$group' (model, challenge, sim, study, test, dev, fuzz, formal, benchmark, synth, view, compare, neural, asic, pip, cocotb, soc)" ;;
  esac
done

# dpkg answers for all packages at once; ask the slower checks about the rest. An entry may be
# alternatives, a|b, of which a release of Debian has one.
declare -A installed=()
if command -v dpkg-query >/dev/null; then
  while read -r status package; do
    if [ "$status" = installed ]; then installed[$package]=1; fi
  done < <(
    # shellcheck disable=SC2016 # the fields are dpkg's
    printf '%s\n' "${wanted[@]}" | tr '|' '\n' |
      xargs dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null || true
  )
fi
missing=()
for package in "${wanted[@]}"; do
  for name in ${package//|/ }; do
    if [ -n "${installed[$name]:-}" ] || have "$name"; then continue 2; fi
  done
  for name in ${package//|/ }; do installed[$name]=1; done # report a package of two groups once
  missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  die "missing: ${missing[*]} (Debian package names). Install them with your package manager and try again."
fi

# Of each alternative, the one that this release has; the first one if apt does not know either.
choose_alternatives() {
  local i name
  for i in "${!missing[@]}"; do
    [[ ${missing[i]} == *'|'* ]] || continue
    for name in ${missing[i]//|/ }; do
      if apt-cache show "$name" >/dev/null 2>&1; then
        missing[i]=$name
        continue 2
      fi
    done
    missing[i]=${missing[i]%%|*}
  done
}

become=()
if [ "$(id -u)" -ne 0 ]; then become=(sudo -n); fi
if [ "${NO_INSTALL:-0}" = 1 ] || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; }; then
  choose_alternatives
  die "missing packages. Install them with:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
fi

# sudo clears the environment, but apt may need the proxy.
environment=(DEBIAN_FRONTEND=noninteractive)
for name in http_proxy https_proxy no_proxy; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done
log=$(mktemp "${TMPDIR:-/tmp}/nrc-apt.XXXXXX")
apt() { "${become[@]}" env "${environment[@]}" apt-get -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null; }

printf 'Installing: %s\n' "${missing[*]}"
apt update || true # one broken source must not stop us: the install decides
choose_alternatives
if ! apt install -y --no-install-recommends "${missing[@]}"; then
  reason=$(grep -m1 '^E:' "$log" || tail -n1 "$log")
  die "apt-get could not install ${missing[*]}: ${reason:-no message} (log: $log)"
fi
rm -f "$log"
