// SPDX-License-Identifier: Apache-2.0
//
// The bounds of docs/bitstream.md, sections 5 and 11: no code and no payload is longer, and signals
// made to be costly show how close one comes.
#include "worst_case.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "nrc/payload.hpp"

namespace nrc {
namespace {

/// Payload of `frames` costly frames as a key packet, and its bound.
struct Cost {
  std::size_t bytes;
  std::size_t bound;
  double bits_per_code;
};

Cost costliest(const Tables& tables, int width, std::uint32_t channels, std::size_t frames) {
  const std::vector<Code> codes = tb::costly_codes(tables, width, channels, frames);
  const auto payload =
      PayloadEncoder::make(tables, width, channels)->encode(codes.data(), frames, true);
  const std::uint64_t bound = tb::max_key_payload_bytes(tables.profile(), width, channels, frames);
  EXPECT_LE(bound, max_payload_bytes(tables.profile(), width, codes.size()));
  return {payload.size(), static_cast<std::size_t>(bound),
          8.0 * static_cast<double>(payload.size()) / static_cast<double>(codes.size())};
}

void print(const char* what, const Cost& cost) {
  std::printf("[   cost   ] %s: %.2f bits per code, %zu of at most %zu bytes\n", what,
              cost.bits_per_code, cost.bytes, cost.bound);
}

TEST(WorstCase, HuffmanTablesReachTheBound) {
  for (const char* name : {"default", "generic"}) {
    TableSet set = tb::with_long_escapes(TableSet::builtin(name));
    set.validate();
    for (const int width : {10, 16}) {
      const Cost cost = costliest(set, width, 32, 20);
      print((std::string(name) + " with long escapes").c_str(), cost);
      EXPECT_EQ(cost.bytes, cost.bound) << name << " " << width;
    }
  }
}

TEST(WorstCase, BuiltInTables) {
  struct {
    Profile profile;
    const char* tables;
    int width;
    std::size_t frames;
  } const cases[] = {{Profile::kHuffman, "default", 10, 1}, {Profile::kHuffman, "default", 10, 20},
                     {Profile::kHuffman, "generic", 16, 1}, {Profile::kHuffman, "generic", 16, 20},
                     {Profile::kRange, "default", 10, 1},   {Profile::kRange, "default", 10, 20},
                     {Profile::kRange, "generic", 16, 1},   {Profile::kRange, "generic", 16, 20}};
  for (const auto& c : cases) {
    const Cost cost = costliest(Tables::builtin(c.profile, c.tables), c.width, 1024, c.frames);
    print((std::string(profile_name(c.profile)) + " " + c.tables + ", " + std::to_string(c.frames) +
           " frames")
              .c_str(),
          cost);
    if (c.profile == Profile::kRange) {
      EXPECT_EQ(cost.bytes, cost.bound) << "every code an escape";
    } else {
      EXPECT_LE(cost.bytes, cost.bound);
      EXPECT_GE(10 * cost.bytes, 7 * cost.bound) << "trained escapes are not the longest codes";
    }
  }
}

}  // namespace
}  // namespace nrc
