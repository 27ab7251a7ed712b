#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each board's folder: every port of its top has a pin and a timing, and the clock of the SDC file is
that of the pin file, of the PLL's parameters, of ClockHz and of board.json. The link port's: every port
has a timing, and every path between its clocks."""
import re
import sys
import unittest
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import hardware
import synth

ROOT = Path(__file__).resolve().parents[2]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


class Top:
    """Ports of a board's top, and the rates in Hz that its parameters give."""

    def __init__(self, board: hardware.Board) -> None:
        source = re.sub(r"//.*", "", text(board.top))
        self.widths = {port: int(high or 0) + 1 for high, port in re.findall(
            r"(?:input|output)\s+logic\s+(?:\[(\d+):0\]\s*)?(\w+)", source)}
        self.bits = {f"{port}[{i}]" if width > 1 else port
                     for port, width in self.widths.items() for i in range(width)}
        self.clock_port = next(port for port in self.widths if port.startswith("clk_"))
        self.clock_hz = int(re.search(r"ClockHz = ([\d_]+)", source)[1].replace("_", ""))
        values = {key: int(value) for key, value in re.findall(
            r"\.(\w+)\s*\((?:\d'd)?(\d+)\)", source)}
        self.fclkin = re.search(r'\.FCLKIN\s*\("([\d.]+)"\)', source)
        self.ratio, self.vco = 1.0, None
        if "SB_PLL40" in source:  # SIMPLE feedback: Lattice's iCE40 sysCLOCK guide
            vco = (values["DIVF"] + 1) / (values["DIVR"] + 1)
            self.ratio = vco / 2 ** values["DIVQ"]
            self.vco = (vco, 533, 1066)
        elif "rPLL" in source:  # Gowin's clock guide, speed grade C6
            self.ratio = (values["FBDIV_SEL"] + 1) / (values["IDIV_SEL"] + 1)
            self.vco = (self.ratio * values["ODIV_SEL"], 400, 1200)


class Sdc:
    """What the SDC files say, in the few commands that they use."""

    def __init__(self, test: unittest.TestCase, board: hardware.Board) -> None:
        self.period = self.port = None
        self.ratio, self.pin = 1.0, None
        self.untimed: dict[str, list[str]] = {"from": [], "to": []}
        for line in text(board.sdc).splitlines():
            if not line or line.startswith("#"):
                continue
            if match := re.fullmatch(
                    r"create_clock -name (\w+) -period ([\d.]+) \[get_ports (\w+)\]", line):
                test.assertIsNone(self.period, "one clock comes in")
                self.period, self.port = float(match[2]), match[3]
            elif match := re.fullmatch(
                    r"create_generated_clock -name clk -source \[get_ports (\w+)\] -multiply_by (\d+) "
                    r"-divide_by (\d+) \[get_pins u_pll/(\w+)\]", line):
                test.assertEqual(match[1], self.port)
                self.ratio, self.pin = int(match[2]) / int(match[3]), match[4]
            elif match := re.fullmatch(
                    r"set_false_path -(from|to) \[get_ports (?:\{([^}]+)\}|(\S+))\]", line):
                self.untimed[match[1]] += (match[2] or match[3]).replace("[*]", "").split()
            else:
                test.fail(f"{board.sdc}: {line}")


def pin_file(path: str) -> tuple[list[str], re.Match[str] | None]:
    """Ports that have a pin, as often as they have one, and the clock's rate in MHz if it is there."""
    source = re.sub(r"(?m)#.*|//.*", "", text(path))
    if path.endswith(".pcf"):
        return (re.findall(r"set_io (?:-pullup yes )?(\S+) \w+", source),
                re.search(r"set_frequency (\S+) ([\d.]+)", source))
    if path.endswith(".lpf"):
        return (re.findall(r'LOCATE COMP "(\S+)" SITE', source),
                re.search(r'FREQUENCY PORT "(\S+)" ([\d.]+) MHZ', source))
    return re.findall(r'IO_LOC "(\S+)" \d+;', source), None


