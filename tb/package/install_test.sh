#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The library as its users have it: installed to a directory of its own, static and shared, then
# docs/examples built with find_package and with pkg-config, and run.
set -euo pipefail

source_dir=${NRC_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
examples=$source_dir/docs/examples
work=$(mktemp -d "${TMPDIR:-/tmp}/nrc-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
C=(cc -std=c99 -Wall -Wextra -pedantic -Werror)
CXX=(c++ -std=c++17 -Wall -Wextra -pedantic -Werror)
expected='frames 240 to 399 are missing: packets lost 1, not decodable without them 7
received 840 frames, wrong samples: 0'

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# quiet LOG COMMAND...: shows what the command said only if it fails.
quiet() {
  local log=$work/$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; fail "failed: $*"; }
}

# runs PROGRAM...: each says the same, and what is expected.
runs() {
  local program first=
  for program in "$@"; do
    "$program" >"$work/out" || fail "$program exits with $?"
    [ "$(grep -v '^sent' "$work/out")" = "$expected" ] || fail "$program says: $(cat "$work/out")"
    grep -Eq '^sent 1000 frames, 16000 bytes in [0-9]+$' "$work/out" || fail "$(cat "$work/out")"
    first=${first:-$(cat "$work/out")}
    [ "$(cat "$work/out")" = "$first" ] || fail "$program and $1 differ"
  done
}

# Whether a build tree has the library as users build it: its objects need not be made again.
plain_static() {
  [ -e "$1/CMakeCache.txt" ] && [ -e "$1/model/libnrc.a" ] && [ -e "$1/model/libnrc_table_files.a" ] &&
    ! grep -Eq '^(NRC_SANITIZE|NRC_COVERAGE|BUILD_SHARED_LIBS):BOOL=(ON|1|TRUE)' "$1/CMakeCache.txt"
}

# The header of the C interface needs no other one, in either language.
printf '#include <nrc/nrc.h>\n#include <stdio.h>\nint main(void) { return puts(nrc_version()) < 0; }\n' \
  >"$work/alone.c"

# Tables of a table file, from the second library; with no argument it says that there is no file.
cat >"$work/tables.c" <<'END'
#include <nrc/table_files.h>
#include <stdio.h>
int main(int argc, char** argv) {
  nrc_tables* tables = NULL;
  nrc_decoder* decoder = NULL;
  nrc_message message;
  if (nrc_tables_load(argc > 1 ? argv[1] : "missing", &tables, &message) != NRC_OK) {
    puts(message.text);
    return 1;
  }
  if (nrc_decoder_create(tables, &decoder, &message) != NRC_OK) return 2;
  nrc_tables_destroy(tables);
  nrc_decoder_destroy(decoder);
  puts("loaded");
  return 0;
}
END
cat >"$work/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(tables LANGUAGES C CXX)
find_package(nrc CONFIG REQUIRED)
add_executable(tables tables.c)
target_link_libraries(tables PRIVATE nrc::table_files)
END

for kind in static shared; do
  build=$work/$kind
  # Not below the prefix of the build: an installation may be moved.
  prefix=$work/moved-$kind
  shared=$([ $kind = shared ] && echo ON || echo OFF)
  options=(-DNRC_BUILD_TESTS=OFF -DNRC_BUILD_SIM=OFF "-DBUILD_SHARED_LIBS=$shared"
           -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -DHWY_COMPILE_ONLY_STATIC")
  if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  if [ $kind = static ] && plain_static "${NRC_BINARY_DIR:-}"; then
    build=$NRC_BINARY_DIR
  else
    quiet log cmake -S "$source_dir" -B "$build" "${options[@]}"
    quiet log cmake --build "$build" -j2 --target nrc nrc_table_files
  fi
  quiet log cmake --install "$build" --prefix "$prefix" --component library

  # Public headers, and nothing else of the source.
  headers=$(cd "$prefix/include/nrc" && echo *)
  for name in nrc.h encoder.hpp decoder.hpp receiver.hpp table_files.h table_files.hpp; do
    [ -e "$prefix/include/nrc/$name" ] || fail "$name is not installed"
  done
  for name in bit_packer.hpp trainer.hpp; do
    [ ! -e "$prefix/include/nrc/$name" ] || fail "$name is installed"
  done
  if [ $kind = static ]; then
    for name in $headers; do # each on its own, against the installed ones alone
      echo "#include <nrc/$name>" >"$work/alone.cpp"
      "${CXX[@]}" -I"$prefix/include" -fsyntax-only "$work/alone.cpp"
    done
  else
    diff -r "$prefix/include" "$work/moved-static/include" || fail 'static and shared have other headers'
  fi

  # JSON is in the library of table files alone.
  library=$(find "$prefix" -name libnrc.a -o -name libnrc.so)
  nm -C "$library" >"$work/symbols"
  grep -q 'nrc::Encoder::encode' "$work/symbols" || fail "no symbols in $library"
  ! grep -q nlohmann "$work/symbols" || fail "$library has JSON in it"

  # find_package
  quiet log cmake -S "$examples" -B "$work/use-$kind" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="${C[*]:2}" -DCMAKE_CXX_FLAGS="${CXX[*]:2}"
  quiet log cmake --build "$work/use-$kind"

  quiet log cmake -S "$work" -B "$work/tables-$kind" -DCMAKE_PREFIX_PATH="$prefix"
  quiet log cmake --build "$work/tables-$kind"

  # pkg-config
  pc=$(dirname "$(find "$prefix" -name nrc.pc)")
  export PKG_CONFIG_PATH=$pc
  libdir=$(pkg-config --variable=libdir nrc)
  version=$(pkg-config --modversion nrc)
  static=$([ $kind = static ] && echo --static || true)
  read -ra cflags <<<"$(pkg-config --cflags nrc)"
  read -ra libs <<<"$(pkg-config ${static:+"$static"} --libs nrc)"
  "${C[@]}" "${cflags[@]}" "$examples/link.c" -o "$work/pc_c" "${libs[@]}"
  "${CXX[@]}" "${cflags[@]}" "$examples/link.cpp" -o "$work/pc_cpp" "${libs[@]}"
  "${C[@]}" "${cflags[@]}" "$work/alone.c" -o "$work/alone" "${libs[@]}"
  "${CXX[@]}" "${cflags[@]}" -x c++ "$work/alone.c" -x none -o "$work/alone" "${libs[@]}"

  read -ra libs <<<"$(pkg-config ${static:+"$static"} --libs nrc_table_files)"
  "${C[@]}" "${cflags[@]}" "$work/tables.c" -o "$work/pc_tables" "${libs[@]}"

  if [ $kind = shared ]; then
    soname=$(objdump -p "$libdir/libnrc.so" | awk '/SONAME/ { print $2 }')
    [ "$soname" = "libnrc.so.${version%.*}" ] || fail "the soname is $soname"
    export LD_LIBRARY_PATH=$libdir # cc sets no rpath
    grep -q "$libdir/libnrc.so" <<<"$(ldd "$work/pc_c")" || fail "pc_c does not use the shared library"
  else
    ! grep -q libnrc <<<"$(ldd "$work/pc_c")" || fail "pc_c uses a shared library"
  fi
  [ "$("$work/alone")" = "$version" ] || fail "the library says it is $("$work/alone"), not $version"
  runs "$work/use-$kind/link_c" "$work/use-$kind/link_cpp" "$work/pc_c" "$work/pc_cpp"
  for program in "$work/tables-$kind/tables" "$work/pc_tables"; do
    [ "$("$program" "$source_dir/model/tables/range_generic.json")" = loaded ] || fail "$program fails"
    ! "$program" >"$work/out" || fail "$program finds a file that is missing"
    grep -q missing "$work/out" || fail "$program says: $(cat "$work/out")"
  done
done
