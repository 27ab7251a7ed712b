#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# GCC fuses the product and the sum of two vector intrinsics into one operation, which rounds once instead of twice, where the
# instruction set has one: also with -std=c++17, though its manual says that ISO modes do not contract, which holds for C alone.
# Whoever writes _mm256_mul_pd() and _mm256_add_pd(), or uses a library that does, gets other bits with FMA than without.
# -ffp-contract=off ends it. Seen with GCC 12 on Debian 12, x86-64.
#
# Needs g++; exits 1 if the behaviour is another one, 0 without doing anything on other processors.
set -euo pipefail
if [ "$(uname -m)" != x86_64 ]; then
  echo "skipped: not x86-64"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.cpp" <<'END'
#include <immintrin.h>
__m256d f(__m256d a, __m256d b, __m256d c) { return _mm256_add_pd(_mm256_mul_pd(a, b), c); }
END
fused() { # options
  g++ -O2 -mavx2 -mfma "$@" -S -o - "$work/a.cpp" | grep -c vfmadd || true
}
default=$(fused)
iso=$(fused -std=c++17)
off=$(fused -ffp-contract=off)
echo "fused operations: default $default, -std=c++17 $iso, -ffp-contract=off $off"
if [ "$default" = 0 ] || [ "$iso" = 0 ] || [ "$off" != 0 ]; then
  echo "changed: expected some, some, none"
  exit 1
fi
