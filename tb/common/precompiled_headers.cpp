// SPDX-License-Identifier: Apache-2.0
//
// Of the headers that the tests share (nrc_test_headers in tb/CMakeLists.txt); they need a source.
