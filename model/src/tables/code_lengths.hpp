// SPDX-License-Identifier: Apache-2.0
//
// Code lengths of a Huffman table as text, as table files and the built-in tables have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrc {

/// A table's lengths as one hexadecimal digit for each symbol.
std::string code_length_digits(const std::vector<std::uint8_t>& lengths);

/// The same back. @throws Error if a character is no such digit
std::vector<std::uint8_t> code_lengths(const std::string& digits);

}  // namespace nrc
