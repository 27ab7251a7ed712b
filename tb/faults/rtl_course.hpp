// SPDX-License-Identifier: Apache-2.0
//
// Courses that the RTL makes: nrc_encoder, verilated, with a sink that stalls until packets drop.
#pragma once

#include "course.hpp"

namespace nrc::faults {

// One for each design that tb/faults/CMakeLists.txt lists. Each is a course of one or two streams;
// one that could not be closed, as its last packet found no room, is not `closed`.
Course rtl_course_huffman(Random& random);
Course rtl_course_narrow(Random& random);
Course rtl_course_range(Random& random);
Course rtl_course_neighbour(Random& random);

}  // namespace nrc::faults
