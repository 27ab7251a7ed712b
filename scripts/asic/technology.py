# SPDX-License-Identifier: Apache-2.0
"""Which cells of a library the flow uses: flip-flops and gates for Yosys, latch, clock gate, tie cells,
the clock tree's buffer."""

import re

from liberty import Cell, LibertyError, Library, truth

# Cells that libraries hold for layout, test, level shifting or delay: not for technology mapping. The
# attribute dont_use says so where it is given; names are the only sign elsewhere.
LEFT_OUT = re.compile(r'lpflow|probe|dlygate|dlymetal|clkdly|clkbuf|clkinv|bufbuf|bufinv|antenna|decap|fill|'
                      r'sighold|diode|macro_sparecell|tap', re.I)
# Of those, what a hold time needs.
DELAY = re.compile(r'dlygate|clkdly', re.I)


def _slowness(cell: Cell) -> float:
    """Mean delay (s) of a cell with one input."""
    arcs = cell.pins[cell.outputs[0]].arcs
    tables = [t for arc in arcs for kind, t in arc.tables.items() if 'transition' not in kind]
    return sum(t.at(100e-12, 5e-15) for t in tables) / max(1, len(tables))


def _function(cell: Cell, output: str) -> tuple[list[str], list[list[int]]] | None:
    text = cell.pins[output].function
    return truth(text) if text else None


class Technology:
    """The cells of one library by what they are for."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.gates: list[str] = []
        flops: list[Cell] = []
        latches: list[Cell] = []
        gates: list[Cell] = []
        buffers: list[Cell] = []
        inverters: list[Cell] = []
        delays: list[Cell] = []
        self.tie: dict[str, tuple[str, str]] = {}  # (cell, output) that is `high` or `low`
        for name in library.cells:
            cell = library.cell(name)
            if cell.clock_gate == 'latch_posedge' and len(cell.inputs) == 2:
                gates.append(cell)  # often marked dont_use, so that nothing infers it
                continue
            if DELAY.search(name) and len(cell.inputs) == 1 and len(cell.outputs) == 1:
                delays.append(cell)
            if cell.dont_use or LEFT_OUT.search(name) or not cell.outputs or cell.clock_gate:
                continue
            if any('three_state' in g.attributes for g in cell.group.all('pin')):
                continue
            if any(g.attributes.get('nextstate_type', 'data') not in ('data', 'clear', 'preset')
                   for g in cell.group.all('pin')) or cell.group.first('test_cell'):
                continue  # scan
            if cell.ff:
                if 'clocked_on_also' in cell.ff.attributes or len(cell.outputs) > 2:
                    continue
                flops.append(cell)
            elif cell.latch:
                a = cell.latch.attributes
                if 'clear' not in a and 'preset' not in a and a.get('enable') in cell.inputs and \
                        a.get('data_in') in cell.inputs and len(cell.inputs) == 2:
                    latches.append(cell)
                continue
            elif cell.group.first('statetable'):
                continue
            else:
                functions = [f for p in cell.outputs if (f := _function(cell, p)) is not None]
                if len(functions) < len(cell.outputs):
                    continue
                if not cell.inputs:
                    for pin, (_, rows) in zip(cell.outputs, functions, strict=True):
                        self.tie.setdefault('high' if rows else 'low', (cell.name, pin))
                    continue
                if len(cell.inputs) == 1 and len(cell.outputs) == 1:
                    (buffers if functions[0][1] == [[1]] else inverters).append(cell)
            self.gates.append(name)
        if not flops:
            raise LibertyError(f'{library.path} has no flip-flop that can be used; give a library of standard cells')
        if not inverters or len(self.gates) - len(flops) < 3:
            raise LibertyError(f'{library.path} has too few gates; give a library of standard cells')
        if not buffers:
            raise LibertyError(f'{library.path} has no buffer; give a library of standard cells')

        def smallest(cells: list[Cell]) -> Cell | None:
            return min(cells, key=lambda c: c.area) if cells else None

        self.inverter = min(inverters, key=lambda c: c.area)
        self.latch = smallest(latches)
        self.clock_gate = smallest(gates)
        # For inputs of macros, whose hold times are longer than a register's delay.
        self.delay = max(delays, key=_slowness) if delays else None
        self.buffers = sorted(buffers, key=lambda c: c.area)
        # The driver that everything outside is taken for, and the clock tree's buffer: the second smallest.
        self.buffer = self.buffers[min(1, len(self.buffers) - 1)]
        two = [cell for cell in map(library.cell, self.gates)
               if len(cell.inputs) == 2 and len(cell.outputs) == 1 and not cell.ff]
        nand = [cell for cell in two if (f := _function(cell, cell.outputs[0])) and len(f[1]) == 3]

        def two_input(rows: list[list[int]]) -> Cell | None:
            return smallest([cell for cell in two if (f := _function(cell, cell.outputs[0])) and sorted(f[1]) == rows])

        # What memories of latches are put together from.
        self.and_gate = two_input([[1, 1]])
        self.or_gate = two_input([[0, 1], [1, 0], [1, 1]])
        self.nand = min(nand or inverters, key=lambda c: c.area)

    def mapping_text(self) -> str:
        """The library without the cells that mapping must not use."""
        return self.library.filtered(self.gates)

    def latch_pins(self) -> tuple[str, str, str]:
        """(enable, data, output) of the latch cell."""
        assert self.latch is not None
        assert self.latch.latch is not None
        a = self.latch.latch.attributes
        return a['enable'], a['data_in'], self.latch.outputs[0]

    def gate_pins(self) -> tuple[str, str, str]:
        """(clock, enable, output) of the clock gate cell."""
        cell = self.clock_gate
        assert cell is not None
        clock = next((p for p in cell.inputs if cell.pins[p].clock), None)
        if clock is None:
            for g in cell.group.all('pin'):
                if g.attributes.get('clock_gate_clock_pin') == 'true':
                    clock = g.arguments[0]
        if clock is None:
            raise LibertyError(f'{self.library.path}: cell {cell.name} does not say which pin is its clock')
        enable = next(p for p in cell.inputs if p != clock)
        return clock, enable, cell.outputs[0]
