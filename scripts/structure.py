#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What integrators ask about the structure of a block, found by Yosys in the elaborated RTL.

    scripts/structure.py                    table of the configurations of rtl/hardware.json, nrc_link_port, nrc_link_merge
    scripts/structure.py --check NAME ...   fails if any of these breaks one of the rules below

Rules: rising edges and asynchronous resets that are active low, one pair for each clock; no latch; no path from an
input to an output without a register between them; nothing undriven or multiply driven; and from one clock to
another only what CROSSINGS lists. Paths are an upper bound: a cell of arithmetic connects all its inputs with all
its outputs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# Of nrc_link_port with a clock of its own: pointers in Gray code, each into the first of two registers, and words
# that stay as they are from before the pointer moves until they are taken.
CROSSINGS = {
    "data (link_clk_i) <- gen_own_clock.u_fifo.mem (clk_i)",
    "last (link_clk_i) <- gen_own_clock.u_fifo.mem (clk_i)",
    "gen_own_clock.u_fifo.read_seen_q (clk_i) <- gen_own_clock.u_fifo.read_gray_q (link_clk_i)",
    "gen_own_clock.u_fifo.write_seen_q (link_clk_i) <- gen_own_clock.u_fifo.write_gray_q (clk_i)",
}

FLIP_FLOPS = {"$dff", "$dffe", "$adff", "$adffe", "$sdff", "$sdffe", "$sdffce", "$aldff", "$aldffe", "$dffsr",
              "$dffsre"}
LATCHES = {"$dlatch", "$adlatch", "$dlatchsr", "$sr"}
# Cells whose output bit i depends only on bit i of these inputs, and on every bit of the others.
BITWISE = {"$and": "AB", "$or": "AB", "$xor": "AB", "$xnor": "AB", "$not": "A", "$mux": "AB", "$pos": "A"}
CHECKS = {"$assert", "$assume", "$cover", "$print", "$check", "$scopeinfo"}

Bit = int | str  # a net's number, or a constant


@dataclass
class Configuration:
    name: str
    design: str  # whose files they are
    top: str
    tables: str
    parameters: list[str]


def number(value: int | str) -> int:
    """A parameter of a cell. Yosys writes binary digits, or an integer."""
    return int(value, 2) if isinstance(value, str) else value


