#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a bare nrc_encoder takes on FPGAs, and how fast it is there: encoder_area.py [options].

Yosys, then nextpnr with one seed: 32 and 1024 channels of each profile on each part, with a register at every
port (tb/tools/encoder_harness.sv). For parts that no free tool places, what synthesis says. Prints a
line for each, and writes OUT/report.json, which scripts/figures.py takes into docs/rtl.md. Designs that OUT has
from an earlier run are not made again (--again does).
"""
import argparse
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import synth
from hardware import ROOT, HardwareError, Variant

HARNESS = "tb/tools/encoder_harness.sv"
PINS = ("clk_i", "rst_ni", "serial_i", "parity_o")
PIN_FORMS = {"nexus": "ldc_set_location -site {{{site}}} [get_ports {pin}]", "gowin": 'IO_LOC "{pin}" {site};'}
TARGET_MHZ = 100.0
SEED = 1
PROFILES = {"huffman": 0, "range": 1}
CHANNELS = (32, 1024)

Row = dict[str, int | str | None]


@dataclass(frozen=True)
class Part:
    """A part: how it is synthesised and placed, and which cells are counted as what."""

    family: str
    synthesis: str
    counts: dict[str, str]  # column: cells, as a regular expression
    place: tuple[str, ...] = ()
    techmap: str | None = None
    tables: str = "default"
    sites: tuple[str, ...] = ()  # of the harness's pins, where they are not placed by themselves
    loadable: bool = False  # the Huffman tables fit as a RAM alone
    frames: int = 20        # of a packet of 1024 channels; the buffer holds more than one
    buffer: int = 16384


# Parts of the boards have the options that boards have.
PARTS = {
    "iCE40 UP5K": Part(
        "ice40", "synth_ice40 -device u -dsp -abc9 -spram",
        {"cells": "ICESTORM_LC", "memories": "ICESTORM_RAM", "large_memories": "ICESTORM_SPRAM",
         "multipliers": "ICESTORM_DSP"},
        ("--up5k", "--package", "sg48", "--pcf-allow-unconstrained", "--asc", "placed"), loadable=True),
    "iCE40 HX8K": Part(
        "ice40", "synth_ice40 -device hx -abc9", {"cells": "ICESTORM_LC", "memories": "ICESTORM_RAM"},
        ("--hx8k", "--package", "ct256", "--pcf-allow-unconstrained", "--asc", "placed"),
        techmap="rtl/board/radix4_multiplier.v", tables="generic", frames=2, buffer=1024),
    "ECP5-25F, speed 6": Part(
        "ecp5", "synth_ecp5",
        {"cells": "TRELLIS_COMB", "flip_flops": "TRELLIS_FF", "memories": "DP16KD", "multipliers": "MULT18X18D"},
        ("--25k", "--package", "CABGA381", "--speed", "6", "--lpf-allow-unconstrained", "--textcfg", "placed")),
    "Nexus LIFCL-40, speed 8": Part(
        "nexus", "synth_nexus -family lifcl",
        {"cells": "OXIDE_COMB", "flip_flops": "OXIDE_FF", "memories": "OXIDE_EBR", "multipliers": "MULT18_CORE"},
        # The other router does not find the way of a clock with more than some 50 loads to its buffer.
        ("--device", "LIFCL-40-8BG400C", "--fasm", "placed", "--pdc", "pins", "--router", "router1"),
        sites=("L13", "G14", "E17", "F13")),
    "Gowin GW1NR-9, C6": Part(
        "gowin", "synth_gowin",
        {"cells": "LUT4|ALU", "flip_flops": "DFF", "memories": "BSRAM", "multipliers": r"MULT\w+"},
        ("--device", "GW1NR-LV9QN88PC6/I5", "--vopt", "family=GW1N-9C", "--vopt", "cst=pins"),
        sites=("52", "4", "3", "10"), frames=2, buffer=2048),
    "Xilinx 7": Part(
        "", "synth_xilinx -family xc7",
        {"cells": "LUT[1-6]", "flip_flops": "FD[A-Z]+", "memories": "RAMB18E1", "large_memories": "RAMB36E1",
         "multipliers": "DSP48E1"}),
    "Intel Cyclone V": Part(
        "", "synth_intel_alm -family cyclonev",
        {"cells": r"MISTRAL_(ALUT\d|ALUT_ARITH|NOT)", "flip_flops": "MISTRAL_FF", "memories": "MISTRAL_M10K",
         "multipliers": r"MISTRAL_MUL\w+"}),
}
COLUMNS = ("cells", "flip_flops", "memories", "large_memories", "multipliers", "clock")


def line_name(part: str, profile: str, channels: int) -> str:
    """Of a line of the table."""
    return f"{part}, {'Huffman' if profile == 'huffman' else profile}, {channels}"


def counted(part: Part, cells: dict[str, int]) -> Row:
    """A row of the table, without its clock rate."""
    row: Row = dict.fromkeys(COLUMNS)
    for column, pattern in part.counts.items():
        row[column] = sum(number for cell, number in cells.items() if re.fullmatch(pattern, cell))
    return row


def make(part: Part, profile: str, channels: int, venv: Path, install: bool, out: Path) -> Row:
    """Synthesises, and places if there is a tool. A design that does not fit has its reason for a clock."""
    small = channels <= 32
    loadable = int(part.loadable and profile == "huffman")
    variant = Variant(part.tables, {
        "Channels": channels, "Profile": PROFILES[profile], "PacketFrames": 20 if small else part.frames,
        "BufferWords": 1024 if small else part.buffer, "LoadableTables": loadable})
    yosys = synth.tool("yosys", venv, part.family, install)
    json_option = " -json netlist.json" if part.family else ""
    synth.netlist(HARNESS, variant, f"{part.synthesis}{json_option}", part.techmap, yosys, out)
    if not part.family:
        # Older versions of Yosys have the number after the name.
        text = (out / "cells.txt").read_text(encoding="utf-8")
        found = re.findall(r"^ +(\w+) +(\d+)$", text, re.MULTILINE)
        found += [(name, number) for number, name in re.findall(r"^ +(\d+) +([A-Z]\w*)$", text, re.MULTILINE)]
        return counted(part, {name: int(number) for name, number in found})
    pnr = synth.tool(synth.PNR[part.family], venv, part.family, install)
    if part.sites:
        form = PIN_FORMS[part.family]
        lines = [form.format(site=site, pin=pin) for site, pin in zip(part.sites, PINS, strict=True)]
        (out / "pins").write_text("\n".join(lines) + "\n", encoding="utf-8")
    log = out / "place.log"
    status = synth.run([pnr, *part.place, "--json", "netlist.json", "--freq", TARGET_MHZ, "--seed", SEED,
                        "--timing-allow-fail", "--report", "place.json"], log, out)
    text = log.read_text(encoding="utf-8", errors="replace")
    used = re.findall(r"^Info:\s+(\w+): +(\d+)/ *\d+ +\d+%$", text, re.MULTILINE)
    row = counted(part, {name: int(number) for name, number in used})
    if status != 0 and not re.search("place", synth.last_error(log)):
        synth.fail(f"nextpnr: {synth.last_error(log)} (log: {log})")
    row["clock"] = "too large"
    if status == 0:
        report = json.loads((out / "place.json").read_text(encoding="utf-8"))
        row["clock"] = f"{min(clock['achieved'] for clock in report['fmax'].values()):.1f}"
    return row


def main() -> None:
    """Makes each design; errors are one line and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS], metavar="PART",
                        help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--profiles", nargs="+", choices=[*PROFILES], default=[*PROFILES], metavar="PROFILE")
    parser.add_argument("--channels", nargs="+", type=int, choices=CHANNELS, default=[*CHANNELS], metavar="NUMBER")
    parser.add_argument("--out", type=Path, default=ROOT / "build/encoder_area")
    parser.add_argument("--again", action="store_true", help="make designs of an earlier run again")
    parser.add_argument("--no-install", action="store_true", help="install nothing by pip")
    arguments = parser.parse_args()
    out = Path(os.path.abspath(arguments.out))
    print(f"{'':40}" + "".join(f"{column:>15}" for column in COLUMNS))
    for part in arguments.parts:
        for channels in arguments.channels:
            for profile in arguments.profiles:
                name = line_name(part, profile, channels)
                folder = out / re.sub(r"\W+", "-", name)
                done = folder / "row.json"
                if arguments.again or not done.exists():
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir(parents=True)
                    row = make(PARTS[part], profile, channels, out / "venv", not arguments.no_install, folder)
                    done.write_text(json.dumps({name: row}) + "\n", encoding="utf-8")
                row = json.loads(done.read_text(encoding="utf-8"))[name]
                print(f"{name:40}" + "".join(f"{row[column] if row[column] is not None else '-':>15}"
                                             for column in COLUMNS), flush=True)
    report: dict[str, Row] = {}
    for path in out.glob("*/row.json"):
        report |= json.loads(path.read_text(encoding="utf-8"))
    order = [line_name(part, profile, channels) for part in PARTS for profile in PROFILES for channels in CHANNELS]
    made = {name: report[name] for name in order if name in report}
    (out / "report.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except HardwareError as error:
        sys.exit(f"encoder_area: {error}")
