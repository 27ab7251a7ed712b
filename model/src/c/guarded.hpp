// SPDX-License-Identifier: Apache-2.0
//
// What every function of the C interface does with exceptions: none of them passes.
#pragma once

#include <cstring>
#include <exception>
#include <new>

#include "nrc/error.hpp"
#include "nrc/nrc.h"

namespace nrc::c {

inline void set(nrc_message* message, const char* text) noexcept {
  if (message == nullptr) return;
  std::strncpy(message->text, text, NRC_MESSAGE_SIZE - 1);
  message->text[NRC_MESSAGE_SIZE - 1] = '\0';
}

inline nrc_status fail(nrc_message* message, nrc_status status, const char* text) noexcept {
  set(message, text);
  return status;
}

/// Runs `work`, which returns a status, and turns what it throws into a status and a message.
/// @param status  of an nrc::Error
template <typename Work>
nrc_status guarded(nrc_message* message, nrc_status status, const Work& work) noexcept {
  try {
    return work();
  } catch (const Error& e) {
    return fail(message, status, e.what());
  } catch (const std::bad_alloc&) {
    return fail(message, NRC_ERROR_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return fail(message, NRC_ERROR_INTERNAL, e.what());
  } catch (...) {
    return fail(message, NRC_ERROR_INTERNAL, "an exception that is not a std::exception");
  }
}

}  // namespace nrc::c
