# SPDX-License-Identifier: Apache-2.0
"""Maps the memories of the RTL (nrc_ram_1r1w, nrc_ram_1rw) to SRAM macros or latches.

The rule: for each depth that the macros have, words are put side by side to cover the width, and banks
below each other to cover the depth. A composition costs its area plus a weight times the energy of one read
and one write, of which only one bank takes part: the least cost wins, fewer macros where costs are equal.
Weight 0 is the least area. A memory of one port may take macros of one port or two, one of two needs two.
Latches are taken where they are smaller, or where no macro is given: a latch and a share of the read
multiplexer (half a gate) for each bit, a clock gate for each word, two registers for each bit of width.
"""

import glob
import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from liberty import Cell, LibertyError, Library, Pin, probability
from technology import Technology

# um2 that are worth one picojoule of a read and a write, where nothing else is asked for. An SRAM of twice
# the depth saves a few percent of the area and takes 1.3 to 3 times the energy.
ENERGY_WEIGHT = 9000.0
# A memory of two ports works in every clock, one of one port in every second at most and mostly in fewer.
TWO_PORTS = 4.0
# pJ for each bit of a word that is written to latches and read (measured with IHP's cells, 1024 words).
LATCH_ENERGY = 0.45
SLEW = 0.2e-9  # s, of clock pins

# A macro's port: pins by role (clock, enable, write, ...), with ! before one that is active low.
Port = dict[str, str]


class Family:
    """How one family of SRAM macros names its pins (macros.json)."""

    def __init__(self, entry: dict[str, Any], where: str) -> None:
        try:
            self.match = re.compile(entry['match'])
            self.ports = entry['ports']
            self.high = [re.compile(x + '$') for x in entry.get('high', [])]
            self.low = [re.compile(x + '$') for x in entry.get('low', [])]
            for port in self.ports:
                for role in ('clock', 'enable', 'address', 'data_in', 'data_out'):
                    port[role]
        except (KeyError, TypeError, re.error) as e:
            raise LibertyError(f'{where}: a family lacks or misspells {e}; see docs/asic.md') from None


class Macro:
    """An SRAM macro: its library, its cell, its size and its family."""

    def __init__(self, library: Library, cell: Cell, family: Family) -> None:
        self.library = library
        self.cell = cell
        self.family = family
        self.name = cell.name
        if cell.memory is None:
            raise LibertyError(f'{library.path}: cell {cell.name} is no memory')
        self.address_bits, self.width = cell.memory
        self.depth = 1 << self.address_bits
        self.ports = len(family.ports)
        self.area = cell.area
        for port in family.ports:
            for role, pin in port.items():
                if role in ('mask',) and pin.lstrip('!') not in cell.pins:
                    continue
                if pin.lstrip('!') not in cell.pins:
                    raise LibertyError(f'{library.path}: cell {cell.name} has no pin {pin.lstrip("!")}, '
                                       f'which its family in macros.json names')
        self.access_energy = (self._clock_energy(family.ports[0], write=True) +
                              self._clock_energy(family.ports[-1], write=False))

    def _clock_energy(self, port: Port, write: bool) -> float:
        """Joules that the clock pin of a port takes in one clock that writes or reads; inputs that the
        conditions name beside enable, write and read are as if high half of the time."""
        high = {pin: 0.5 for pin in self.cell.pins}
        for role, value in (('enable', True), ('write', write), ('read', not write)):
            if role in port:
                high[port[role].lstrip('!')] = float(value != port[role].startswith('!'))
        energy = 0.0
        for entry in self.cell.pins[port['clock'].lstrip('!')].energies:
            share = probability(entry.when, high) if entry.when else 1.0
            energy += share * sum(table.at(SLEW, 0.0) for table in (entry.rise, entry.fall) if table)
        return energy


def read_macros(directory: str, families_path: str) -> tuple[dict[str, Macro], dict[str, str]]:
    """(macros, slow): macros by name at the corner of the estimates, slow libraries' paths by name."""
    try:
        with open(families_path, encoding='utf-8') as f:
            entries = json.load(f)['families']
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise LibertyError(f'cannot read the macro families of {families_path}: {e}') from None
    families = [Family(e, families_path) for e in entries]
    if not os.path.isdir(directory):
        raise LibertyError(f'there is no directory {directory}; give SRAM=directory with the Liberty files of SRAM '
                           'macros')
    macros, slow = {}, {}
    for path in sorted(glob.glob(os.path.join(directory, '*.lib'))):
        name = os.path.basename(path)
        family = next((f for f in families if f.match.search(name)), None)
        if family is None:
            continue
        if re.search(r'slow|_ss_|_ss[0-9]', name):
            slow[Library(path).cells[0]] = path
            continue
        if re.search(r'fast|_ff_|_ff[0-9]', name):
            continue
        library = Library(path)
        for cell_name in library.cells:
            cell = library.cell(cell_name)
            if cell.memory:
                macros[cell_name] = Macro(library, cell, family)
    if not macros:
        raise LibertyError(f'{directory} holds no SRAM macro of a family that {os.path.basename(families_path)} '
                           'knows; give another directory, or MACROS=file with its family')
    return macros, slow


