# SPDX-License-Identifier: Apache-2.0
"""The gate netlist: nets, loads, slews and delays at a corner, and simulation models of its cells."""

import json
import math
import re
from collections.abc import Iterable, Mapping

from liberty import Cell, LibertyError, Library, to_verilog
from memory import Macro

# A net's number, or the constant '0', '1', 'x' or 'z'.
Bit = int | str

OUTSIDE_SLEW = 100e-12  # s, of primary inputs and of the clock


class Instance:
    """A cell of the netlist: `pins` maps each pin to its list of net numbers ("0" and "1" are constants)."""

    __slots__ = ('name', 'path', 'cell', 'pins', 'macro')

    def __init__(self, name: str, path: str, cell: Cell, pins: dict[str, list[Bit]], macro: Macro | None) -> None:
        self.name = name
        self.path = path  # in the hierarchy, for what synthesis keeps
        self.cell = cell
        self.pins = pins
        self.macro = macro


class Wires:
    """The wire load: `length_pitches` cell pitches for each sink, `cap` farad a metre.

    A cell pitch is the side of an average cell's square at the placement's utilisation. A net from or to a macro is
    longer by half the side of a square of all macros' area, one that leads to several by a side, and the clock has a
    spine along two of its sides. In a memory of latches a net to several branches of its tree is longer by the side of
    the square of all that they hold, and one from a branch by half of it.
    """

    def __init__(self, length_pitches: float, cap: float, utilisation: float, average_area: float,
                 macro_area: float = 0.0) -> None:
        self.length = length_pitches * math.sqrt(average_area / utilisation) * 1e-6
        self.per_sink = self.length * cap
        self.cap = cap
        self.utilisation = utilisation
        side = math.sqrt(macro_area) * 1e-6
        self.to_macro = side / 2 * cap
        self.spine = 2 * side * cap


