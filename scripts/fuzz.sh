#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh run BUILD_DIR SECONDS JOBS [HARNESS...]: runs every fuzzer that long, JOBS at a time, from
# the corpus in tb/fuzz/corpus and fresh seeds. Prints a table; fails on a finding and says how to
# replay it. What a run found stays in BUILD_DIR/runs/HARNESS and the next run goes on from there.
#
# fuzz.sh merge BUILD_DIR [HARNESS...]: takes from the runs into tb/fuzz/corpus what reaches code
# that the corpus does not. Files of other names there are regressions: they stay as they are.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
usage="usage: $0 run BUILD_DIR SECONDS JOBS [HARNESS...] | merge BUILD_DIR [HARNESS...]"
[ $# -ge 2 ] || die "$usage"
command=$1
build=$2
shift 2
if [ "$command" = run ]; then
  [ $# -ge 2 ] || die "$usage"
  [[ $1 =~ ^[1-9][0-9]*$ ]] || die "'$1' is not a number of seconds"
  [[ $2 =~ ^[1-9][0-9]*$ ]] || die "'$2' is not a number of jobs"
  duration=$1
  jobs=$2
  shift 2
fi

shopt -s nullglob
known=()
for source in tb/fuzz/*_fuzz.cpp; do
  name=${source##*/}
  known+=("${name%_fuzz.cpp}")
done
harnesses=("$@")
[ ${#harnesses[@]} -gt 0 ] || harnesses=("${known[@]}")
for harness in "${harnesses[@]}"; do
  [ -e "tb/fuzz/${harness}_fuzz.cpp" ] || die "there is no harness '$harness'; there are: ${known[*]}"
  [ -x "$build/tests/fuzz_$harness" ] || die "$build/tests/fuzz_$harness is not built; run: make fuzz"
done

# No input may make the library take much memory or time.
limits=(-rss_limit_mb=512 -malloc_limit_mb=256 -timeout=10 -max_len=8192)
merge_limits=(-rss_limit_mb=512 -malloc_limit_mb=256 -timeout=10)

prepare() { # prepare HARNESS
  mkdir -p "$build/runs/$1/corpus" "$build/runs/$1/findings" "$build/seeds/$1" "tb/fuzz/corpus/$1"
}

# Whether a finding still is one.
replays() { # replays HARNESS FINDING
  ! "$build/tests/fuzz_$1" "${limits[@]}" "$2" >>"$build/runs/$1/log" 2>&1
}

fuzz() { # fuzz HARNESS
  local harness=$1 dir=$build/runs/$1 finding end left before=1 options=()
  if [ -e "tb/fuzz/$harness.dict" ]; then options+=("-dict=tb/fuzz/$harness.dict"); fi
  : >"$dir/log"
  end=$(($(date +%s) + duration))
  while true; do
    # One of a run before counts until it is repaired, and is one more input then. A new one counts
    # unless it only had to wait for a processor.
    for finding in "$dir"/findings/*; do
      case ${finding##*/} in
        timeout-* | slow-unit-*) ;;
        *) [ $before = 1 ] || return 0 ;;
      esac
      if replays "$harness" "$finding"; then return 0; fi
      mv "$finding" "$dir/corpus/"
    done
    before=0
    left=$((end - $(date +%s)))
    if [ "$left" -le 0 ]; then return 0; fi
    if ! "$build/tests/fuzz_$harness" "${limits[@]}" "${options[@]}" -max_total_time="$left" \
      -print_final_stats=1 -artifact_prefix="$dir/findings/" "$dir/corpus" \
      "tb/fuzz/corpus/$harness" "$build/seeds/$harness" >>"$dir/log" 2>&1; then
      finding=("$dir"/findings/*)
      if [ ${#finding[@]} -gt 0 ]; then continue; fi
      touch "$dir/failed"
      return 0
    fi
  done
}

report() {
  local harness dir log line executions finding findings status=0
  printf '\n%-12s %12s %8s %8s %9s %8s %9s\n' harness executions per-s edges features corpus findings
  for harness in "${harnesses[@]}"; do
    dir=$build/runs/$harness
    log=$dir/log
    # A run that a false finding interrupted went on in another one.
    executions=$(awk '/^stat::number_of_executed_units:/ { n += $2 } END { print n + 0 }' "$log")
    line=$(grep -a 'cov: [0-9]* ft: ' "$log" | tail -n 1 || true)
    findings=("$dir"/findings/*)
    printf '%-12s %12s %8s %8s %9s %8s %9s\n' "$harness" "$executions" "$((executions / duration))" \
      "$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' <<<"$line")" \
      "$(sed -n 's/.* ft: \([0-9]*\).*/\1/p' <<<"$line")" \
      "$(sed -n 's/.*corp: \([0-9]*\).*/\1/p' <<<"$line")" "${#findings[@]}"
  done
  for harness in "${harnesses[@]}"; do
    dir=$build/runs/$harness
    for finding in "$dir"/findings/*; do
      status=1
      printf '\nfinding in %s:\n' "$harness"
      grep -a -m 3 -E 'property violated|runtime error|^==[0-9]+==.?ERROR|terminate called|what\(\)' \
        "$dir/log" | cut -c 1-200 | sed 's/^/  /' || true
      printf '  replay it with: %s %s\n' "$build/tests/fuzz_$harness" "$finding"
    done
    findings=("$dir"/findings/*)
    if [ -e "$dir/failed" ] && [ ${#findings[@]} -eq 0 ]; then
      status=1
      printf '\n%s failed without an input; the end of %s:\n' "$harness" "$dir/log"
      tail -n 5 "$dir/log"
    fi
  done
  return $status
}

case $command in
  run)
    "$build/tests/fuzz_seeds" tb/golden "$build/seeds"
    printf 'Fuzzing %s, %d s each, %d at a time\n' "${harnesses[*]}" "$duration" "$jobs"
    trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
    for harness in "${harnesses[@]}"; do
      prepare "$harness"
      rm -f "$build/runs/$harness/failed"
      while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do wait -n; done
      fuzz "$harness" &
    done
    wait
    report
    ;;
  merge)
    for harness in "${harnesses[@]}"; do
      prepare "$harness"
      corpus=tb/fuzz/corpus/$harness
      merged=$(mktemp -d "${TMPDIR:-/tmp}/nrc-corpus.XXXXXX")
      # Edges alone, without how often each is taken, and the smallest set of files for them.
      "$build/tests/fuzz_$harness" "${merge_limits[@]}" -set_cover_merge=1 -use_counters=0 "$merged" \
        "$corpus" "$build/runs/$harness/corpus" "$build/seeds/$harness" \
        >"$build/runs/$harness/merge.log" 2>&1 ||
        die "the corpus of $harness cannot be merged; see $build/runs/$harness/merge.log"
      # libFuzzer names a file by its SHA-1: those and the seeds are replaced, others are kept.
      for file in "$corpus"/*; do
        name=${file##*/}
        if [[ $name =~ ^[0-9a-f]{40}$ || -e $build/seeds/$harness/$name ]]; then rm "$file"; fi
      done
      for file in "$merged"/*; do cp "$file" "$corpus/"; done
      rm -r "$merged"
      files=("$corpus"/*)
      printf '%-12s %4d files, %d bytes\n' "$harness" ${#files[@]} "$(cat "${files[@]}" | wc -c)"
    done
    ;;
  *) die "$usage" ;;
esac