class Choice:
    """What one memory becomes: rows of macros side by side, or latches (no macros)."""

    def __init__(self, width: int, depth: int, ports: int, row: list[Macro], rows: int, area: float) -> None:
        self.width = width
        self.depth = depth
        self.ports = ports
        self.row = row    # macros side by side, the widest first
        self.rows = rows  # how many such rows
        self.area = area

    @property
    def kind(self) -> str:
        if not self.row:
            return 'latches'
        return ' + '.join(f'{n * self.rows} x {name}' for name, n in Counter(m.name for m in self.row).items())


def compose(width: int, depth: int, ports: int, macros: Mapping[str, Macro],
            energy_weight: float = ENERGY_WEIGHT) -> Choice | None:
    """The macros of least cost for a memory, or None if no macro has enough ports. `energy_weight`: um2 for
    each picojoule of a read and a write."""
    best = None
    usable = [m for m in macros.values() if m.ports >= ports]
    for address_bits in sorted({m.address_bits for m in usable}):
        parts = [m for m in usable if m.address_bits == address_bits]
        rows = -(-depth // (1 << address_bits))

        def cost(macro: Macro, rows: int = rows) -> float:
            return macro.area * rows + energy_weight * macro.access_energy * 1e12
        # cheapest[w]: cost, count and macros that cover w bits.
        cheapest: list[tuple[float, int, list[Macro]]] = [(0.0, 0, [])]
        for w in range(1, width + 1):
            cheapest.append(min(((cheapest[max(0, w - m.width)][0] + cost(m),
                                  cheapest[max(0, w - m.width)][1] + 1,
                                  cheapest[max(0, w - m.width)][2] + [m]) for m in parts),
                                key=lambda c: c[:2]))
        total, count, row = cheapest[width]
        key = (total, count * rows)
        if best is None or key < best[0]:
            best = (key, sorted(row, key=lambda m: -m.width), rows)
    if best is None:
        return None
    _, row, rows = best
    return Choice(width, depth, ports, row, rows, sum(m.area for m in row) * rows)


def latch_area(width: int, depth: int, technology: Technology) -> float | None:
    """Estimated area (um2) of a memory of latches."""
    if technology.latch is None or technology.clock_gate is None:
        return None
    flop = min(technology.library.cell(n).area for n in technology.gates if technology.library.cell(n).ff)
    bit = technology.latch.area + 0.5 * technology.nand.area
    return width * depth * bit + depth * technology.clock_gate.area + 2 * width * flop


def choose(width: int, depth: int, ports: int, macros: Mapping[str, Macro], technology: Technology,
           latch_bits: int, energy_weight: float = ENERGY_WEIGHT) -> Choice:
    """What a memory becomes. `latch_bits`: no memory of two ports and more bits is made of latches if macros exist,
    and none of one port and more than a quarter of them; `energy_weight` as in compose(), for one port."""
    by_macros = compose(width, depth, ports, macros, energy_weight)
    area = latch_area(width, depth, technology)
    often = TWO_PORTS if ports == 2 else 1.0
    if by_macros and area is not None and width * depth <= latch_bits * often / TWO_PORTS:
        energy = sum(m.access_energy for m in by_macros.row) * 1e12 - LATCH_ENERGY * width
        if area < by_macros.area + energy_weight * often * max(0.0, energy):
            return Choice(width, depth, ports, [], 1, area)
    if by_macros:
        return by_macros
    if area is None:
        raise LibertyError(f'a memory of {depth} x {width} bits needs SRAM macros or a library with latch and '
                           'clock gate; give SRAM=directory')
    if not by_macros and width * depth > latch_bits * often / TWO_PORTS:
        raise LibertyError(f'a memory of {depth} x {width} bits is too large for latches and no macro of '
                           f'{ports} port{"s" if ports > 1 else ""} is given; give SRAM=directory, or '
                           f'ASIC_ARGS="--latch-bits {int(width * depth * TWO_PORTS / often)}"')
    return Choice(width, depth, ports, [], 1, area)


def _pin(port: Port, role: str, value: str) -> str:
    name = port[role]
    return (f'.{name[1:]}(~({value}))' if name.startswith('!') else f'.{name}({value})')


def _instance(name: str, macro: Macro, connections: list[dict[str, str]]) -> str:
    """One macro: `connections` for each port, {role: expression}; unused inputs are tied."""
    pins, used = [], set()
    for port, values in itertools.zip_longest(macro.family.ports, connections):
        for role, pin in port.items():
            pin = pin.lstrip('!')
            if pin not in macro.cell.pins:
                continue
            used.add(pin)
            width = macro.cell.pins[pin].width
            if values is None:  # a port that is not used
                if role == 'clock':
                    pins.append(f".{pin}(1'b0)")
                elif role != 'data_out':
                    low = '1' if port[role].startswith('!') else '0'
                    pins.append(f".{pin}({{{width}{{1'b{low}}}}})")
                continue
            if role in values:
                pins.append(_pin(port, role, values[role]))
            elif role == 'mask':
                pins.append(_pin(port, role, f"{{{width}{{1'b1}}}}"))
            elif role != 'data_out':
                pins.append(_pin(port, role, f"{{{width}{{1'b0}}}}"))
    for pin in macro.cell.pins.values():
        if pin.name in used or pin.direction != 'input':
            continue
        high = any(x.match(pin.name) for x in macro.family.high)
        if not high and not any(x.match(pin.name) for x in macro.family.low):
            raise LibertyError(f'{macro.library.path}: cell {macro.name}: macros.json does not say what input '
                               f'{pin.name} gets')
        pins.append(f".{pin.name}({{{pin.width}{{1'b{1 if high else 0}}}}})")
    return f'    {macro.name} {name} (\n      ' + ',\n      '.join(pins) + '\n    );\n'


def _macro_body(choice: Choice, technology: Technology) -> str:
    """The generate block of a memory of macros, of one port (1rw) or two (1r1w). Data and addresses pass delay
    cells, as layout tools put them there: registers are faster than the macros' hold times."""
    one = choice.ports == 1
    depth_bits = max(1, (choice.depth - 1).bit_length())
    bank_bits = choice.row[0].address_bits
    text = ''
    read, write = ('en_i && !we_i', 'en_i && we_i') if one else ('re_i', 'we_i')
    raddr, waddr = ('addr_i', 'addr_i') if one else ('raddr_i', 'waddr_i')
    delay = technology.delay

    def late(name: str, width: int) -> str:
        """The text that declares late_NAME."""
        # One cell more where no gate of a bank's follows.
        stages = 0 if delay is None else 2 if choice.rows == 1 else 1
        result, before = '', name
        for stage in range(stages):
            assert delay is not None
            after = f'late{stage}_{name}'
            result += f'    wire [{width - 1}:0] {after};\n' + ''.join(
                f'    {delay.name} u_{after}_{i} (.{delay.inputs[0]}({before}[{i}]), '
                f'.{delay.outputs[0]}({after}[{i}]));\n' for i in range(width))
            before = after
        return result + f'    wire [{width - 1}:0] late_{name} = {before};\n'

    text += late('wdata_i', choice.width)
    for name in sorted({raddr, waddr}):
        text += late(name, depth_bits)

    def low_bits(address: str) -> str:
        return address if depth_bits == bank_bits else (
            f'{address}[{bank_bits - 1}:0]' if depth_bits > bank_bits else
            f"{{{{{bank_bits - depth_bits}{{1'b0}}}}, {address}}}")

    def selected(address: str, bank: int) -> str:
        return f" && {address}[{depth_bits - 1}:{bank_bits}] == {depth_bits - bank_bits}'d{bank}" \
            if choice.rows > 1 else ''

    def held(value: str, width: int, address: str, bank: int) -> str:
        """Zero unless the address is in this bank: the pins of the others would take energy at every change."""
        return value if choice.rows == 1 else \
            f"({value} & {{{width}{{{address}[{depth_bits - 1}:{bank_bits}] == {depth_bits - bank_bits}'d{bank}}}}})"

    total = sum(m.width for m in choice.row)
    for bank in range(choice.rows):
        text += f'    wire [{total - 1}:0] word{bank};\n'
        text += f'    wire read{bank} = ({read}){selected(raddr, bank)};\n'
        text += f'    wire write{bank} = ({write}){selected(waddr, bank)};\n'
        low = 0
        for k, macro in enumerate(choice.row):
            high = min(low + macro.width, choice.width)
            data = held(f'late_wdata_i[{high - 1}:{low}]', high - low, waddr, bank)
            if high - low < macro.width:
                data = f"{{{{{macro.width - (high - low)}{{1'b0}}}}, {data}}}"
            out = f'word{bank}[{low + macro.width - 1}:{low}]'
            if one:
                connections = [{'clock': 'clk_i', 'enable': f'read{bank} || write{bank}', 'write': f'write{bank}',
                                'read': f'read{bank}', 'data_in': data, 'data_out': out,
                                'address': held(low_bits('late_addr_i'), bank_bits, 'addr_i', bank)}]
            else:
                connections = [{'clock': 'clk_i', 'enable': f'write{bank}', 'write': f'write{bank}',
                                'address': held(low_bits('late_waddr_i'), bank_bits, 'waddr_i', bank),
                                'data_in': data},
                               {'clock': 'clk_i', 'enable': f'read{bank}', 'read': f'read{bank}',
                                'address': held(low_bits('late_raddr_i'), bank_bits, 'raddr_i', bank), 'data_out': out}]
            text += _instance(f'u_bank{bank}_{k}', macro, connections)
            low += macro.width
    if choice.rows == 1:
        text += f'    assign rdata_o = word0[{choice.width - 1}:0];\n'
    else:
        select = depth_bits - bank_bits
        text += f'    reg [{select - 1}:0] bank_q;\n'
        text += f'    always @(posedge clk_i) if ({read}) bank_q <= {raddr}[{depth_bits - 1}:{bank_bits}];\n'
        value = f'word{choice.rows - 1}[{choice.width - 1}:0]'
        for bank in range(choice.rows - 2, -1, -1):
            value = f"(bank_q == {select}'d{bank}) ? word{bank}[{choice.width - 1}:0] : {value}"
        text += f'    assign rdata_o = {value};\n'
    return text


def latch_groups(depth: int, ports: int) -> list[int]:
    """The bits of an address that each level of a tree of latches decodes, the top one first: 16 words in a leaf,
    up to 8 branches above. Of two ports, which work in every clock, 8 words if that takes no more levels: the data of
    a word that is written make the inputs of all words in its leaf switch."""
    bits = max(1, (depth - 1).bit_length())
    above = max(0, bits - 4)
    levels = -(-above // 3)
    if ports == 2 and above > 0 and -(-(above + 1) // 3) == levels:
        above += 1
    return [-(-(above - k) // levels) for k in range(levels)] + [bits - above]


def _latch_tree(width: int, depth: int, ports: int, technology: Technology, done: dict[str, str]) -> str:
    """The name of the module of `depth` words of latches, which it adds to `done` with those inside it. Only the
    branch that an address leads to sees data, low address bits and clock: gates of their own hold them in the
    others, and synthesis does not take them apart."""
    name = f'nrc_latches_{depth}x{width}_{ports}'
    if name in done:
        return name
    done[name] = ''
    latch_enable, latch_data, output = technology.latch_pins()
    clock, enable, gated = technology.gate_pins()
    latch_cell, gate_cell = technology.latch, technology.clock_gate
    assert latch_cell is not None
    assert gate_cell is not None
    w = width
    bits = max(1, (depth - 1).bit_length())
    low = bits - latch_groups(depth, ports)[0]
    inverted = 'IQN' in (latch_cell.pins[output].function or '')
    text = f'''module {name} (
  input wire clk_write, input wire [{bits - 1}:0] waddr, input wire [{bits - 1}:0] waddr_q, input wire writes,
  input wire [{w - 1}:0] wdata, input wire [{bits - 1}:0] raddr, input wire reads, output wire [{w - 1}:0] rdata
);
'''

    def isolated(signal: str, source: str, count: int, select: str) -> str:
        """The text that declares `signal`: `source` where `select`, else 0."""
        cell = technology.and_gate
        declare = f'  wire [{count - 1}:0] {signal};\n'
        if cell is None:
            return declare + f'  assign {signal} = {source} & {{{count}{{{select}}}}};\n'
        a, b = cell.inputs
        return declare + ''.join(f'  {cell.name} u_{signal}_{i} (.{a}({source}[{i}]), .{b}({select}), '
                                 f'.{cell.outputs[0]}({signal}[{i}]));\n' for i in range(count))

    def joined(signal: str, first: str, second: str) -> str:
        """The text that sets `signal` to the OR of two branches' words."""
        cell = technology.or_gate
        if cell is None:
            return f'  assign {signal} = {first} | {second};\n'
        a, b = cell.inputs
        return ''.join(f'  {cell.name} u_{signal}_{i} (.{a}({first}[{i}]), .{b}({second}[{i}]), '
                       f'.{cell.outputs[0]}({signal}[{i}]));\n' for i in range(w))

    if low == 0:
        text += f'''  wire [{w * depth - 1}:0] words;
  wire [{w * depth - 1}:0] read;
  genvar g, b;
  for (g = 0; g < {depth}; g = g + 1) begin : gen_word
    wire strobe;
    wire picked = reads && raddr == {bits}'d0 + g;
    {gate_cell.name} u_gate (.{clock}(clk_write), .{enable}(waddr == {bits}'d0 + g), .{gated}(strobe));
    for (b = 0; b < {w}; b = b + 1) begin : gen_bit
      {latch_cell.name} u_latch (.{latch_enable}(strobe), .{latch_data}({'~' if inverted else ''}wdata[b]),
        .{output}(words[g * {w} + b]));
    end
    assign read[g * {w} +: {w}] = words[g * {w} +: {w}] & {{{w}{{picked}}}};
  end
  reg [{w - 1}:0] sum;
  integer k;
  always_comb begin
    sum = {w}'d0;
    for (k = 0; k < {depth}; k = k + 1) sum = sum | read[k * {w} +: {w}];
  end
  assign rdata = sum;
endmodule
'''
        done[name] = text
        return name
    outputs = []
    branches = -(-depth >> low)
    for k in range(branches):
        inner = min(1 << low, depth - (k << low))
        child = _latch_tree(w, inner, ports, technology, done)
        inner_bits = max(1, (inner - 1).bit_length())
        here = f"[{bits - 1}:{low}] == {bits - low}'d{k}"
        text += f'  wire here{k} = waddr{here};\n  wire writes{k} = writes && waddr_q{here};\n'
        text += f'  wire reads{k} = reads && raddr{here};\n  wire clk{k};\n'
        text += f'  {gate_cell.name} u_gate{k} (.{clock}(clk_write), .{enable}(here{k}), .{gated}(clk{k}));\n'
        text += isolated(f'waddr{k}', 'waddr', inner_bits, f'here{k}')
        text += isolated(f'raddr{k}', 'raddr', inner_bits, f'reads{k}')
        text += isolated(f'wdata{k}', 'wdata', w, f'writes{k}')
        text += f'  wire [{w - 1}:0] rdata{k};\n'
        text += f'  {child} u_{k} (clk{k}, waddr{k}, waddr_q[{inner_bits - 1}:0], writes{k}, wdata{k}, raddr{k}, ' \
                f'reads{k}, rdata{k});\n'
        outputs.append(f'rdata{k}')
    number = 0
    while len(outputs) > 1:
        merged = []
        for first, second in zip(outputs[::2], outputs[1::2], strict=False):
            text += f'  wire [{w - 1}:0] sum{number};\n' + joined(f'sum{number}', first, second)
            merged.append(f'sum{number}')
            number += 1
        outputs = merged + outputs[len(outputs) & ~1:]
    text += f'  assign rdata = {outputs[0]};\nendmodule\n'
    done[name] = text
    return name


def _latch_body(choice: Choice, technology: Technology, done: dict[str, str]) -> str:
    """The generate block of a memory of latches: written in the clock's high half after the edge. One gate keeps
    the clock from those of all words while nothing is written. Only the word that is read gets into the sum:
    in a tree of multiplexers every other address would make half of all words switch."""
    clock, gate, gated = technology.gate_pins()
    gate_cell = technology.clock_gate
    assert gate_cell is not None
    w, d = choice.width, choice.depth
    bits = max(1, (d - 1).bit_length())
    one = choice.ports == 1
    write = 'en_i && we_i' if one else 'we_i'
    read = 'en_i && !we_i' if one else 're_i'
    waddr, raddr = ('addr_i', 'addr_i') if one else ('waddr_i', 'raddr_i')
    tree = _latch_tree(w, d, choice.ports, technology, done)
    return f'''    reg  [{w - 1}:0] wdata_q, rdata_q;
    reg  [{bits - 1}:0] waddr_q;
    wire [{w - 1}:0] word;
    wire clk_write;
    always @(posedge clk_i) if ({write}) wdata_q <= wdata_i;
    always @(posedge clk_i) if ({write}) waddr_q <= {waddr};
    {gate_cell.name} u_gate (.{clock}(clk_i), .{gate}({write}), .{gated}(clk_write));
    {tree} u_tree (clk_write, {waddr}, waddr_q, 1'b1, wdata_q, {raddr}, {read}, word);
    always @(posedge clk_i) if ({read}) rdata_q <= word;
    assign rdata_o = rdata_q;
'''


# By ports: name, module head, and what the depth's parameter is called.
HEADS = {
    2: ('nrc_ram_1r1w', '''module nrc_ram_1r1w #(
  parameter int Width = 16, parameter int Depth = 256,
  localparam int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input wire clk_i, input wire rst_ni,
  input wire we_i, input wire [AddrWidth-1:0] waddr_i, input wire [Width-1:0] wdata_i,
  input wire re_i, input wire [AddrWidth-1:0] raddr_i, output wire [Width-1:0] rdata_o
);
''', 'Depth'),
    1: ('nrc_ram_1rw', '''module nrc_ram_1rw #(
  parameter int Words = 16384, parameter int Width = 16,
  localparam int AddrWidth = (Words > 1) ? $clog2(Words) : 1
) (
  input wire clk_i, input wire rst_ni, input wire en_i, input wire we_i, input wire [AddrWidth-1:0] addr_i,
  input wire [Width-1:0] wdata_i, output wire [Width-1:0] rdata_o
);
''', 'Words'),
}


def memory_modules(choices: list[Choice], technology: Technology) -> str:
    """SystemVerilog of nrc_ram_1r1w and nrc_ram_1rw for these choices."""
    text = ''
    trees: dict[str, str] = {}
    for ports, (_, head, depth_name) in HEADS.items():
        text += head
        text += '  if (0) begin : gen_none\n  end\n'
        for choice in (c for c in choices if c.ports == ports):
            body = _macro_body(choice, technology) if choice.row else _latch_body(choice, technology, trees)
            text += f'  else if (Width == {choice.width} && {depth_name} == {choice.depth}) begin : ' \
                    f'gen_{choice.depth}x{choice.width}\n{body}  end\n'
        # A size that is not here must be an error, not an output without driver.
        text += '  else begin : gen_unknown\n    nrc_memory_of_unknown_size u_unknown ();\n  end\nendmodule\n'
    return '// Generated by scripts/asic: the memories of this build.\n' + ''.join(trees.values()) + text


def _declare(pin: Pin) -> str:
    return f'{pin.direction} {f"[{pin.width - 1}:0] " if pin.width > 1 else ""}{pin.name}'


def black_boxes(macros: Iterable[Macro], cells: Iterable[Cell]) -> str:
    """Empty modules of macros and cells, for synthesis."""
    text = ''
    for cell in [*(m.cell for m in macros), *cells]:
        pins = ', '.join(_declare(p) for p in cell.pins.values() if p.direction in ('input', 'output'))
        text += f'(* blackbox *) module {cell.name} ({pins});\nendmodule\n'
    return text


def macro_models(macros: Iterable[Macro], delayed: bool = True) -> str:
    """Simulation models of macros: read data comes after the edge, 1 ps where `delayed`, and is held."""
    text = ''
    for macro in macros:
        pins = ', '.join(_declare(p) for p in macro.cell.pins.values() if p.direction in ('input', 'output'))
        text += f'module {macro.name} ({pins});\n'
        text += f'  reg [{macro.width - 1}:0] mem [0:{macro.depth - 1}];\n  integer i;\n'
        text += f'  initial for (i = 0; i < {macro.depth}; i = i + 1) '
        text += f'mem[i] = {{{-(-macro.width // 32)}{{$urandom}}}};\n'
        for k, port in enumerate(macro.family.ports):
            value = {role: f'~{name[1:]}' if name.startswith('!') else name for role, name in port.items()}
            write = value.get('write', "1'b0")
            read = f'{value["enable"]} && {value["read"]}' if 'read' in port else f'{value["enable"]} && !({write})'
            text += f'  reg [{macro.width - 1}:0] q{k} = 0;\n  assign {"#(1) " * delayed}{port["data_out"]} = q{k};\n'
            text += f'  always @(posedge {port["clock"]}) begin\n'
            text += f'    if ({value["enable"]} && {write}) mem[{value["address"]}] <= {value["data_in"]};\n'
            text += f'    if ({read}) q{k} <= mem[{value["address"]}];\n  end\n'
        text += 'endmodule\n'
    return text
