// SPDX-License-Identifier: Apache-2.0
#include "nrc/tables.hpp"

#include "nrc/error.hpp"

namespace nrc {

void CascadeTables::check_code_width(int width) const {
  if (range.code_width == 0 || range.code_width == width) return;
  throw Error("tables '" + range.name + "' are for codes of " + std::to_string(range.code_width) +
              " bits, not of " + std::to_string(width) + "; use tables trained for this width");
}

const RangeTables& Tables::range() const {
  switch (profile()) {
    case Profile::kNeural:
      return neural().range;
    case Profile::kCascade:
      return std::get<CascadeTables>(tables_).range;
    default:
      return std::get<RangeTables>(tables_);
  }
}

const std::string& Tables::name() const {
  return profile() == Profile::kHuffman ? huffman().name : range().name;
}

std::uint32_t Tables::id() const {
  switch (profile()) {
    case Profile::kHuffman:
      return huffman().id();
    case Profile::kNeural:
      return neural().id();
    case Profile::kRange:
    case Profile::kCascade:
      break;
  }
  return range().id();
}

void Tables::check(int code_width) const {
  if (profile() == Profile::kCascade) {
    range().validate();
    std::get<CascadeTables>(tables_).check_code_width(code_width);
  } else if (profile() == Profile::kHuffman) {
    huffman().validate();
    huffman().check_code_width(code_width);
  } else {
    profile() == Profile::kNeural ? neural().validate() : range().validate();
    range().check_code_width(code_width);
  }
}

const char* profile_name(Profile profile) {
  switch (profile) {
    case Profile::kHuffman:
      return "huffman";
    case Profile::kNeural:
      return "neural";
    case Profile::kCascade:
      return "cascade";
    case Profile::kRange:
      break;
  }
  return "range";
}

}  // namespace nrc
