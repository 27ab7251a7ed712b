#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Formal proofs of the RTL: formal.sh [--quick] [--no-mutants] [--markdown] [PROOF...]
#
# Each proof of tb/formal/proofs.txt must hold, and each mutant of tb/formal/mutants.txt, the same
# RTL with a fault, must be refuted by a counterexample. Prints a table; what went wrong and its
# waveform follow it. Exit status 0 only if all went right.
#
# Yosys makes an and-inverter graph of the module with its wrapper and of all their assertions and
# assumptions; ABC proves it:
#   pdr           property directed reachability: in all clocks
#   induction K   if all held in K - 1 clocks one after another they hold in the next, from any state,
#                 and they do in the first K + 2 after a reset: in all clocks
#   bounded N     in the first N clocks
#
#   --quick        the quick proofs only, without mutants
#   --no-mutants   proofs only
#   --markdown     the table for docs/verification.md
#   NRC_FORMAL_DIR where the files go (default: build/formal), NRC_FORMAL_JOBS at a time (nproc)
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
# Debian 12 has ABC as berkeley-abc, Debian 13 as yosys-abc.
abc=$(command -v berkeley-abc || command -v yosys-abc || echo berkeley-abc)
export abc
for tool in yosys "$abc"; do
  command -v "$tool" >/dev/null || die "$tool is missing; run scripts/install_deps.sh formal"
done

proofs=tb/formal/proofs.txt
mutants=tb/formal/mutants.txt
hardware=scripts/hardware.py
directory=${NRC_FORMAL_DIR:-build/formal}
jobs=${NRC_FORMAL_JOBS:-$(nproc)}
# Enough for any of them on a busy machine; what takes longer has failed.
proof_seconds=1800
mutant_frames=60

# The fields of a line, without the blanks around them, as lines. fields FILE LINE SEPARATOR
fields() {
  sed -n "$2p" "$1" | awk -F"$3" '{ for (i = 1; i <= NF; i++) { gsub(/^ +| +$/, "", $i); print $i } }'
}

# Numbers of the lines that are not comments and whose first field is $3, if given.
lines() { # FILE SEPARATOR [NAME]
  awk -F"$2" -v name="${3:-}" '!/^#/ && NF { sub(/ +$/, "", $1)
    if (name == "" || $1 == name) print NR }' "$1"
}

# Writes RESULT.aig, or RESULT.smt2 for waveforms. netlist RESULT KIND ROOT TOP MODULE PARAMETERS CHANGE
# DEFINE, with the files of MODULE below ROOT
netlist() {
  local result=$1 kind=$2 root=$3 top=$4 module=$5 parameters=$6 change=$7 define=$8
  local packages sources includes chparam=() parameter back cut="" ticks=""
  case $change in
    cut) cut="cutpoint t:\$mul;" ;;
    ticks) ticks='techmap -map tb/formal/ticks.v; opt_clean;' ;;
  esac
  packages=$($hardware files "$module" --kind packages | tr '\n' ' ')
  sources=$($hardware files "$module" --kind modules | sed "s:^:$root/:" | tr '\n' ' ')
  includes=$($hardware include-directories | sed 's/^/-I/' | tr '\n' ' ')
  for parameter in $parameters; do chparam+=(-chparam "${parameter%%=*}" "${parameter#*=}"); done
  if [ "$kind" = aig ]; then
    back="techmap; opt -fast; simplemap; dffunmap; opt_clean -purge; setundef -anyseq; aigmap
      opt_clean -purge; write_aiger -zinit -map $result.map $result.aig"
  else
    back="opt_expr; opt_clean; dffunmap; opt_clean; write_smt2 -wires $result.smt2"
  fi
  # Arrays become registers with names, as the invariants know them; undefined values are arbitrary.
  yosys -q -p "
    read_verilog -formal -sv $packages
    read_verilog -mem2reg -formal -sv -defer $define $includes tb/formal/${top}_formal.sv
    read_verilog -mem2reg -formal -sv -defer -nooverwrite $define $includes $sources
    hierarchy -check -top ${top}_formal ${chparam[*]}
    proc; flatten; $cut memory -nomap; memory_map; opt_expr; opt_clean
    async2sync; dffunmap; $ticks chformal -early; opt_clean; setundef -undriven -anyseq
    $back" >"$result.yosys.log" 2>&1
}

