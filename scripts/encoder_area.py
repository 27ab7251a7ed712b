#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a bare nrc_encoder takes on FPGAs of each family, after synthesis with Yosys.

  encoder_area.py [--configuration NAME] [--families FAMILY ...] [-o REPORT]

Synthesises a configuration of rtl/hardware.json (implant) alone, without pins, and counts cells. Prints a table
and writes the report that scripts/figures.py takes. Nothing is placed: boards have clock rates (make synth).
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from hardware import Hardware, HardwareError

ROOT = Path(__file__).resolve().parent.parent

# Synthesis, and the cells that count as lookup tables, flip-flops, memories and multipliers.
FAMILIES: dict[str, tuple[str, dict[str, str]]] = {
    "ECP5": ("synth_ecp5", {
        "luts": r"LUT4", "flip_flops": r"TRELLIS_FF", "memories": r"DP16KD",
        "multipliers": r"MULT18X18D"}),
    "Nexus": ("synth_nexus -family lifcl", {
        "luts": r"LUT4|WIDEFN9", "flip_flops": r"FD1P3\w+", "memories": r"(DP|PDP|PDPSC|SP)\w*16K\w*",
        "multipliers": r"MULT\w+"}),
    "Gowin": ("synth_gowin", {
        "luts": r"LUT[1-4]", "flip_flops": r"DFF\w*", "memories": r"(SDP|DP|SP|pROM)\w*",
        "multipliers": r"MULT\w+"}),
    "Xilinx 7": ("synth_xilinx -family xc7", {
        "luts": r"LUT[1-6]", "flip_flops": r"FD[A-Z]+", "memories": r"RAMB18E1",
        "large_memories": r"RAMB36E1", "multipliers": r"DSP48E1"}),
}


def synthesise(hardware: Hardware, configuration: str, command: str) -> dict[str, int]:
    """Numbers of cells by type. Raises HardwareError if Yosys fails."""
    chosen = hardware.configuration(configuration)
    top = hardware.designs[chosen.design]
    includes = " ".join(f"-I{path}" for path in hardware.include_directories)
    parameters = " ".join(f"-chparam {name} {value}" for name, value in chosen.parameters.items())
    with tempfile.TemporaryDirectory() as work:
        report = Path(work) / "stat"
        script = (f"read_verilog -sv {' '.join(hardware.packages(chosen.tables))}; "
                  f"read_verilog -sv -defer -nooverwrite -DSYNTHESIS {includes} "
                  f"{' '.join(hardware.design_modules(chosen.design, chosen.tables))}; "
                  f"hierarchy -top {top} {parameters}; {command} -top {top}; tee -o {report} stat")
        try:
            subprocess.run(["yosys", "-q", "-p", script], check=True, cwd=ROOT, capture_output=True, text=True)
        except FileNotFoundError:
            raise HardwareError("there is no yosys; run scripts/install_deps.sh synth") from None
        except subprocess.CalledProcessError as error:
            last = (error.stderr or error.stdout).strip().splitlines()[-1:]
            raise HardwareError(f"{command}: {' '.join(last)}") from error
        cells = re.findall(r"^\s+(\w+)\s+(\d+)$", report.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: int(number) for name, number in cells}


def main() -> None:
    """Synthesises for each family; errors are one line and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configuration", default="implant", help="of rtl/hardware.json (default: implant)")
    parser.add_argument("--families", nargs="+", choices=[*FAMILIES], default=[*FAMILIES], metavar="FAMILY")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build/encoder_area/report.json")
    arguments = parser.parse_args()
    report: dict[str, dict[str, int | None]] = {}
    try:
        hardware = Hardware()
        print(f"{'family':12} {'luts':>7} {'ffs':>7} {'memories':>9} {'large':>6} {'mult':>5}")
        for family in arguments.families:
            command, kinds = FAMILIES[family]
            cells = synthesise(hardware, arguments.configuration, command)
            row: dict[str, int | None] = {"large_memories": None}
            for kind, pattern in kinds.items():
                # A wide function of the Nexus is two tables and what joins them.
                row[kind] = sum(number * (2 if cell == "WIDEFN9" else 1) for cell, number in cells.items()
                                if re.fullmatch(pattern, cell))
            report[family] = row
            large = "-" if row["large_memories"] is None else row["large_memories"]
            print(f"{family:12} {row['luts']:7} {row['flip_flops']:7} {row['memories']:9} "
                  f"{large:>6} {row['multipliers']:5}", flush=True)
    except HardwareError as error:
        sys.exit(f"encoder_area: {error}")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
