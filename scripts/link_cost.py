#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What rate control, events and channel classes cost on each board: link_cost.py [--jobs N] [--seeds "1"].

Synthesises, places and routes each board without them, with each and with all, by scripts/synth.py; designs that
build/synth has from an earlier run are not made again (--again does). Writes build/link_cost.json, which
scripts/figures.py takes into docs/link.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import synth
from hardware import ROOT, Variant

OPTIONS: dict[str, dict[str, int]] = {
    "none": {}, "`RateControl`": {"RateControl": 1}, "`Events`": {"Events": 1}, "`Classes`": {"Classes": 1},
    "all three": {"RateControl": 1, "Events": 1, "Classes": 1}}
# Cells, memories and multipliers as synth.py calls them.
COLUMNS = {"cells": ("logic cells", "LUT4"),
           "memories": ("EBR (4 kbit)", "DP16KD (18 kbit)", "BSRAM (18 kbit)"),
           "multipliers": ("DSP", "MULT18X18D", "MULT18X18")}


# Block memories as Yosys calls them.
MEMORIES = ("SB_RAM40_4K", "DP16KD", "DPB", "DPX9B", "SDPB", "SDPX9B", "SP", "SPX9", "pROM", "pROMX9")


def needed(folder: Path) -> str:
    """Block memories of a design that was not placed. Newer versions of Yosys have the number before the name."""
    cells = (folder / "cells.txt").read_text(encoding="utf-8")
    count = sum(int(before or after) for name in MEMORIES
                for before, after in re.findall(rf"^ +(?:(\d+) +{name}|{name} +(\d+))$", cells, re.MULTILINE))
    return f"{count} needed"


def reason(report: dict[str, Any]) -> str:
    """Why there is no bitstream."""
    error = next((seed["error"] for seed in report["seeds"] if "error" in seed), "")
    return "too large" if "place" in error or "BEL" in error or "bels" in error else "too slow"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boards", nargs="+", default=["icebreaker", "hx8k", "ulx3s", "tangnano9k"])
    parser.add_argument("--seeds", default="1", help="of place and route (1)")
    parser.add_argument("--jobs", type=int, default=1, help="seeds at a time (1)")
    parser.add_argument("--again", action="store_true", help="make designs again that are there")
    parser.add_argument("--gather", action="store_true", help="make none, only gather those that are there")
    parser.add_argument("--no-install", action="store_true", help="install nothing by pip")
    parser.add_argument("--out", type=Path, default=ROOT / "build/synth")
    parser.add_argument("--json", type=Path, default=ROOT / "build/link_cost.json")
    arguments = parser.parse_args()
    boards = synth.HARDWARE.boards()
    rows: dict[str, dict[str, Any]] = {}
    for name in arguments.boards:
        board = boards[name]
        default = board.variants["huffman"]
        for option, others in OPTIONS.items():
            variant = Variant(default.tables, {**default.parameters, **others})
            folder = arguments.out / synth.design_name(board, "huffman", variant, others)
            if arguments.gather and not (folder / "report.json").exists():
                continue
            if arguments.again or not (folder / "report.json").exists():
                command = [sys.executable, str(ROOT / "scripts/synth.py"), name, "--out", str(arguments.out),
                           "--seeds", arguments.seeds, "--jobs", str(arguments.jobs),
                           *(["--no-install"] if arguments.no_install else []),
                           *(["--set"] if others else []), *(f"{key}={value}" for key, value in others.items())]
                # Exit status 1 also if it does not fit, which its report says.
                done = subprocess.run(command, check=False, capture_output=True, text=True)
                if not (folder / "report.json").exists():
                    raise SystemExit(f"error: link_cost: {name} with {option}: {done.stderr.strip()}")
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            figures = report["columns"]
            row: dict[str, Any] = {}
            for column, cells in COLUMNS.items():
                row[column] = next((figures[cell] for cell in cells if cell in figures), "")
            if not figures:
                row["memories"] = needed(folder)
            row["speed"] = (f"{figures['Fmax_MHz_slowest_seed']:.2f} MHz" if report["timing_met"]
                            else reason(report))
            rows[f"`{name}`: {option}"] = row
            print(f"{name}, {option}: {row['cells']} cells, {row['speed']}", flush=True)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