# Replays the counterexample RESULT.aiw into RESULT.vcd and says which assertions it violates.
replay() { # RESULT ROOT TOP MODULE PARAMETERS CHANGE DEFINE
  local result=$1
  if ! command -v z3 >/dev/null || ! netlist "$1" smt2 "${@:2}"; then return; fi
  timeout 300 yosys-smtbmc -s z3 --noprogress --unroll --aig-noheader \
    --aig "$result.map:$result.aiw" --dump-vcd "$result.vcd" "$result.smt2" >"$result.replay.log" 2>&1 ||
    true
  sed -n 's/^.*Assert failed in [^:]*: /    violated: /p' "$result.replay.log"
  if [ -s "$result.vcd" ]; then echo "    waveform: $result.vcd"; fi
}

abc() { # RESULT COMMANDS
  timeout "$proof_seconds" "$abc" -c "read_aiger $1.aig; fold; strash; $2" >"$1.abc.log" 2>&1 || true
}

# prove LINE: writes a line for the table to PROOF.result.
prove() {
  local field result status=failed reason="" start=$SECONDS
  mapfile -t field < <(fields "$proofs" "$1" :)
  local name=${field[0]} top=${field[1]} module=${field[2]} parameters=${field[3]} property=${field[6]}
  local method depth change
  read -r method depth change <<<"${field[4]}"
  if [ "$method" = pdr ]; then change=$depth depth=""; fi
  result=$directory/$name
  rm -f "$result".*
  if ! netlist "$result" aig . "$top" "$module" "$parameters" "$change" ""; then
    reason="Yosys: $(grep -m1 ERROR "$result.yosys.log" || tail -n1 "$result.yosys.log")"
  else
    # Each says its own word for success.
    case $method in
      pdr)
        abc "$result" "dc2; scorr; pdr; write_cex -a $result.aiw"
        # Where scorr has proved all outputs, newer versions of ABC leave pdr without a verdict.
        if grep -q '^All outputs solved' "$result.abc.log"; then
          abc "$result" "dc2; pdr; write_cex -a $result.aiw"
        fi
        if grep -q '^Property proved' "$result.abc.log"; then status=proved; fi
        ;;
      induction)
        abc "$result" "orpos; bmc3 -F $((depth + 2)); write_cex -a $result.aiw; ind -F $depth -C 100000000"
        if grep -q "^No output asserted in $((depth + 2)) frames" "$result.abc.log" &&
          grep -q '^Networks are equivalent' "$result.abc.log"; then status=proved; fi
        ;;
      bounded)
        abc "$result" "orpos; bmc3 -F $depth; write_cex -a $result.aiw"
        if grep -q "^No output asserted in $depth frames" "$result.abc.log"; then status=proved; fi
        ;;
      *) reason="proofs.txt: unknown method '$method' (pdr, induction K, bounded N)" ;;
    esac
    if [ "$status" = failed ] && [ -z "$reason" ]; then
      if grep -q 'was asserted in frame' "$result.abc.log"; then
        # A simplified graph has lost the inputs that do not matter: look again in the plain one.
        if [ "$method" = pdr ]; then abc "$result" "orpos; bmc3; write_cex -a $result.aiw"; fi
        reason=$(grep -m1 -o "asserted in frame [0-9]*" "$result.abc.log")
        reason+=$'\n'$(replay "$result" . "$top" "$module" "$parameters" "$change" "")
      else
        reason="not decided ($result.abc.log)"
      fi
    fi
  fi
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$status" "$name" "$module" "$parameters" \
    "$method${depth:+ $depth}${change:+ $change}" $((SECONDS - start)) "$property" >"$result.result"
  if [ -n "$reason" ]; then printf '%s\n' "$name: $reason" >"$result.reason"; fi
}

# mutate LINE: writes PROOF-mutant-LINE.result.
mutate() {
  local field proof result copy file status=missed start=$SECONDS
  mapfile -t field < <(fields "$mutants" "$1" ' :: ')
  local name=${field[0]} mutated=${field[1]} expression=${field[2]} what=${field[3]}
  result=$directory/$name-mutant-$1
  copy=$result.rtl
  rm -rf "$result".*
  mapfile -t proof < <(fields "$proofs" "$(lines "$proofs" : "$name")" :)
  local top=${proof[1]} module=${proof[2]} parameters=${proof[3]} change=""
  case ${proof[4]} in *' cut' | *' ticks') change=${proof[4]##* } ;; esac
  while read -r file; do
    mkdir -p "$copy/$(dirname "$file")"
    cp "$file" "$copy/$file"
  done < <($hardware files "$module" --kind modules)
  file=$($hardware files "$mutated" --kind modules | tail -n 1)
  sed -E -i -e "$expression" "$copy/$file"
  if cmp -s "$copy/$file" "$file"; then
    echo "mutants.txt:$1: the expression changes nothing in $file" >"$result.reason"
  elif ! netlist "$result" aig "$copy" "$top" "$module" "$parameters" "$change" -DNO_INVARIANTS; then
    echo "mutants.txt:$1: Yosys: $(grep -m1 ERROR "$result.yosys.log")" >"$result.reason"
  else
    # Without the invariants: a fault must show outside.
    abc "$result" "orpos; bmc3 -F $mutant_frames"
    if grep -q 'was asserted in frame' "$result.abc.log"; then
      status=caught
      rm -rf "$copy" "$result.aig" "$result.map"
    else
      echo "mutants.txt:$1: no counterexample in $mutant_frames clocks: $what" >"$result.reason"
    fi
  fi
  printf '%s\t%s\t%s\t%s\n' "$status" "$name" $((SECONDS - start)) "$what" >"$result.result"
}

