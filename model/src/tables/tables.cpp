// SPDX-License-Identifier: Apache-2.0
#include "nrc/tables.hpp"

namespace nrc {

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
      break;
  }
  return range().id();
}

void Tables::check(int code_width) const {
  if (profile() == Profile::kHuffman) {
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
    case Profile::kRange:
      break;
  }
  return "range";
}

}  // namespace nrc
