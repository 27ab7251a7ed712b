#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every illegal parameter of nrc_encoder and nrc_decoder is refused in one line that names it: by Verilator when it
# elaborates, by a simulation (Icarus) before its first clock, by Yosys as a missing module with the fault for a name.
# The ends of the legal ranges are not. One illegal value of each parameter meets the whole design, to see that no
# tool stumbles over it before the check speaks; the others meet a stand-in made of the top's parameters and its
# instance of the checks, which elaborates at once.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Tables for the smallest code widths: no built-in set has so small an initial scale.
GENERATE=${NRC_GENERATE:-build/nrc-generate}
[ -x "$GENERATE" ] || { echo "parameters: no $GENERATE; run make generate first" >&2; exit 1; }
python3 - "$work" <<'PYTHON'
import json, sys
for source in "generic", "range_generic":
    with open(f"model/tables/{source}.json", encoding="utf-8") as file:
        tables = json.load(file)
    tables["name"] = "narrow"
    tables["initial_scale"] = 255
    with open(f"{sys.argv[1]}/{source}.json", "w", encoding="utf-8") as file:
        json.dump(tables, file)
PYTHON
mkdir "$work/narrow"
"$GENERATE" --tables "$work/generic.json" --rtl "$work/narrow" >/dev/null
"$GENERATE" --tables "$work/range_generic.json" --rtl "$work/narrow" >/dev/null