class Netlist:
    """A flat netlist that Yosys wrote as JSON."""

    def __init__(self, path: str, top: str, library: Library, macros: Mapping[str, Macro]) -> None:
        with open(path, encoding='utf-8') as f:
            module = json.load(f)['modules'][top]
        self.ports = {name: (p['direction'], p['bits']) for name, p in module['ports'].items()}
        self.names: dict[Bit, str] = {}
        for name, net in module['netnames'].items():
            for i, bit in enumerate(net['bits']):
                if not net.get('hide_name'):
                    label = name if len(net['bits']) == 1 else f'{name}[{i}]'
                    if bit not in self.names or len(label) < len(self.names[bit]):
                        self.names[bit] = label
        # Port bits keep their names; the first port wins where two share a net.
        self._port_of: dict[Bit, str] = {}
        for direction in ('input', 'output'):
            for name, (d, bits) in self.ports.items():
                if d == direction:
                    for i, bit in enumerate(bits):
                        if not isinstance(bit, str):
                            self._port_of.setdefault(bit, f'{name}[{i}]' if len(bits) > 1 else name)
        self.instances: list[Instance] = []
        for number, (label, cell) in enumerate(module['cells'].items()):
            name = f'g{number}'
            kind = cell['type'].lstrip('\\')
            macro = macros.get(kind)
            definition = macro.cell if macro else library.cell(kind)
            self.instances.append(Instance(name, label, definition, cell['connections'], macro))
        self.driver: dict[Bit, tuple[Instance, str, int]] = {}  # instance, pin and bit of the pin
        self.sinks: dict[Bit, list[tuple[Instance, str]]] = {}
        for inst in self.instances:
            for pin, bits in inst.pins.items():
                for i, bit in enumerate(bits):
                    if isinstance(bit, str):
                        continue
                    if inst.cell.pins[pin].direction == 'output':
                        self.driver[bit] = (inst, pin, i)
                    else:
                        self.sinks.setdefault(bit, []).append((inst, pin))
        inputs = {bit for direction, bits in self.ports.values() if direction == 'input' for bit in bits}
        for bit in self.sinks:
            if bit not in self.driver and bit not in inputs:
                raise LibertyError(f'{path}: net {self.names.get(bit, bit)} has no driver')
        for _, (direction, bits) in self.ports.items():
            if direction == 'output':
                for bit in bits:
                    self.sinks.setdefault(bit, [])

    @property
    def gates(self) -> list[Instance]:
        """The standard cells."""
        return [i for i in self.instances if not i.macro]

    @property
    def macros(self) -> list[Instance]:
        """The SRAM macros."""
        return [i for i in self.instances if i.macro]

    def clock_nets(self) -> dict[Bit, Instance | None]:
        """{net: driving clock gate or None} of everything that clocks a register, latch or macro."""
        clocks: dict[Bit, Instance | None] = {self.ports['clk_i'][1][0]: None}
        for inst in self.instances:
            if inst.cell.clock_gate:
                clocks[inst.pins[inst.cell.outputs[0]][0]] = inst
        return clocks

    def load(self, wires: Wires) -> None:
        """Sets the load (F) of each net: the pins that it drives and its wire."""
        self.loads: dict[Bit, float] = {}
        self.tree_sides = self.sides(wires)
        for net, sinks in self.sinks.items():
            pins = sum(inst.cell.pins[pin].capacitance for inst, pin in sinks)
            self.loads[net] = pins + wires.per_sink * max(1, len(sinks)) + self.macro_wire(net, wires) + \
                self.tree_wire(net, wires)

    def sides(self, wires: Wires) -> dict[str, float]:
        """Side (m) of the square of each branch of a memory of latches, by its path."""
        areas: dict[str, float] = {}
        for inst in self.instances:
            if '.u_tree.' in inst.path:
                node = inst.path.rsplit('.', 1)[0]
                # What reads a word has no names: half a gate for a latch, which is a quarter of it.
                area = inst.cell.area * (1.25 if inst.cell.latch else 1.0)
                while not node.endswith('.u_tree'):
                    areas[node] = areas.get(node, 0.0) + area
                    node = node.rsplit('.', 1)[0]
                areas[node] = areas.get(node, 0.0) + area
        return {node: math.sqrt(area / wires.utilisation) * 1e-6 for node, area in areas.items()}

    def tree_wire(self, net: Bit, wires: Wires) -> float:
        """What a net's wire has more (F) because it leads to branches of a memory of latches or comes from one."""
        to: dict[str, set[str]] = {}
        merges: set[str] = set()
        for inst, _ in self.sinks.get(net, []):
            if '.u_tree.' in inst.path:
                node, cell = inst.path.rsplit('.', 1)
                branch = re.fullmatch(r'u_(?:gate|waddr|raddr|wdata)(\d+)(?:_\d+)?', cell)
                if branch:
                    to.setdefault(node, set()).add(branch[1])
                elif cell.startswith('u_sum'):
                    merges.add(node)
        length = sum(self.tree_sides[node] for node, branches in to.items() if len(branches) > 1)
        return wires.cap * (length + sum(self.tree_sides[node] / 2 for node in merges))

    def macro_wire(self, net: Bit, wires: Wires) -> float:
        """What a net's wire has more (F) because it leads to macros or comes from one. Of the clock, the spine."""
        sinks = self.sinks.get(net, [])
        if net in self.ports['clk_i'][1]:
            return wires.spine if any(inst.macro for inst, _ in sinks) else 0.0
        driver = self.driver.get(net)
        ends = len({inst.name for inst, _ in sinks if inst.macro}) + bool(driver and driver[0].macro)
        return wires.to_macro * min(ends, 2)

    def propagate(self, passes: int = 4) -> None:
        """Sets slew (s) and delay (s) of each driven net by the delay tables, averaged over rise and fall."""
        self.slews: dict[Bit, float] = {bit: OUTSIDE_SLEW for _, bits in self.ports.values() for bit in bits}
        self.delays: dict[Bit, float] = {}
        clocks = self.clock_nets()
        for _ in range(passes):
            for net, (inst, pin, _) in self.driver.items():
                load = self.loads.get(net, 0.0)
                arcs = [a for a in inst.cell.pins[pin].arcs if 'clear' not in a.kind and 'preset' not in a.kind
                        and 'three_state' not in a.kind]
                slews: list[float] = []
                delays: list[float] = []
                for arc in arcs:
                    for related in arc.related:
                        bits = inst.pins.get(related)
                        slew = self.slews.get(bits[0], OUTSIDE_SLEW) if bits else OUTSIDE_SLEW
                        if bits and bits[0] in clocks:
                            slew = OUTSIDE_SLEW
                        slew = min(slew, 5e-9)
                        for kind, table in arc.tables.items():
                            (slews if 'transition' in kind else delays).append(table.at(slew, load))
                self.slews[net] = max(1e-12, sum(slews) / len(slews)) if slews else OUTSIDE_SLEW
                self.delays[net] = max(1e-12, sum(delays) / len(delays)) if delays else 1e-12

    def verilog_file(self, path: str, top: str) -> None:
        """Writes the netlist as structural Verilog, with the plain names of `name_of` and g0, g1, ..."""
        width = {name: len(bits) for name, (_, bits) in self.ports.items()}
        with open(path, 'w', encoding='utf-8') as f:
            f.write(f'module {top} ({", ".join(self.ports)});\n')
            for name, (direction, _) in self.ports.items():
                f.write(f'  {direction} {f"[{width[name] - 1}:0] " if width[name] > 1 else ""}{name};\n')
            for net in sorted(self.driver):
                if net not in self._port_of:
                    f.write(f'  wire n{net};\n')
            for name, (direction, bits) in self.ports.items():
                if direction == 'output':
                    for i, bit in enumerate(bits):
                        place = f'{name}[{i}]' if width[name] > 1 else name
                        if self.name_of(bit) != place:
                            f.write(f'  assign {place} = {self.name_of(bit)};\n')
            for inst in self.instances:
                pins = []
                for pin, bits in inst.pins.items():
                    names = [self.name_of(bit) for bit in reversed(bits)]
                    pins.append(f'.{pin}({names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"})')
                f.write(f'  {inst.cell.name} {inst.name} ({", ".join(pins)});\n')
            f.write('endmodule\n')

    def name_of(self, bit: Bit) -> str:
        """The Verilog name of a net."""
        if isinstance(bit, str):
            return f"1'b{bit if bit in '01' else '0'}"
        return self._port_of.get(bit, f'n{bit}')

    def delay_file(self, path: str, top: str) -> None:
        """Writes a module that sets the Delay (ps) of each cell by its load."""
        with open(path, 'w', encoding='utf-8') as f:
            f.write('module asic_delays;\n')
            for inst in self.gates:
                if inst.cell.clock_gate:
                    continue
                delays = [self.delays[inst.pins[p][0]] for p in inst.cell.outputs
                          if inst.pins.get(p) and inst.pins[p][0] in self.delays]
                if delays:
                    f.write(f'  defparam {top}.{inst.name}.Delay = {max(1, round(max(delays) * 1e12))};\n')
            f.write('endmodule\n')

    def state_file(self, path: str, top: str) -> None:
        """Writes the tasks that save the state of all registers, latches and macros to an open file, and load it, for
        asic_tb.sv. The clock is low then, and clock gates follow their enables. Verilator only saves: a task that
        loads would drive every register a second time."""
        bits = [f'{top}.{i.name}.state' for i in self.gates if i.cell.ff or i.cell.latch]
        words = ['{' + ', '.join(bits[k:k + 32]) + '}' for k in range(0, len(bits), 32)]
        for inst in self.macros:
            assert inst.macro is not None
            words += [f'{top}.{inst.name}.q{k}' for k in range(inst.macro.ports)]
        memories = [(f'{top}.{i.name}.mem', i.macro.depth) for i in self.macros if i.macro]
        with open(path, 'w', encoding='utf-8') as f:
            f.write('// Generated by scripts/asic.\ntask save_state(input integer file);\n  integer i;\n  begin\n')
            f.writelines(f'    $fwrite(file, "%h\\n", {word});\n' for word in words)
            for name, depth in memories:
                f.write(f'    for (i = 0; i < {depth}; i = i + 1) $fwrite(file, "%h\\n", {name}[i]);\n')
            f.write('  end\nendtask\n`ifndef VERILATOR\ntask load_state(input integer file);\n'
                    '  integer i, count;\n  reg [1023:0] word;\n  begin\n')
            for word in words:
                f.write(f'    count = $fscanf(file, "%h", word);\n    {word} = word;\n')
            for name, depth in memories:
                f.write(f'    for (i = 0; i < {depth}; i = i + 1) begin\n      count = $fscanf(file, "%h", word);\n'
                        f'      {name}[i] = word;\n    end\n')
            f.write('  end\nendtask\n`endif\n')

    def spef_file(self, path: str, top: str, wires: Wires) -> None:
        """Writes the wires' capacitances for timing analysis (their resistance is next to nothing)."""
        with open(path, 'w', encoding='utf-8') as f:
            f.write(f'*SPEF "IEEE 1481-1998"\n*DESIGN "{top}"\n*DATE ""\n*VENDOR ""\n*PROGRAM "scripts/asic"\n'
                    '*VERSION ""\n*DESIGN_FLOW ""\n*DIVIDER /\n*DELIMITER :\n*BUS_DELIMITER [ ]\n'
                    '*T_UNIT 1 NS\n*C_UNIT 1 PF\n*R_UNIT 1 OHM\n*L_UNIT 1 HENRY\n')
            for net, (inst, pin, _) in self.driver.items():
                sinks = self.sinks.get(net, [])
                if inst.macro or inst.cell.clock_gate or not sinks or any(s.macro for s, _ in sinks) or \
                        net in self._port_of:
                    continue
                cap = (wires.per_sink * len(sinks) + self.tree_wire(net, wires)) * 1e12
                source = f'{inst.name}:{pin}'
                f.write(f'*D_NET n{net} {cap:.6f}\n*CONN\n*I {source} O\n' +
                        ''.join(f'*I {s.name}:{p} I\n' for s, p in sinks) +
                        f'*CAP\n1 {source} {cap:.6f}\n*RES\n' +
                        ''.join(f'{k + 1} {source} {s.name}:{p} 0.1\n' for k, (s, p) in enumerate(sinks)) + '*END\n')