class Design:
    """A flattened module: what drives each bit, and which register or memory has which clock."""

    def __init__(self, module: dict[str, Any]) -> None:
        self.ports: dict[str, dict[str, Any]] = module["ports"]
        self.names: dict[Bit, str] = {}
        # Of a bit's names the port's, or the one highest in the hierarchy.
        for name, net in sorted(module["netnames"].items(),
                                key=lambda item: (item[0] not in self.ports, item[0].count("."), item[0])):
            for i, bit in enumerate(net["bits"]):
                self.names.setdefault(bit, name if len(net["bits"]) == 1 else f"{name}[{i}]")
        self.sources: dict[Bit, list[Bit]] = {}  # of a bit that logic makes
        self.registers: dict[Bit, tuple[str, list[Bit]]] = {}  # output bit: clock, what its next value depends on
        self.clocks: dict[tuple[str, str], int] = defaultdict(int)
        self.resets: dict[tuple[str, str], int] = defaultdict(int)
        self.unreset = 0
        self.latches: list[str] = []
        self.written: dict[str, set[str]] = defaultdict(set)  # clocks that write a memory
        self.memory_of: dict[Bit, str] = {}  # of a bit that is read from one
        for name, cell in module["cells"].items():
            self._add(name, cell)

    def _add(self, name: str, cell: dict[str, Any]) -> None:
        kind, pins, parameters = cell["type"], cell["connections"], cell["parameters"]
        if kind in CHECKS:
            return
        if kind in LATCHES:
            self.latches.append(name)
        elif kind in FLIP_FLOPS:
            self._flip_flop(kind, pins, parameters)
        elif kind in ("$memwr", "$memwr_v2"):
            clock = self._clock(pins)
            self.written[str(parameters["MEMID"])].add(clock)
        elif kind in ("$memrd", "$memrd_v2"):
            address = list(pins["ADDR"])
            if number(parameters["CLK_ENABLE"]):
                clock = self._clock(pins)
                self.registers.update((bit, (clock, address + list(pins["EN"]))) for bit in pins["DATA"])
            else:
                self.sources.update((bit, address) for bit in pins["DATA"])
            self.memory_of.update((bit, str(parameters["MEMID"])) for bit in pins["DATA"])
        elif kind in ("$mem", "$mem_v2"):
            raise SystemExit(f"error: cell {name} is a {kind}; write the netlist before `memory`")
        elif kind.startswith("$meminit"):
            pass
        elif kind.startswith("$"):
            self._logic(kind, cell)
        else:
            raise SystemExit(f"error: cell {name} is a {kind}; flatten the design before it is written")

    def _clock(self, pins: dict[str, list[Bit]]) -> str:
        return self.names[pins["CLK"][0]]

    def _flip_flop(self, kind: str, pins: dict[str, list[Bit]], parameters: dict[str, Any]) -> None:
        clock = self._clock(pins)
        width = len(pins["Q"])
        edge = "rising" if number(parameters["CLK_POLARITY"]) else "falling"
        self.clocks[clock, edge] += width
        shared: list[Bit] = []
        for pin in ("EN", "SRST"):
            shared += pins.get(pin, [])
        for pin, polarity in (("ARST", "ARST_POLARITY"), ("ALOAD", "ALOAD_POLARITY"), ("SET", "SET_POLARITY"),
                              ("CLR", "CLR_POLARITY")):
            if pin in pins:
                level = "high" if number(parameters[polarity]) else "low"
                self.resets[self.names[pins[pin][0]], level] += width
        if kind in ("$dff", "$dffe"):
            self.unreset += width
        for d, q in zip(pins["D"], pins["Q"], strict=True):
            self.registers[q] = (clock, [d, *shared])

    def _logic(self, kind: str, cell: dict[str, Any]) -> None:
        pins, directions = cell["connections"], cell["port_directions"]
        inputs = {pin: bits for pin, bits in pins.items() if directions[pin] == "input"}
        outputs = [bits for pin, bits in pins.items() if directions[pin] == "output"]
        each = BITWISE.get(kind, "")
        every = [bit for pin, bits in inputs.items() if pin not in each for bit in bits]
        for bits in outputs:
            for i, bit in enumerate(bits):
                self.sources[bit] = every + [inputs[pin][i] for pin in each if i < len(inputs[pin])]

    def origins(self, bits: list[Bit]) -> set[Bit]:
        """Registers and inputs that bits depend on within a clock."""
        seen: set[Bit] = set()
        found: set[Bit] = set()
        waiting = list(bits)
        while waiting:
            bit = waiting.pop()
            if isinstance(bit, str) or bit in seen:
                continue
            seen.add(bit)
            made_by_logic = bit in self.sources and bit not in self.registers
            if made_by_logic:
                waiting += self.sources[bit]
            if not made_by_logic or bit in self.memory_of:
                found.add(bit)
        return found

    def paths(self) -> dict[str, list[str]]:
        """Inputs that each output depends on within a clock."""
        clocks = {clock for clock, _ in self.clocks} | {reset for reset, _ in self.resets}
        inputs = {bit: name for name, port in self.ports.items() if port["direction"] == "input" and name not in clocks
                  for bit in port["bits"]}
        found = {}
        for name, port in self.ports.items():
            if port["direction"] == "output":
                through = {inputs[bit] for bit in self.origins(port["bits"]) if bit in inputs}
                if through:
                    found[name] = sorted(through)
        return found

    def crossings(self) -> list[str]:
        """Registers that take data of another clock, each as `register (clock) <- what (its clock)`."""
        if len({clock for clock, _ in self.clocks}) < 2:
            return []
        found = set()
        for q, (clock, bits) in self.registers.items():
            for origin in self.origins(bits):
                others = set()
                if origin in self.registers:
                    others.add(self.registers[origin][0])
                if origin in self.memory_of:
                    others |= self.written[self.memory_of[origin]]
                for other in others - {clock}:
                    what = self.memory_of.get(origin) or self.names[origin].split("[")[0]
                    found.add(f"{self.names[q].split('[')[0]} ({clock}) <- {what.lstrip(chr(92))} ({other})")
        return sorted(found)


def structure(netlist: dict[str, Any]) -> dict[str, Any]:
    """What main() prints, of a netlist as Yosys writes it. Raises SystemExit with one line if it has not one module."""
    modules = netlist["modules"]
    if len(modules) != 1:
        raise SystemExit(f"error: {len(modules)} modules; flatten the design before it is written")
    design = Design(next(iter(modules.values())))
    return {
        "clocks": {f"{clock}, {edge}": n for (clock, edge), n in sorted(design.clocks.items())},
        "resets": {f"{reset}, active {level}": n for (reset, level), n in sorted(design.resets.items())},
        "registers_without_reset": design.unreset,
        "latches": design.latches,
        "paths": design.paths(),
        "crossings": design.crossings(),
    }


