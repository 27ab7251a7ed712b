// SPDX-License-Identifier: Apache-2.0
//
// Limits that hold for every run of a harness, under libFuzzer and without it.

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)

extern "C" const char* __asan_default_options();

/// Freed memory is kept from reuse for a while, but it counts as memory taken. Without libFuzzer
/// there is no other limit of it, and leaks are not searched for: that needs ptrace, which not
/// every container allows.
extern "C" const char* __asan_default_options() {
#ifdef NRC_FUZZ
  return "malloc_context_size=8:quarantine_size_mb=32:max_allocation_size_mb=256";
#else
  return "malloc_context_size=8:quarantine_size_mb=32:max_allocation_size_mb=256:"
         "hard_rss_limit_mb=512:detect_leaks=0";
#endif
}

#endif
