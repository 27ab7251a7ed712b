#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a bare nrc_encoder or nrc_decoder takes on FPGAs, and how fast it is there: fpga_area.py [options].

Yosys, then nextpnr with one seed, with a register at every port (tb/tools/encoder_harness.sv, decoder_harness.sv).
For parts that no free tool places, what synthesis says. Prints a line for each, and writes OUT/report.json,
which scripts/figures.py takes into docs/rtl.md. Designs that OUT has from an earlier run are not made again
(--again does). Fails if a design with a clock rate that it must have misses it.
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

HARNESS = "tb/tools/{}_harness.sv"
PINS = {"encoder": ("clk_i", "rst_ni", "serial_i", "parity_o"),
        "decoder": ("clk_i", "rst_ni", "serial_i", "serial_o")}
PIN_FORMS = {"ecp5": 'LOCATE COMP "{pin}" SITE "{site}";',
             "nexus": "ldc_set_location -site {{{site}}} [get_ports {pin}]",
             "gowin": 'IO_LOC "{pin}" {site};'}
TARGET_MHZ = 100.0
SAMPLING_MHZ = 0.02  # of a channel


@dataclass(frozen=True)
class Design:
    """What is placed: the words for it in a line, its module, profile and channels."""

    words: str
    kind: str
    profile: int
    channels: int
    rate: float = 1.0  # clocks that a sample takes
    seed: int = 1

    def asked(self) -> float:
        """Clock rate in MHz that the channels need."""
        return self.rate * self.channels * SAMPLING_MHZ


SEEDS = {"huffman-4096": 2}  # others than 1
ENCODERS = {f"{profile}-{channels}": Design(f"{words}, {channels}", "encoder", number, channels,
                                            seed=SEEDS.get(f"{profile}-{channels}", 1))
            for channels in (32, 1024, 4096)
            for number, (profile, words) in enumerate({"huffman": "Huffman", "range": "range"}.items())}
# On recordings a frame of the range profile takes up to 1.23 clocks for a code.
DECODERS = {"huffman-decoder-1024": Design("Huffman decoder, 1024", "decoder", 0, 1024),
            "range-decoder-1024": Design("range decoder, 1024", "decoder", 1, 1024, 1.226, 3)}
DESIGNS = ENCODERS | DECODERS
SMALL = ("huffman-32", "huffman-1024", "range-32", "range-1024")

Row = dict[str, int | str | None]


@dataclass(frozen=True)
class Part:
    """A part: how it is synthesised and placed, and which cells are counted as what."""

    family: str
    synthesis: str
    counts: dict[str, str]  # column: cells, as a regular expression
    place: tuple[str, ...] = ()
    techmap: str | None = None
    designs: tuple[str, ...] = SMALL
    tables: str = "default"
    sites: tuple[str, ...] = ()  # of the harness's pins, where they are not placed by themselves
    loadable: bool = False  # the Huffman tables fit as a RAM alone
    frames: int = 20        # of a packet of 1024 channels; the buffer holds more than one
    buffer: int = 16384


# The default placer of ECP5 crowds the range decoder so that no router finds its wires. This one may put the clock
# at a pin from which there is no way to the clock network.
ECP5 = ("--package", "CABGA381", "--speed", "6", "--placer", "static", "--router", "router2", "--lpf", "pins",
        "--lpf-allow-unconstrained", "--textcfg", "placed")

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
        ("--25k", *ECP5), sites=("G2",), designs=(*SMALL, "huffman-decoder-1024")),
    "ECP5-85F, speed 6": Part(
        "ecp5", "synth_ecp5",
        {"cells": "TRELLIS_COMB", "flip_flops": "TRELLIS_FF", "memories": "DP16KD", "multipliers": "MULT18X18D"},
        ("--85k", *ECP5), sites=("G2",), designs=("huffman-4096", "range-4096", "range-decoder-1024")),
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


def counted(part: Part, cells: dict[str, int]) -> Row:
    """A row of the table, without its clock rate."""
    row: Row = dict.fromkeys(COLUMNS)
    for column, pattern in part.counts.items():
        row[column] = sum(number for cell, number in cells.items() if re.fullmatch(pattern, cell))
    return row


