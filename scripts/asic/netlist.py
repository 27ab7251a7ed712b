# SPDX-License-Identifier: Apache-2.0
"""The gate netlist: nets, loads, slews and delays at a corner, and simulation models of its cells."""

import json
import math
import re

from liberty import LibertyError, to_verilog

OUTSIDE_SLEW = 100e-12  # s, of primary inputs and of the clock


class Instance:
    """A cell of the netlist: `pins` maps each pin to its list of net numbers ("0" and "1" are constants)."""

    __slots__ = ('name', 'cell', 'pins', 'macro')

    def __init__(self, name, cell, pins, macro):
        self.name = name
        self.cell = cell
        self.pins = pins
        self.macro = macro


class Wires:
    """The wire load: `length_pitches` cell pitches for each sink, `cap` farad a metre.

    A cell pitch is the side of an average cell's square at the placement's utilisation.
    """

    def __init__(self, length_pitches, cap, utilisation, average_area):
        self.length = length_pitches * math.sqrt(average_area / utilisation) * 1e-6
        self.per_sink = self.length * cap


class Netlist:
    """A flat netlist that Yosys wrote as JSON."""

    def __init__(self, path, top, library, macros):
        with open(path, encoding='utf-8') as f:
            module = json.load(f)['modules'][top]
        self.ports = {name: (p['direction'], p['bits']) for name, p in module['ports'].items()}
        self.names = {}
        for name, net in module['netnames'].items():
            for i, bit in enumerate(net['bits']):
                if not net.get('hide_name'):
                    label = name if len(net['bits']) == 1 else f'{name}[{i}]'
                    if bit not in self.names or len(label) < len(self.names[bit]):
                        self.names[bit] = label
        self.instances = []
        for name, cell in module['cells'].items():
            kind = cell['type'].lstrip('\\')
            macro = macros.get(kind)
            definition = macro.cell if macro else library.cell(kind)
            self.instances.append(Instance(name, definition, cell['connections'], macro))
        self.driver, self.sinks = {}, {}
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
    def gates(self):
        """The standard cells."""
        return [i for i in self.instances if not i.macro]

    @property
    def macros(self):
        """The SRAM macros."""
        return [i for i in self.instances if i.macro]

    def clock_nets(self):
        """{net: driving clock gate or None} of everything that clocks a register, latch or macro."""
        clocks = {self.ports['clk_i'][1][0]: None}
        for inst in self.instances:
            if inst.cell.clock_gate:
                clocks[inst.pins[inst.cell.outputs[0]][0]] = inst
        return clocks

    def load(self, wires):
        """Sets the load (F) of each net: the pins that it drives and its wire."""
        self.loads = {}
        for net, sinks in self.sinks.items():
            pins = sum(inst.cell.pins[pin].capacitance for inst, pin in sinks)
            self.loads[net] = pins + wires.per_sink * max(1, len(sinks))

    def propagate(self, passes=4):
        """Sets slew (s) and delay (s) of each driven net by the delay tables, averaged over rise and fall."""
        self.slews = {bit: OUTSIDE_SLEW for _, bits in self.ports.values() for bit in bits}
        self.delays = {}
        clocks = self.clock_nets()
        for _ in range(passes):
            for net, (inst, pin, _) in self.driver.items():
                load = self.loads.get(net, 0.0)
                arcs = [a for a in inst.cell.pins[pin].arcs if 'clear' not in a.kind and 'preset' not in a.kind
                        and 'three_state' not in a.kind]
                slews, delays = [], []
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

    def delay_file(self, path, top):
        """Writes a module that sets the Delay (ps) of each cell by its load."""
        with open(path, 'w', encoding='utf-8') as f:
            f.write('module asic_delays;\n')
            for inst in self.gates:
                if inst.cell.clock_gate:
                    continue
                delays = [self.delays[inst.pins[p][0]] for p in inst.cell.outputs
                          if inst.pins.get(p) and inst.pins[p][0] in self.delays]
                if delays:
                    name = inst.name if re.fullmatch(r'[A-Za-z_]\w*', inst.name) else f'\\{inst.name} '
                    f.write(f'  defparam {top}.{name}.Delay = {max(1, round(max(delays) * 1e12))};\n')
            f.write('endmodule\n')

    def spef_file(self, path, wires):
        """Writes the wire capacitances for timing analysis."""
        with open(path, 'w', encoding='utf-8') as f:
            for net, sinks in self.sinks.items():
                f.write(f'{net} {wires.per_sink * max(1, len(sinks)) * 1e12:.6f}\n')


def _state_model(cell):
    """Verilog of a cell's register: `state` is what the library calls IQ."""
    group = cell.ff
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
            branches += f'if ({"!" if low else ""}{pin}) state <= #(Delay) {value};\n    else '
    names = group.arguments
    next_state = to_verilog(a['next_state'])
    next_state = re.sub(rf'\b{re.escape(names[0])}\b', 'state', next_state)
    text = f'  reg state;\n  always @({" or ".join(events)})\n    {branches}state <= #(Delay) {next_state};\n'
    return text, names


def models(cells):
    """Simulation models of standard cells, made from what the library says about their function."""
    text = '// Generated by scripts/asic from a Liberty file.\n`timescale 1ps/1ps\n'
    for cell in cells:
        pins = ', '.join(f'{p.direction} {p.name}' for p in cell.pins.values() if p.direction in ('input', 'output'))
        text += f'module {cell.name} ({pins});\n  parameter Delay = 1;\n'
        if cell.clock_gate:
            clock = next((p for p in cell.inputs if cell.pins[p].clock), None) or cell.inputs[0]
            for g in cell.group.all('pin'):
                if g.attributes.get('clock_gate_clock_pin') == 'true':
                    clock = g.arguments[0]
            enable = next(p for p in cell.inputs if p != clock)
            # The clock tree is taken as balanced behind the gate as well: no delay.
            text += f'  reg open;\n  always @* if (!{clock}) open = {enable};\n'
            text += f'  assign {cell.outputs[0]} = {clock} & open;\n'
        elif cell.ff or cell.latch:
            if cell.ff:
                body, names = _state_model(cell)
                delay = ''
            else:
                a = cell.latch.attributes
                names = cell.latch.arguments
                body = f'  reg state;\n  always @* if ({to_verilog(a["enable"])}) state = {to_verilog(a["data_in"])};\n'
                delay = '#(Delay) '
            text += body
            for p in cell.outputs:
                function = to_verilog(cell.pins[p].function)
                function = re.sub(rf'\b{re.escape(names[1])}\b', '(~state)', function)
                function = re.sub(rf'\b{re.escape(names[0])}\b', 'state', function)
                text += f'  assign {delay}{p} = {function};\n'
        else:
            for p in cell.outputs:
                text += f'  assign #(Delay) {p} = {to_verilog(cell.pins[p].function)};\n'
        text += 'endmodule\n'
    return text
