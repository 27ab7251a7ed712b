// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "host/progress.hpp"

namespace nrc::host {

/// Calls work(0) .. work(count - 1) on several threads, this one included, in any order. `progress`
/// is called with the number done. After a call that throws no other begins, and the exception
/// passes on.
/// @param threads  0: as many as there are processors
void for_each_index(std::size_t count, unsigned threads, Progress& progress,
                    const std::function<void(std::size_t)>& work);

}  // namespace nrc::host