def make(part: Part, design: Design, seeds: list[int], venv: Path, install: bool, out: Path) -> Row:
    """Synthesises, and places if there is a tool. A design that does not fit has its reason for a clock."""
    small = design.channels <= 32
    # Packets of more channels have fewer frames: as many samples as those of 1024.
    frames = max(part.frames * 1024 // max(design.channels, 1024), 1)
    parameters = {"Channels": design.channels, "Profile": design.profile, "PacketFrames": 20 if small else frames,
                  "BufferWords": 1024 if small else part.buffer}
    if design.kind == "encoder":
        parameters["LoadableTables"] = int(part.loadable and design.profile == 0)
    yosys = synth.tool("yosys", venv, part.family, install)
    json_option = " -json netlist.json" if part.family else ""
    synth.netlist(HARNESS.format(design.kind), Variant(part.tables, parameters), f"{part.synthesis}{json_option}",
                  part.techmap, yosys, out)
    if not part.family:
        # Older versions of Yosys have the number after the name.
        text = (out / "cells.txt").read_text(encoding="utf-8")
        found = re.findall(r"^ +(\w+) +(\d+)$", text, re.MULTILINE)
        found += [(name, number) for number, name in re.findall(r"^ +(\d+) +([A-Z]\w*)$", text, re.MULTILINE)]
        return counted(part, {name: int(number) for name, number in found})
    pnr = synth.tool(synth.PNR[part.family], venv, part.family, install)
    if part.sites:
        form = PIN_FORMS[part.family]
        lines = [form.format(site=site, pin=pin) for site, pin in zip(part.sites, PINS[design.kind], strict=False)]
        (out / "pins").write_text("\n".join(lines) + "\n", encoding="utf-8")
    slowest = float("inf")
    for seed in seeds:
        log, result = out / f"place-{seed}.log", out / f"place-{seed}.json"
        status = synth.run([pnr, *part.place, "--json", "netlist.json", "--freq", TARGET_MHZ, "--seed", seed,
                            "--timing-allow-fail", "--report", result.name], log, out)
        text = log.read_text(encoding="utf-8", errors="replace")
        used = re.findall(r"^Info:\s+(\w+): +(\d+)/ *\d+ +\d+%$", text, re.MULTILINE)
        row = counted(part, {name: int(number) for name, number in used})
        if status != 0:
            if not re.search("place", synth.last_error(log)):
                synth.fail(f"nextpnr: {synth.last_error(log)} (log: {log})")
            return row | {"clock": "too large"}
        report = json.loads(result.read_text(encoding="utf-8"))
        slowest = min([slowest, *(clock["achieved"] for clock in report["fmax"].values())])
    return row | {"clock": f"{slowest:.1f}"}


def main() -> None:
    """Makes each design; errors are one line and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS], metavar="PART",
                        help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--designs", nargs="+", choices=[*DESIGNS], default=[*DESIGNS], metavar="DESIGN",
                        help=f"of {', '.join(DESIGNS)} (default: all that the part may hold)")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED",
                        help="of place and route (default: the design's own); the clock rate is that of the slowest")
    parser.add_argument("--out", type=Path, default=ROOT / "build/fpga_area")
    parser.add_argument("--again", action="store_true", help="make designs of an earlier run again")
    parser.add_argument("--no-install", action="store_true", help="install nothing by pip")
    arguments = parser.parse_args()
    out = Path(os.path.abspath(arguments.out))
    print(f"{'':40}" + "".join(f"{column:>15}" for column in COLUMNS))
    chosen = {f"{part}, {DESIGNS[design].words}": (PARTS[part], DESIGNS[design]) for part in PARTS
              for design in PARTS[part].designs if part in arguments.parts and design in arguments.designs}
    missed = []
    for name, (part, design) in chosen.items():
        folder = out / re.sub(r"\W+", "-", name)
        done = folder / "row.json"
        if arguments.again or not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            row = make(part, design, arguments.seeds or [design.seed], out / "venv", not arguments.no_install, folder)
            done.write_text(json.dumps({name: row}) + "\n", encoding="utf-8")
        row = json.loads(done.read_text(encoding="utf-8"))[name]
        print(f"{name:40}" + "".join(f"{row[column] if row[column] is not None else '-':>15}"
                                     for column in COLUMNS), flush=True)
        if re.fullmatch(r"[0-9.]+", row["clock"] or "") and float(row["clock"]) < design.asked():
            missed.append(f"{name}: {row['clock']} MHz of {design.asked():.1f}")
    report: dict[str, Row] = {}
    for path in out.glob("*/row.json"):
        report |= json.loads(path.read_text(encoding="utf-8"))
    order = [f"{part}, {DESIGNS[design].words}" for part in PARTS for design in PARTS[part].designs]
    made = {name: report[name] for name in order if name in report}
    (out / "report.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    if missed:
        sys.exit(f"fpga_area: too slow: {'; '.join(missed)}")


if __name__ == "__main__":
    try:
        main()
    except HardwareError as error:
        sys.exit(f"fpga_area: {error}")