def elaborate(configuration: Configuration) -> dict[str, Any]:
    """Yosys' netlist of a configuration, flattened. Raises SystemExit with its last lines if it refuses the RTL."""
    hardware = [str(ROOT / "scripts/hardware.py")]

    def ask(*what: str) -> list[str]:
        return subprocess.run([*hardware, *what], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()

    files = ["files", configuration.design, "--tables", configuration.tables, "--kind"]
    parameters = [word for value in configuration.parameters for word in ("-chparam", *value.split("=", 1))]
    includes = ["-I" + directory for directory in ask("include-directories")]
    # To standard output: a Yosys in WebAssembly has a /tmp of its own.
    script = "; ".join(" ".join(words) for words in (
        ["read_verilog", "-sv", *ask(*files, "packages")],
        ["read_verilog", "-defer", "-sv", "-DSYNTHESIS", *includes, *ask(*files, "modules")],
        ["hierarchy", "-check", "-top", configuration.top, *parameters],
        ["proc"], ["opt_clean"], ["check", "-assert"], ["flatten"], ["opt_clean"], ["write_json", "-"]))
    done = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(f"error: Yosys refuses {configuration.name}:\n{(done.stdout + done.stderr)[-2000:]}")
    return json.loads(done.stdout)


def configurations() -> list[Configuration]:
    """All that Yosys verifies, and the link port in its two forms."""
    lines = subprocess.run([ROOT / "scripts/hardware.py", "configurations", "--verified", "yosys"], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    found = []
    for line in lines:
        name, top, tables, *parameters = line.split()
        found.append(Configuration(name, name, top, tables, parameters))
    for name, parameters in (("link_port", ["Bits=8"]), ("link_port_own_clock", ["Bits=8", "OwnClock=1"])):
        found.append(Configuration(name, "nrc_link_port", "nrc_link_port", "default", parameters))
    found.append(Configuration("link_merge", "nrc_link_merge", "nrc_link_merge", "default", []))
    return found


def faults(name: str, found: dict[str, Any]) -> list[str]:
    """Rules that a structure breaks, a line each."""
    lines = [f"a latch, {latch}" for latch in found["latches"]]
    lines += [f"registers at {clock}" for clock in found["clocks"] if not clock.endswith(", rising")]
    lines += [f"registers with reset {reset}" for reset in found["resets"] if not reset.endswith("_ni, active low")]
    if len(found["resets"]) > len(found["clocks"]):
        lines.append(f"resets {', '.join(found['resets'])} for clocks {', '.join(found['clocks'])}")
    lines += [f"{output} depends on {', '.join(inputs)} within a clock" for output, inputs in found["paths"].items()]
    allowed = CROSSINGS if len(found["clocks"]) > 1 else set()
    lines += [f"an unknown crossing, {line}" for line in found["crossings"] if line not in allowed]
    lines += [f"no crossing {line}" for line in sorted(allowed - set(found["crossings"]))]
    return [f"{name}: {line}" for line in lines]


def main() -> int:
    known = configurations()
    all_names = ", ".join(c.name for c in known)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {all_names} (default: all)")
    parser.add_argument("--check", action="store_true", help="fail if a rule is broken, and print no table")
    parser.add_argument("--json", type=Path, help="file to write the table to")
    options = parser.parse_args()
    unknown = set(options.names) - {c.name for c in known}
    if unknown:
        parser.error(f"there is no configuration {', '.join(sorted(unknown))}; give names of {all_names}")
    broken: list[str] = []
    columns = ("registers", "with reset", "latches", "paths from input to output", "clock crossings")
    rows: dict[str, dict[str, int]] = {}
    if not options.check:
        print(f"| configuration | {' | '.join(columns)} |\n|---{len(columns) * '|---:'}|")
    for configuration in known:
        if options.names and configuration.name not in options.names:
            continue
        found = structure(elaborate(configuration))
        wrong = faults(configuration.name, found)
        broken += wrong
        row = (sum(found["clocks"].values()), sum(found["resets"].values()), len(found["latches"]), len(found["paths"]),
               len(found["crossings"]))
        rows[configuration.name] = dict(zip(columns, row, strict=True))
        verdict = "FAILED" if wrong else "ok"
        line = f"| {configuration.name} | {' | '.join(map(str, row))} |"
        print(f"structure: {configuration.name} {verdict}" if options.check else line, flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    for line in broken:
        print(f"error: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
