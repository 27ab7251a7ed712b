#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Highway 1.0.3: Shl() and Shr() by a vector of counts, on vectors of one lane of 32 bits, take 64 bits of
# the counts' register as the count (_mm_sll_epi32 and its kin). What lies above the lane decides: if it
# comes from memory it is zero, but after a gather or arithmetic with Set() it is anything, and the result
# is 0. Loops that end with CappedTag<int32_t, 1> for the last elements so give wrong numbers, with the
# instruction sets of x86-64 only, and only where a count was computed. Seen on Debian 12
# (libhwy-dev 1.0.3); masked stores of a longer vector are a way out. Needs g++, libhwy-dev and a processor
# with SSE4 at least; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/shift.cpp" <<'END'
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shift.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>
#include <cstdio>
HWY_BEFORE_NAMESPACE();
namespace shift::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
template <class D>
int32_t Shifted(D d, const int32_t* three) {
  // The count of the lane is 5, of which 3 come from memory.
  const auto count = hn::Add(hn::LoadU(d, three), hn::Set(d, 2));
  int32_t out[16];
  hn::StoreU(hn::Shl(hn::Set(d, 1), count), d, out);
  return out[0];
}
int Run() {
  const int32_t three[16] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
  const int32_t four_lanes = Shifted(hn::CappedTag<int32_t, 4>(), three);
  const int32_t one_lane = Shifted(hn::CappedTag<int32_t, 1>(), three);
  std::printf("%s: 1 << 5 is %d in four lanes, %d in one\n", hwy::TargetName(HWY_TARGET),
              four_lanes, one_lane);
  return four_lanes == 32 && one_lane != 32 ? 0 : 1;
}
}  // namespace shift::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#if HWY_ONCE
namespace shift {
HWY_EXPORT(Run);
int run() { return HWY_DYNAMIC_DISPATCH(Run)(); }
}
int main() { return shift::run(); }
#endif
END
g++ -std=c++17 -O1 -I"$work" "$work/shift.cpp" -o "$work/shift" -lhwy
if ! "$work/shift"; then
  echo "changed: one lane is shifted as four are"
  exit 1
fi
echo "as described"