case "${1:-} ${2:-}" in # one task, for xargs below
  '--run prove') prove "$3"; exit ;;
  '--run mutate') mutate "$3"; exit ;;
esac

quick=0
with_mutants=1
markdown=0
names=()
for argument in "$@"; do
  case $argument in
    --quick) quick=1 with_mutants=0 ;;
    --no-mutants) with_mutants=0 ;;
    --markdown) markdown=1 ;;
    -*) die "unknown option '$argument' (--quick, --no-mutants, --markdown)" ;;
    *)
      [ -n "$(lines "$proofs" : "$argument")" ] || die "no proof '$argument' in $proofs"
      names+=("$argument")
      ;;
  esac
done

mkdir -p "$directory"
rm -f "$directory"/*.result "$directory"/*.reason
tasks=()
for line in $(lines "$proofs" :); do
  mapfile -t field < <(fields "$proofs" "$line" :)
  if [ ${#names[@]} -gt 0 ] && [[ " ${names[*]} " != *" ${field[0]} "* ]]; then continue; fi
  if [ $quick = 1 ] && [ "${field[5]}" != quick ]; then continue; fi
  tasks+=("prove $line")
  if [ $with_mutants = 1 ]; then
    for mutant in $(lines "$mutants" ' :: ' "${field[0]}"); do tasks+=("mutate $mutant"); done
  fi
done
start=$SECONDS
export NRC_FORMAL_DIR=$directory
printf '%s\n' "${tasks[@]}" | xargs -P "$jobs" -L1 "$0" --run

shopt -s nullglob
failed=0
row() { # PROOF MODULE PARAMETERS METHOD SECONDS MUTANTS PROPERTY
  if [ $markdown = 1 ]; then
    # shellcheck disable=SC2016 # backticks of Markdown
    printf '| `%s` | %s | %s | %s | %s |\n' "$1" "${3//-/}" "$4" "$6" "$7"
  else
    printf '%-15s %-20s %-57s %-15s %5s %8s  %s\n' "$@"
  fi
}
if [ $markdown = 1 ]; then echo "| proof | parameters | method | mutants | property |"; else
  row proof module parameters method s mutants property
fi
if [ $markdown = 1 ]; then echo '|---|---|---|---|---|'; fi
for line in $(lines "$proofs" :); do
  mapfile -t field < <(fields "$proofs" "$line" :)
  result=$directory/${field[0]}.result
  [ -e "$result" ] || continue
  IFS=$'\t' read -r status name module parameters method seconds property < <(
    sed 's/\t\t/\t-\t/g' "$result")
  caught=0 of=0
  for mutant in "$directory/$name"-mutant-*.result; do
    of=$((of + 1))
    read -r mutant_status _ <"$mutant"
    if [ "$mutant_status" = caught ]; then caught=$((caught + 1)); else failed=1; fi
  done
  if [ "$status" != proved ]; then failed=1 method=FAILED; fi
  row "$name" "$module" "$parameters" "$method" "$seconds" \
    "$([ $of = 0 ] && echo - || echo "$caught of $of")" "$property"
done
reasons=("$directory"/*.reason)
if [ ${#reasons[@]} -gt 0 ]; then
  echo
  cat "${reasons[@]}"
fi
results=("$directory"/*.result)
if [ ${#results[@]} -ne ${#tasks[@]} ]; then
  echo "error: ${#results[@]} of ${#tasks[@]} runs ended" >&2
  failed=1
fi
printf '\n%s proofs and mutants in %s s: %s\n' "${#results[@]}" $((SECONDS - start)) \
  "$([ $failed = 0 ] && echo 'all as they should be' || echo FAILED)"
exit $failed