class Constraints(unittest.TestCase):
    def of_each_board(self, check: Callable[[hardware.Board, Top, Sdc], None]) -> None:
        for name, board in hardware.Hardware().boards().items():
            with self.subTest(name):
                check(board, Top(board), Sdc(self, board))

    def test_clocks(self) -> None:
        def check(board: hardware.Board, top: Top, sdc: Sdc) -> None:
            self.assertEqual(sdc.port, top.clock_port)
            self.assertEqual(board.settings["clock_pin"], top.clock_port)
            self.assertEqual(board.settings["button"], "button_ni" in top.widths)
            self.assertEqual(sdc.pin is None, top.vco is None)
            self.assertAlmostEqual(sdc.ratio, top.ratio, delta=1e-9)
            if sdc.pin:
                self.assertRegex(text(board.top), rf"\.{sdc.pin}\s*\(clk\)")
            rate = 1000.0 / sdc.period
            clock = synth.design_clock(ROOT / board.sdc)
            self.assertAlmostEqual(clock, rate * sdc.ratio, delta=1e-9)
            # A period has three decimals.
            self.assertAlmostEqual(clock / (top.clock_hz / 1e6), 1.0, delta=1e-4)
            self.assertGreaterEqual(clock, synth.REQUIRED_MHZ)
            self.assertEqual(board.settings["clock_hz"], top.clock_hz)
            in_pins = pin_file(board.pins)[1]
            if board.settings["family"] != "gowin":  # whose pin file knows no clocks
                self.assertEqual(in_pins[1], top.clock_port)
                self.assertAlmostEqual(float(in_pins[2]) / rate, 1.0, delta=1e-4)
            if top.fclkin:
                self.assertAlmostEqual(float(top.fclkin[1]) / rate, 1.0, delta=1e-4)
            if top.vco:
                self.assertTrue(top.vco[1] <= top.vco[0] * rate <= top.vco[2], top.vco[0] * rate)

        self.of_each_board(check)

    def test_every_port_has_a_pin(self) -> None:
        def check(board: hardware.Board, top: Top, _: Sdc) -> None:
            self.assertEqual(sorted(pin_file(board.pins)[0]), sorted(top.bits))

        self.of_each_board(check)

    def test_every_port_has_a_timing(self) -> None:
        def check(board: hardware.Board, top: Top, sdc: Sdc) -> None:
            source = text(board.top)
            inputs = set(re.findall(r"input\s+logic\s+(\w+)", source))
            self.assertEqual(sorted([sdc.port, *sdc.untimed["from"]]), sorted(inputs))
            self.assertEqual(sorted(sdc.untimed["to"]), sorted(set(top.widths) - inputs))

        self.of_each_board(check)


class LinkPort(unittest.TestCase):
    """constraints/nrc_link_port.sdc against the RTL."""

    def setUp(self) -> None:
        self.sdc = text("constraints/nrc_link_port.sdc")
        self.commands = "\n".join(line for line in self.sdc.splitlines() if not line.startswith("#"))
        self.fifo = text("rtl/parts/nrc_clock_fifo.sv")

    def ports(self, command: str) -> list[str]:
        """Ports that a command names, sorted; a bus is `name*`."""
        found = re.findall(rf"(?m)^{command} .*\[get_ports (?:\{{([^}}]+)\}}|(\w+))\]", self.commands)
        return sorted(name for many, one in found for name in (many or one).split())

    def test_every_port_has_a_timing(self) -> None:
        source = re.sub(r"//.*", "", text("rtl/parts/nrc_link_port.sv"))
        declared = re.findall(r"(?m)^  (input|output) +logic +(?:(\[.+?\]) +)?(\w+)", source)
        inputs, outputs = (sorted(name + ("*" if bus else "") for direction, bus, name in declared
                                  if direction == wanted) for wanted in ("input", "output"))
        self.assertEqual(sorted(self.ports("create_clock") + self.ports("set_input_delay") +
                                self.ports("set_false_path")), inputs)
        self.assertEqual(self.ports("set_output_delay"), outputs)

    def test_clocks(self) -> None:
        clocks = re.findall(r"create_clock -name (\w+) ", self.commands)
        self.assertEqual(sorted(set(re.findall(r"get_clocks (\w+)", self.commands))), sorted(clocks))
        both = sorted([(clocks[0], clocks[1]), (clocks[1], clocks[0])])
        for command in (r"set_max_delay \$crossing", "set_false_path -hold"):
            found = re.findall(rf"{command} -from \[get_clocks (\w+)\] -to \[get_clocks (\w+)\]", self.commands)
            self.assertEqual(sorted(found), both)

    def test_what_crosses(self) -> None:
        """What one clock writes and the other reads is what the file names, and nothing more."""
        sides: dict[str, str] = {}  # register to clock
        reads: dict[str, set[str]] = {"write": set(), "read": set()}
        assigned = {name: value for name, value in
                    re.findall(r"assign (\w+)\s*=\s*([^;]+);", self.fifo)}
        design = self.fifo.split("`ifndef SYNTHESIS")[0]
        for clock, block in re.findall(r"always_ff @\(posedge (\w+)_clk_i[^)]*\) begin\n(.*?)\n  end\n", design,
                                       re.DOTALL):
            sides.update((name, clock) for name in re.findall(r"(\w+)(?:\[[^\n]*?\])? +<= ", block))
            waiting = re.findall(r"\b[a-z]\w*\b", re.sub(r"(?m)(\w+)(?:\[.*?\])? +<= ", "", block))
            while waiting:
                name = waiting.pop()
                if name not in reads[clock]:
                    reads[clock].add(name)
                    waiting += re.findall(r"\b[a-z]\w*\b", assigned.get(name, ""))
        crossing = {name for name, clock in sides.items()
                    if name in reads["read" if clock == "write" else "write"]}
        self.assertEqual(crossing, {"mem", "write_gray_q", "read_gray_q"})
        self.assertEqual(crossing, set(re.findall(r"(\w+) to \w+", self.sdc)) & {*sides})
        for pair in re.findall(r"(\w+_q|mem) to (\w+_q|data_o)", self.sdc):
            self.assertNotEqual(sides[pair[0]], sides[pair[1]])


if __name__ == "__main__":
    unittest.main()