# The top's parameters and checks, and nothing else of it.
stand_in() {
  local part=${top#nrc_}
  sed -n "/^module $top #(/,/^) (/p" "rtl/$part/$top.sv" | sed 's/^) ($/) ();/'
  sed -n "/^  ${top}_checks #(/,/u_checks ();/p" "rtl/$part/$top.sv"
  echo endmodule
}

# Files of the top, or of its stand-in, with a table set, one that was generated here included. Asked once for each.
files_of() { # set
  local list=$work/$top.$1.$scope.files kind=()
  if [ ! -e "$list" ]; then
    local set=$1
    if [ "$1" = narrow ]; then set=generic; fi
    if [ "$scope" = checks ]; then kind=(--kind packages); fi
    scripts/hardware.py files "${top#nrc_}" --tables "$set" "${kind[@]}" >"$list"
    if [ "$1" = narrow ]; then sed -i "s:^rtl/generated/generic/:$work/narrow/:" "$list"; fi
    if [ "$scope" = checks ]; then
      stand_in >"$work/$top.sv"
      printf '%s\n' "rtl/${top#nrc_}/${top}_checks.sv" "$work/$top.sv" >>"$list"
    fi
  fi
  cat "$list"
}
mapfile -t includes < <(scripts/hardware.py include-directories | sed 's/^/-I/')

top=nrc_encoder
scope=checks
failed=0
fail() {
  echo "parameters: $*" >&2
  failed=1
}

icarus() { # set Name=Value ...: output of a simulation that ends at once
  local value files overrides=()
  mapfile -t files < <(files_of "$1")
  shift
  for value in "$@"; do overrides+=("-P$top.$value"); done
  iverilog -g2012 -o "$work/top.vvp" -s "$top" "${overrides[@]}" \
    "${includes[@]}" "${files[@]}" &&
    vvp -n "$work/top.vvp"
}

# shellcheck disable=SC2329 # called by its name below, as icarus is
verilator_lint() { # set Name=Value ...
  local files
  mapfile -t files < <(files_of "$1")
  shift
  verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert "${@/#/-G}" "${includes[@]}" "${files[@]}" \
    --top-module "$top"
}

yosys_elaborate() { # set Name=Value ...: of the stand-in, in whatever scope
  local files value scope=checks overrides=()
  mapfile -t files < <(files_of "$1")
  shift
  for value in "$@"; do overrides+=(".${value%%=*}(${value#*=})"); done
  local IFS=,
  echo "module wrapper; $top #(${overrides[*]}) u_top (); endmodule" >"$work/wrapper.sv"
  IFS=' '
  yosys -q -p "read_verilog -sv -defer ${includes[*]} ${files[*]} $work/wrapper.sv; hierarchy -check -top wrapper"
}

declare -A whole_seen
refused() { # message set Name=Value ...
  local message="$top: $1" parameter=${1%% *}
  shift
  local tool scope=checks
  if [ -z "${whole_seen[$top.$parameter]:-}" ]; then
    scope=whole
    whole_seen[$top.$parameter]=1
  fi
  for tool in icarus verilator_lint; do
    if "$tool" "$@" >"$work/log" 2>&1; then fail "$tool does not refuse $*"; fi
    grep -qF "$message" "$work/log" || { fail "$tool does not say \"$message\" for $*"; cat "$work/log"; }
  done
  if yosys_elaborate "$@" >"$work/log" 2>&1; then fail "yosys does not refuse $*"; fi
  # It ends at the first fault: the name of any parameter that is given may be in it.
  local names=${*:2}
  names=$(sed -E 's/=[^ ]*//g; s/ /|/g' <<<"$names")
  grep -qE "Module ..${top}_($names|CodeWidth)_[a-zA-Z0-9_]+' referenced" "$work/log" ||
    { fail "yosys does not name the fault of $*"; cat "$work/log"; }
}

accepted() { # set Name=Value ...
  local tool scope=checks
  if [ $# = 1 ]; then scope=whole; fi
  for tool in icarus verilator_lint; do
    if ! "$tool" "$@" >"$work/log" 2>&1 || grep -qE 'FATAL|ERROR|%Error' "$work/log"; then
      fail "$tool refuses $*"
      cat "$work/log"
    fi
  done
  yosys_elaborate "$@" >"$work/log" 2>&1 || { fail "yosys refuses $*"; cat "$work/log"; }
}

for value in 0 -1 65537; do
  refused "Channels is $value; give 1 to 65536" generic "Channels=$value" PacketFrames=1
done
for value in 1 0 -3 17 40; do
  refused "CodeWidth is $value; give 2 to 16" generic "CodeWidth=$value" Mapping=0
done
refused "CodeWidth is 3; with Profile 1 give 4 to 16" narrow CodeWidth=3 Mapping=0 Profile=1
for value in 9 11 16; do
  refused "CodeWidth is $value; with Mapping 1 (shift6) give 10" generic "CodeWidth=$value"
done
refused "CodeWidth is not the 10 bits of the range tables" default CodeWidth=12 Mapping=0 Profile=1
for profile in 0 1; do
  refused "CodeWidth is 6, too small for the tables' initial scale" \
    generic CodeWidth=6 Mapping=0 Profile=$profile
done
for value in 2 -1; do
  refused "Profile is $value; give 0 (Huffman) or 1 (range)" generic "Profile=$value"
  refused "Mapping is $value; give 0 (code) or 1 (shift6)" generic "Mapping=$value"
  refused "VariableChannels is $value; give 0 or 1" generic "VariableChannels=$value"
  refused "Narrow is $value; give 0 or 1" generic "Narrow=$value" Pipeline=1
  refused "Taps is $value; give 0 or 1" generic "Taps=$value" Profile=1
  refused "Neighbour is $value; give 0 or 1" generic "Neighbour=$value" Profile=1
  refused "LoadableTables is $value; give 0 or 1" generic "LoadableTables=$value"
  refused "Pipeline is $value; give 0 (deep) or 1 (shallow)" generic "Pipeline=$value"
done
refused "CodeWidth is 11; with Narrow 1 and Profile 1 give 8 to 10" generic CodeWidth=11 Mapping=0 Profile=1 Narrow=1 Pipeline=1
refused "LoadableTables is 1; with Narrow 1 and Profile 1 give 0" generic LoadableTables=1 Profile=1 Narrow=1 Pipeline=1
refused "Taps is 1; with Narrow 1 give 0" generic Taps=1 Profile=1 Narrow=1 Pipeline=1
refused "Neighbour is 1; with Narrow 1 give 0" generic Neighbour=1 Profile=1 Narrow=1 Pipeline=1
refused "Pipeline is 0; with Narrow 1 give 1 (shallow)" generic Narrow=1 Pipeline=0
for value in 1 4 10 1023; do
  refused "Channels is $value; with Narrow 1 give a multiple of 4, 8 or more" generic "Channels=$value" Narrow=1 Pipeline=1
done
refused "CodeWidth is 7; with Narrow 1 give 8 to 16" narrow CodeWidth=7 Mapping=0 Narrow=1 Pipeline=1
for value in -1 2; do
  refused "RateControl is $value; give 0 or 1" generic "RateControl=$value"
done
refused "RateControl is 1; with Profile 1 give 0" generic RateControl=1 Profile=1
refused "RateControl is 1; with Narrow 1 give 0" generic RateControl=1 Narrow=1 Pipeline=1
refused "Pipeline is 1; with RateControl 1 give 0 (deep)" generic RateControl=1 Pipeline=1
refused "BufferWords is 32; with RateControl 1 give 64 or more" generic RateControl=1 BufferWords=32
refused "PacketFrames is 6; with RateControl 1 give packets of 64 clocks" generic RateControl=1 Channels=4 PacketFrames=6
for option in Events Classes; do
  refused "$option is 2; give 0 or 1" generic "$option=2"
  refused "$option is 1; with Profile 1 give 0" generic "$option=1" Profile=1
  refused "$option is 1; with Narrow 1 give 0" generic "$option=1" Narrow=1 Pipeline=1
  refused "Pipeline is 1; with $option 1 give 0 (deep)" generic "$option=1" Pipeline=1
done
refused "Events is 1; with VariableChannels 1 give 0" generic Events=1 VariableChannels=1
# A frame may have one channel.
refused "PacketFrames is 6; with RateControl 1 give packets of 64 clocks" \
  generic RateControl=1 VariableChannels=1 Channels=64 PacketFrames=6
refused "EventWords is 256; give a power of two from 512 on" generic Events=1 EventWords=256
refused "PacketFrames is 6; with Events 1 give packets of 64 clocks" generic Events=1 Channels=4 PacketFrames=6
refused "Taps is 1; with Profile 0 give 0" generic Taps=1
refused "Neighbour is 1; with Profile 0 give 0" generic Neighbour=1
refused "Pipeline is 1; with Taps 1 give 0 (deep)" generic Pipeline=1 Profile=1 Taps=1
refused "Pipeline is 1; with Neighbour 1 give 0 (deep)" generic Pipeline=1 Profile=1 Neighbour=1
for value in 0 -1 65536; do
  refused "PacketFrames is $value; give 1 to 65535" generic "PacketFrames=$value" Channels=1
done
refused "PacketFrames * Channels is 16842752; give at most 16777216" \
  generic PacketFrames=257 Channels=65536 BufferWords=16777216
refused "PacketFrames * Channels is 4294901760; give at most 16777216" \
  generic PacketFrames=65535 Channels=65536
for value in -1 65536; do
  refused "KeyInterval is $value; give 0 to 65535" generic "KeyInterval=$value"
done
refused "RateMillihertz is -1; give 0 (unknown) or more" generic RateMillihertz=-1
for value in 0 -4 1 2 1000 16383 33554432; do
  refused "BufferWords is $value; give a power of two, 4 to 16777216" generic "BufferWords=$value"
done
refused "BufferWords is too small for a key packet; give 65536 or more" \
  generic CodeWidth=16 Mapping=0 Profile=1 Channels=65536 BufferWords=16384
refused "BufferWords is too small for a key packet; give 512 or more" default BufferWords=256
accepted default BufferWords=512
for value in 0 -1 65537; do
  refused "PacketFifoDepth is $value; give 1 to 65536" generic "PacketFifoDepth=$value"
done

accepted default
accepted default Channels=1 PacketFrames=65535
accepted generic Channels=65536 PacketFrames=256 BufferWords=16777216
accepted generic Channels=256 PacketFrames=65535 BufferWords=16777216 KeyInterval=65535
accepted generic Channels=1 PacketFrames=1 KeyInterval=1 BufferWords=4 PacketFifoDepth=1
accepted generic CodeWidth=16 Mapping=0 KeyInterval=0 RateMillihertz=0
accepted narrow CodeWidth=2 Mapping=0 RateMillihertz=2147483647
accepted narrow CodeWidth=4 Mapping=0 Profile=1 Taps=1 Neighbour=1
accepted generic CodeWidth=16 Mapping=0 Profile=1 Taps=1 Neighbour=1 Channels=65536 PacketFifoDepth=65536 BufferWords=65536
accepted default CodeWidth=10 Mapping=0 Profile=1
accepted default LoadableTables=1
accepted default LoadableTables=1 Pipeline=1
accepted default LoadableTables=1 Profile=1
accepted default LoadableTables=1 Pipeline=1 Narrow=1
accepted default LoadableTables=1 RateControl=1
accepted generic Events=1 Classes=1 Channels=1 PacketFrames=7 BufferWords=64
accepted generic RateControl=1 Channels=4 PacketFrames=7 BufferWords=64
accepted generic CodeWidth=8 Mapping=0 Channels=8 Pipeline=1 Narrow=1
accepted generic CodeWidth=8 Mapping=0 Channels=8 Pipeline=1 Narrow=1 Profile=1
accepted narrow CodeWidth=2 Mapping=0 Channels=1 PacketFrames=1 Pipeline=1

# Too small a buffer is no error, but is not passed over in silence.
icarus generic BufferWords=512 >"$work/log" 2>&1 || fail "a buffer of 512 words is refused"
grep -qF "BufferWords is 512; packets may have 16000 words and are then dropped" "$work/log" ||
  fail "no warning of too small a buffer"
icarus generic BufferWords=16384 >"$work/log" 2>&1
if grep -q WARNING "$work/log"; then fail "a warning of a buffer that is large enough"; fi

# Encoders with registers have the checks of the encoder inside, and some of their own.
for bus in axil apb; do
  mapfile -t files < <(scripts/hardware.py files "encoder_$bus" --tables generic)
  while IFS=: read -r value message; do
    if verilator --lint-only -Wall -Wno-UNUSEDPARAM --assert "-G$value" "${includes[@]}" "${files[@]}" \
      --top-module "nrc_encoder_$bus" >"$work/log" 2>&1; then fail "nrc_encoder_$bus accepts $value"; fi
    grep -qF "$message" "$work/log" || { fail "nrc_encoder_$bus with $value"; cat "$work/log"; }
  done <<'END'
CodeWidth=18:nrc_encoder: CodeWidth is 18; give 2 to 16
SelfTest=2:nrc_encoder_control: SelfTest is 2; give 0 or 1
ChannelMap=2:nrc_encoder_control: ChannelMap is 2; give 0 or 1
ChannelMap=1:nrc_encoder_control: ChannelMap is 1; with VariableChannels 0 give 0
END
done
if yosys -q -p "read_verilog -sv -defer -DSYNTHESIS ${includes[*]} ${files[*]}
  hierarchy -check -top nrc_encoder_apb -chparam CodeWidth 18 -chparam Mapping 0" >"$work/log" 2>&1; then fail "yosys accepts CodeWidth=18"; fi
grep -qE "Module .*nrc_encoder_CodeWidth_give_2_to_16' referenced" "$work/log" || { fail "yosys"; cat "$work/log"; }

top=nrc_decoder
for value in 0 65537; do
  refused "Channels is $value; give 1 to 65536" generic "Channels=$value" PacketFrames=1
done
refused "VariableChannels is 2; give 0 or 1" generic VariableChannels=2
refused "CodeWidth is 17; give 2 to 16" generic CodeWidth=17 Mapping=0
refused "CodeWidth is 9; with Mapping 1 (shift6) give 10" generic CodeWidth=9
refused "CodeWidth is 6, too small for the tables' initial scale" generic CodeWidth=6 Mapping=0
for value in 2 -1; do
  refused "Profile is $value; give 0 (Huffman) or 1 (range)" generic "Profile=$value"
done
refused "CodeWidth is 3; with Profile 1 give 4 to 16" narrow CodeWidth=3 Mapping=0 Profile=1
refused "CodeWidth is not the 10 bits of the range tables" default CodeWidth=12 Mapping=0 Profile=1
refused "CodeWidth is 6, too small for the tables' initial scale" \
  generic CodeWidth=6 Mapping=0 Profile=1
refused "Mapping is 2; give 0 (code) or 1 (shift6)" generic Mapping=2
refused "PacketFrames is 0; give 1 to 65535" generic PacketFrames=0
refused "PacketFrames * Channels is 16842752; give at most 16777216" \
  generic PacketFrames=257 Channels=65536
for value in 4 1000 33554432; do
  refused "BufferWords is $value; give a power of two, 8 to 16777216" generic "BufferWords=$value"
done
for value in 1 3 131072; do
  refused "PacketFifoDepth is $value; give a power of two, 2 to 65536" \
    generic "PacketFifoDepth=$value"
done
accepted default
accepted default Channels=1 PacketFrames=1 BufferWords=8 PacketFifoDepth=2
accepted generic Channels=65536 PacketFrames=256 BufferWords=16777216
accepted generic CodeWidth=16 Mapping=0
accepted narrow CodeWidth=2 Mapping=0
accepted narrow CodeWidth=4 Mapping=0 Profile=1
accepted default Profile=1
icarus generic BufferWords=8 >"$work/log" 2>&1 || fail "a buffer of 8 words is refused"
grep -qF "BufferWords is 8; packets may have 16000 words and are then refused" "$work/log" ||
  fail "no warning of too small a buffer"

[ "$failed" = 0 ] && echo "parameters: ok"
exit "$failed"