def _state_model(cell: Cell, delay: str) -> tuple[str, list[str]]:
    """Verilog of a cell's register: `state` is what the library calls IQ."""
    group = cell.ff
    assert group is not None
    a = group.attributes
    edge = a['clocked_on'].strip()
    negative = edge.startswith('!') or edge.endswith("'")
    clock = edge.strip("!'() ")
    events = [f'{"negedge" if negative else "posedge"} {clock}']
    branches = ''
    for kind, value in (('clear', "1'b0"), ('preset', "1'b1")):
        if kind in a:
            pin = a[kind].strip("!'() ")
            low = a[kind].strip().startswith('!') or a[kind].strip().endswith("'")
            events.append(f'{"negedge" if low else "posedge"} {pin}')
            branches += f'if ({"!" if low else ""}{pin}) state <= {delay}{value};\n    else '
    names = group.arguments
    next_state = to_verilog(a['next_state'])
    next_state = re.sub(rf'\b{re.escape(names[0])}\b', 'state', next_state)
    text = '  reg state;\n  initial state = $urandom;\n'
    text += f'  always @({" or ".join(events)})\n    {branches}state <= {delay}{next_state};\n'
    return text, names


def models(cells: Iterable[Cell], delayed: bool = True) -> str:
    """Simulation models of standard cells, made from what the library says about their function. Where `delayed`, the
    parameter Delay (ps) of each instance is that of its output.

    Registers begin with a random value, as in silicon: gates would spread an X further than there is doubt
    (the RTL's own four-state tests show that no X matters), and an X on a clock gate would clock registers.
    """
    text = '// Generated by scripts/asic from a Liberty file.\n`timescale 1ps/1ps\n'
    wait = '#(Delay) ' if delayed else ''
    for cell in cells:
        pins = ', '.join(f'{p.direction} {p.name}' for p in cell.pins.values() if p.direction in ('input', 'output'))
        text += f'module {cell.name} ({pins});\n' + '  parameter Delay = 1;\n' * delayed
        if cell.clock_gate:
            clock = next((p for p in cell.inputs if cell.pins[p].clock), None) or cell.inputs[0]
            for g in cell.group.all('pin'):
                if g.attributes.get('clock_gate_clock_pin') == 'true':
                    clock = g.arguments[0]
            enable = next(p for p in cell.inputs if p != clock)
            # The clock tree is assumed to be balanced after the gate too: no delay.
            text += f'  reg open;\n  initial open = 0;\n  always @* if (!{clock}) open = {enable};\n'
            text += f'  assign {cell.outputs[0]} = {clock} & open;\n'
        elif cell.ff or cell.latch:
            if cell.ff:
                body, names = _state_model(cell, wait)
                delay = ''
            else:
                assert cell.latch is not None
                a = cell.latch.attributes
                names = cell.latch.arguments
                body = '  reg state;\n  initial state = $urandom;\n'
                body += f'  always @* if ({to_verilog(a["enable"])}) state = {to_verilog(a["data_in"])};\n'
                delay = wait
            text += body
            for p in cell.outputs:
                function = to_verilog(cell.pins[p].function or '')
                function = re.sub(rf'\b{re.escape(names[1])}\b', '(~state)', function)
                function = re.sub(rf'\b{re.escape(names[0])}\b', 'state', function)
                text += f'  assign {delay}{p} = {function};\n'
        else:
            for p in cell.outputs:
                text += f'  assign {wait}{p} = {to_verilog(cell.pins[p].function or "")};\n'
        text += 'endmodule\n'
    return text
