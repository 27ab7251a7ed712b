// SPDX-License-Identifier: Apache-2.0
//
// Writes the header with the packed range tables of the challenge's programs, at build time.
// usage: pack_tables OUTPUT [TABLES], TABLES a table file of the range profile; without it the
// built-in `default`.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "coder.hpp"
#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "packed_tables.hpp"

namespace {

using nrc::challenge::Packing;

template <typename T>
nrc::BitPacker packed(const std::vector<T>& numbers, const Packing& packing, std::size_t& bits) {
  nrc::BitPacker out;
  nrc::challenge::Extrapolation expected(packing);
  bits = 0;
  for (const T number : numbers) {
    const std::int32_t error = std::int32_t{number} - expected.value();
    const std::uint32_t folded = error < 0 ? static_cast<std::uint32_t>(~error) << 1 | 1U
                                           : static_cast<std::uint32_t>(error) << 1;
    for (std::uint32_t i = 0; i < folded >> packing.low_bits; ++i) out.put(1, 1);
    out.put(0, 1);
    out.put(folded & ((1U << packing.low_bits) - 1), packing.low_bits);
    bits += (folded >> packing.low_bits) + 1 + static_cast<std::size_t>(packing.low_bits);
    expected.follow(number);
  }
  return out;
}

/// The packing that takes the fewest bits.
template <typename T>
Packing best_packing(const std::vector<T>& numbers, std::int32_t bias) {
  Packing best{numbers.size(), false, bias, 0};
  std::size_t fewest = SIZE_MAX;
  for (const bool slope : {false, true}) {
    for (int low_bits = 0; low_bits < 12; ++low_bits) {
      const Packing packing{numbers.size(), slope, slope ? 0 : bias, low_bits};
      std::size_t bits = 0;
      packed(numbers, packing, bits);
      if (bits >= fewest) continue;
      fewest = bits;
      best = packing;
    }
  }
  return best;
}

template <typename T>
void write_list(std::ofstream& out, const char* name, const std::vector<T>& numbers,
                std::int32_t bias) {
  const Packing packing = best_packing(numbers, bias);
  std::size_t bits = 0;
  const std::vector<std::uint8_t> bytes = packed(numbers, packing, bits).take();
  out << "inline constexpr Packing k" << name << "Packing = {" << packing.count << ", "
      << (packing.slope ? "true" : "false") << ", " << packing.bias << ", " << packing.low_bits
      << "};\ninline constexpr std::uint8_t k" << name << "[] = {";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out << (i % 20 == 0 ? "\n    " : " ") << int{bytes[i]} << ",";
  }
  out << "\n};\n";
}

void write(const std::string& path, const nrc::RangeTables& tables) {
  tables.validate();
  tables.check_code_width(nrc::challenge::kWidth);
  std::ofstream out(path);
  out << "// Written by pack_tables.\n#pragma once\n\n#include \"packed_tables.hpp\"\n\n"
         "namespace nrc::challenge {\n\ninline constexpr std::uint32_t kTableId = "
      << tables.id()
      << "U;\ninline constexpr std::uint32_t kInitialScale = " << tables.initial_scale
      << ";\ninline constexpr int kTableCodeWidth = " << tables.code_width << ";\n";
  write_list(out, "Edges", tables.edges, 1 << nrc::kFracBits);
  write_list(out, "Cumulative", tables.cumulative, 0);
  out << "\n}  // namespace nrc::challenge\n";
  out.close();
  if (!out) throw nrc::Error("cannot write " + path);
}

nrc::RangeTables tables_of(const std::string& path) {
  std::ifstream in(path);
  const std::string json{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw nrc::Error("cannot read " + path);
  const nrc::Tables tables = nrc::tables_from_json(json, path);
  if (tables.profile() != nrc::Profile::kRange) {
    throw nrc::Error(path + " does not hold tables of the range profile");
  }
  return tables.range();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2 && argc != 3) throw nrc::Error("usage: pack_tables OUTPUT [TABLES]");
    write(argv[1], argc == 3 ? tables_of(argv[2]) : nrc::RangeTables::builtin("default"));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pack_tables: %s\n", e.what());
    return 1;
  }
  return 0;
}
