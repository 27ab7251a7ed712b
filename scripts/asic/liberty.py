# SPDX-License-Identifier: Apache-2.0
"""Reads what area, timing and power estimates need from Liberty files (.lib).

A file is cut into its cells first and a cell is parsed when it is asked for, so that a library of many
megabytes opens in about a second. Units are converted on the way in: capacitance in farad, time in
second, energy in joule (a toggle), power in watt, area as it is (um2 by convention).
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import TypeAlias

# A Boolean expression: a name, '0', '1', ('!', tree), or (operator, left, right) with ^, & or |.
Tree: TypeAlias = 'str | tuple[str, Tree] | tuple[str, Tree, Tree]'


class LibertyError(Exception):
    """A library that cannot be used; the text is one line for the user."""


class Group:
    """One Liberty group: name(arguments) { attributes and groups }."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self.arguments = arguments
        self.attributes: dict[str, str] = {}
        self.complex: dict[str, list[str]] = {}
        self.groups: list[Group] = []

    def all(self, name: str) -> list[Group]:
        """The groups of this name in this one."""
        return [g for g in self.groups if g.name == name]

    def first(self, name: str) -> Group | None:
        """The first group of this name, or None."""
        return next((g for g in self.groups if g.name == name), None)


_TOKEN = re.compile(r'"[^"]*"|[{}();:,]|[^\s{}();:,"]+')


def _unquote(text: str) -> str:
    return text[1:-1] if text.startswith('"') else text


def parse_group(text: str, where: str) -> Group:
    """The group that `text` holds. Raises LibertyError if brackets do not match."""
    tokens = _TOKEN.findall(text)
    i = 0
    root = None
    stack: list[Group] = []
    try:
        while i < len(tokens):
            token = tokens[i]
            if token == '}':
                done = stack.pop()
                if not stack:
                    root = done
                    break
                i += 1
            elif token in ';,':
                i += 1
            elif tokens[i + 1] == ':':
                # An expression may be several words: up to the semicolon, or to the next line's
                # attribute where it was forgotten, which needs a look ahead.
                words: list[str] = []
                i += 2
                while tokens[i] not in ';}':
                    if words and i + 1 < len(tokens) and tokens[i + 1] in ':(' and \
                            re.fullmatch(r'[a-z_0-9]+', tokens[i]) and words[0].startswith('"'):
                        break
                    words.append(tokens[i])
                    i += 1
                stack[-1].attributes[token] = _unquote(words[0]) if len(words) == 1 else ' '.join(words)
            elif tokens[i + 1] == '(':
                arguments = []
                i += 2
                depth = 1
                while True:
                    if tokens[i] == '(':
                        depth += 1
                    elif tokens[i] == ')':
                        depth -= 1
                        if depth == 0:
                            break
                    elif tokens[i] != ',':
                        arguments.append(_unquote(tokens[i]))
                    i += 1
                i += 1
                if i < len(tokens) and tokens[i] == '{':
                    group = Group(token, arguments)
                    if stack:
                        stack[-1].groups.append(group)
                    stack.append(group)
                    i += 1
                else:
                    stack[-1].complex[token] = arguments
            else:
                raise LibertyError(f'{where}: cannot read the Liberty text near "{token}"')
    except IndexError:
        raise LibertyError(f'{where}: the Liberty text ends too early; is the file whole?') from None
    if root is None:
        raise LibertyError(f'{where}: a bracket is missing; is the file whole?')
    return root


def numbers(arguments: list[str]) -> list[float]:
    """The numbers of index_1 ("1, 2") or values ("1, 2", "3, 4"), in one list."""
    return [float(x) for x in re.findall(r'[-+0-9.eE]+', ' '.join(arguments))]


class Table:
    """A lookup table of one value, or over one or two variables; linear between and beyond its points."""

    def __init__(self, axes: list[tuple[str, list[float]]], values: list[float], scale: float) -> None:
        self.axes = axes  # [(variable, [points])]
        self.values = [v * scale for v in values]

    @staticmethod
    def _place(points: list[float], x: float) -> tuple[int, float]:
        i = min(max(bisect_right(points, x) - 1, 0), len(points) - 2)
        return i, (x - points[i]) / (points[i + 1] - points[i])

    def at(self, slew: float, load: float) -> float:
        """The value at an input transition (s) and an output load (F)."""
        if not self.axes:
            return self.values[0]
        x = [load if 'capacitance' in variable else slew for variable, _ in self.axes]
        points = self.axes[0][1]
        if len(points) == 1:
            return self.values[0]
        i, f = self._place(points, x[0])
        if len(self.axes) == 1:
            return self.values[i] * (1 - f) + self.values[i + 1] * f
        n = len(self.axes[1][1])
        if n == 1:
            return self.values[i] * (1 - f) + self.values[i + 1] * f
        j, g = self._place(self.axes[1][1], x[1])
        v = self.values
        return ((v[i * n + j] * (1 - g) + v[i * n + j + 1] * g) * (1 - f) +
                (v[(i + 1) * n + j] * (1 - g) + v[(i + 1) * n + j + 1] * g) * f)


class Energy:
    """One internal_power group: joules of a rise and of a fall, under a condition."""

    def __init__(self, related: list[str], when: str | None, rise: Table | None, fall: Table | None) -> None:
        self.related = related
        self.when = when
        self.rise = rise
        self.fall = fall


class Arc:
    """A delay arc: tables of delay and output transition (s)."""

    def __init__(self, related: list[str], kind: str, tables: dict[str, Table]) -> None:
        self.related = related
        self.kind = kind
        self.tables = tables  # cell_rise, cell_fall, rise_transition, fall_transition


class Pin:
    """A pin, or a bus of `width` equal pins."""

    def __init__(self, name: str, group: Group) -> None:
        self.name = name
        self.direction = group.attributes.get('direction', 'input')
        self.function = group.attributes.get('function')
        self.clock = group.attributes.get('clock', 'false') == 'true'
        self.width = 1
        self.capacitance = 0.0
        self.energies: list[Energy] = []
        self.arcs: list[Arc] = []


class Cell:
    """A cell: area (um2), leakage (W), pins, and its state element if it has one."""

    def __init__(self, library: Library, group: Group) -> None:
        self.name = group.arguments[0]
        self.group = group
        a = group.attributes
        self.area = float(a.get('area', 0))
        leakage = float(a['cell_leakage_power']) * library.power if 'cell_leakage_power' in a else None
        self.leakage_states: list[tuple[str, float]] = []
        for state in group.all('leakage_power'):
            value = float(state.attributes['value']) * library.power
            if 'when' in state.attributes:
                self.leakage_states.append((state.attributes['when'], value))
            elif leakage is None:
                leakage = value
        if leakage is None:
            values = [v for _, v in self.leakage_states]
            leakage = sum(values) / len(values) if values else 0.0
        self.leakage = leakage
        self.clock_gate = a.get('clock_gating_integrated_cell')
        self.ff = group.first('ff')
        self.latch = group.first('latch')
        self.dont_use = a.get('dont_use') == 'true'
        self.pins: dict[str, Pin] = {}
        for g in group.groups:
            if g.name in ('pin', 'bus'):
                for name in g.arguments:
                    self._add_pin(library, name, g)
        self.inputs = [p.name for p in self.pins.values() if p.direction == 'input']
        self.outputs = [p.name for p in self.pins.values() if p.direction == 'output']

    def _add_pin(self, library: Library, name: str, g: Group) -> None:
        pin = Pin(name, g)
        if g.name == 'bus':
            kind = next((t for t in self.group.all('type') + library.types
                         if t.arguments[0] == g.attributes.get('bus_type')), None)
            if kind is None:
                raise LibertyError(f'{library.path}: cell {self.name}: bus {name} has no type')
            pin.width = int(kind.attributes['bit_width'])
        caps = [p for p in [g] + g.all('pin') if 'capacitance' in p.attributes]
        values = [float(p.attributes['capacitance']) for p in (caps[1:] or caps)]
        pin.capacitance = sum(values) / len(values) * library.capacitance if values else 0.0
        for owner in [g] + g.all('pin'):
            for p in owner.all('internal_power'):
                rise = library.table(p.first('rise_power') or p.first('power'), library.energy)
                fall = library.table(p.first('fall_power') or p.first('power'), library.energy)
                pin.energies.append(Energy(p.attributes.get('related_pin', '').split(),
                                           p.attributes.get('when'), rise, fall))
            for t in owner.all('timing'):
                tables = {kind: table for kind in ('cell_rise', 'cell_fall', 'rise_transition', 'fall_transition')
                          if (table := library.table(t.first(kind), library.time))}
                if tables:
                    pin.arcs.append(Arc(t.attributes.get('related_pin', '').split(),
                                        t.attributes.get('timing_type', 'combinational'), tables))
        self.pins[name] = pin

    @property
    def memory(self) -> tuple[int, int] | None:
        """(address bits, word bits) of an SRAM macro, or None."""
        g = self.group.first('memory')
        return (int(g.attributes['address_width']), int(g.attributes['word_width'])) if g else None


class Library:
    """A Liberty file. `cells` are its names in order; `cell(name)` parses one."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            with open(path, encoding='utf-8', errors='replace') as f:
                text = f.read()
        except OSError as e:
            raise LibertyError(f'cannot read {path}: {e.strerror}; give a Liberty file (.lib)') from None
        text = re.sub(r'/\*.*?\*/', ' ', text, flags=re.S).replace('\\\n', ' ')
        text = re.sub(r'(?m)//.*$', ' ', text)
        if not re.match(r'\s*library\s*\(', text):
            raise LibertyError(f'{path} is no Liberty file: it does not begin with library(...)')
        self._text: dict[str, str] = {}
        head = []
        last = 0
        braces = re.compile(r'[{}]')
        for match in re.finditer(r'(?<![\w])cell\s*\(\s*"?([^")\s]+)"?\s*\)\s*{', text):
            depth = 1
            place = match.end()
            while depth:
                brace = braces.search(text, place)
                if brace is None:
                    raise LibertyError(f'{path}: cell {match[1]} has no end; is the file whole?')
                depth += 1 if brace[0] == '{' else -1
                place = brace.end()
            head.append(text[last:match.start()])
            self._text[match[1]] = text[match.start():place]
            last = place
        head.append(text[last:])
        if not self._text:
            raise LibertyError(f'{path} has no cells')
        self.head = ''.join(head)
        top = parse_group(self.head, path)
        self.name = top.arguments[0]
        a = top.attributes
        self.types = top.all('type')
        self.voltage = float(a.get('nom_voltage', 0))
        for conditions in top.all('operating_conditions'):
            self.voltage = self.voltage or float(conditions.attributes.get('voltage', 0))
        if not self.voltage:
            raise LibertyError(f'{path}: no nom_voltage and no operating_conditions with a voltage')
        number, unit = (top.complex.get('capacitive_load_unit') or ['1', 'pf'])[:2]
        self.capacitance = float(number) * {'ff': 1e-15, 'pf': 1e-12}[unit.lower()]
        self.time = self._unit(a.get('time_unit', '1ns'))
        # Internal power is energy per toggle: capacitance unit times voltage unit squared.
        self.energy = self.capacitance * self._unit(a.get('voltage_unit', '1V')) ** 2
        self.power = self._unit(a.get('leakage_power_unit', '1nW'))
        self.templates = {g.arguments[0]: g for g in top.groups
                          if g.name in ('lu_table_template', 'power_lut_template')}
        self._parsed: dict[str, Cell] = {}

    @staticmethod
    def _unit(text: str) -> float:
        match = re.fullmatch(r'\s*([0-9.]+)\s*([munpf]?)([sVWA]|Hz)\s*', text)
        if not match:
            raise LibertyError(f'unknown unit "{text}" in a Liberty file')
        return float(match[1]) * {'': 1, 'm': 1e-3, 'u': 1e-6, 'n': 1e-9, 'p': 1e-12, 'f': 1e-15}[match[2]]

    @property
    def cells(self) -> list[str]:
        """The cells' names, in the file's order."""
        return list(self._text)

    def text(self, name: str) -> str:
        """A cell's Liberty text."""
        return self._text[name]

    def cell(self, name: str) -> Cell:
        """The cell of this name. Raises LibertyError if there is none."""
        if name not in self._parsed:
            if name not in self._text:
                raise LibertyError(f'{self.path} has no cell {name}')
            self._parsed[name] = Cell(self, parse_group(self._text[name], f'{self.path}: {name}'))
        return self._parsed[name]

    def table(self, group: Group | None, scale: float) -> Table | None:
        """The table of a group such as cell_rise, scaled to SI units; None for no group."""
        if group is None:
            return None
        template = self.templates.get(group.arguments[0] if group.arguments else '')
        axes = []
        for i in (1, 2):
            index = group.complex.get(f'index_{i}') or (template.complex.get(f'index_{i}') if template else None)
            variable = template.attributes.get(f'variable_{i}') if template else None
            if index is None or variable is None:
                break
            unit = self.capacitance if 'capacitance' in variable else self.time
            axes.append((variable, [x * unit for x in numbers(index)]))
        values = numbers(group.complex.get('values', []))
        points = 1
        for _, places in axes:
            points *= len(places)
        if len(values) != points:
            raise LibertyError(f'{self.path}: a {group.name} table has {len(values)} values for {points} points')
        return Table(axes, values, scale)

    def filtered(self, names: Iterable[str]) -> str:
        """The library's text with only these cells, for tools that have no list of cells to leave out."""
        close = self.head.rstrip().rindex('}')
        return self.head[:close] + '\n'.join(self._text[n] for n in names) + '\n}\n'


# Boolean expressions of Liberty: ! and ' (postfix) bind first, then ^, then & * and blanks, then | +.

def _tokens(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_][\w]*(?:\[\d+\])?|[01]|[!'^&*|+()]", text)


def _parse_expression(expression: str) -> Tree:
    """The tree of an expression. Raises LibertyError if it cannot be read."""
    tokens = _tokens(expression)
    place = 0

    def peek() -> str | None:
        return tokens[place] if place < len(tokens) else None

    def primary() -> Tree:
        nonlocal place
        token = peek()
        if token is None:
            raise LibertyError(f'cannot read the expression "{expression}"')
        place += 1
        if token == '!':
            return ('!', primary())
        if token == '(':
            result = alternation()
            if peek() != ')':
                raise LibertyError(f'a bracket is missing in the expression "{expression}"')
            place += 1
        elif token in ('0', '1') or re.match(r'[A-Za-z_]', token):
            result = token
        else:
            raise LibertyError(f'cannot read the expression "{expression}"')
        while peek() == "'":
            place += 1
            result = ('!', result)
        return result

    def exclusive() -> Tree:
        nonlocal place
        result = primary()
        while peek() == '^':
            place += 1
            result = ('^', result, primary())
        return result

    def conjunction() -> Tree:
        nonlocal place
        result = exclusive()
        while (token := peek()) is not None and token not in '|+)':
            if token in '&*':
                place += 1
            result = ('&', result, exclusive())
        return result

    def alternation() -> Tree:
        nonlocal place
        result = conjunction()
        while (token := peek()) is not None and token in '|+':
            place += 1
            result = ('|', result, conjunction())
        return result

    result = alternation()
    if place != len(tokens):
        raise LibertyError(f'cannot read the expression "{expression}"')
    return result


def to_verilog(expression: str) -> str:
    """A Liberty expression as a Verilog one."""
    def text(tree: Tree) -> str:
        if isinstance(tree, str):
            return f"1'b{tree}" if tree in ('0', '1') else tree
        if len(tree) == 2:
            return f'(~{text(tree[1])})'
        return f'({text(tree[1])} {tree[0]} {text(tree[2])})'
    return text(_parse_expression(expression))


def _evaluate(tree: Tree, values: Mapping[str, int]) -> int:
    """The value, 0 or 1, of a tree of _parse_expression for these values of its names."""
    if isinstance(tree, str):
        return int(tree) if tree in ('0', '1') else values[tree]
    if len(tree) == 2:
        return 1 - _evaluate(tree[1], values)
    left, right = _evaluate(tree[1], values), _evaluate(tree[2], values)
    return {'^': left ^ right, '&': left & right, '|': left | right}[tree[0]]


_compiled: dict[str, tuple[list[str], list[list[int]]]] = {}  # by expression, as truth() returns them


def variables(expression: str) -> list[str]:
    """The names in an expression."""
    return sorted({t for t in _tokens(expression) if re.match(r'[A-Za-z_]', t)})


def truth(expression: str) -> tuple[list[str], list[list[int]]]:
    """(names, rows): the rows of values of `names` that make the expression true."""
    if expression not in _compiled:
        names = variables(expression)
        tree = _parse_expression(expression)
        rows = []
        for row in range(1 << len(names)):
            bits = [(row >> k) & 1 for k in range(len(names))]
            if _evaluate(tree, dict(zip(names, bits, strict=True))):
                rows.append(bits)
        _compiled[expression] = (names, rows)
    return _compiled[expression]


def probability(expression: str, high: Mapping[str, float]) -> float:
    """How likely an expression is true, its inputs being high with the chances high[name], independently."""
    names, rows = truth(expression)
    total = 0.0
    for row in rows:
        p = 1.0
        for name, bit in zip(names, row, strict=True):
            p *= high[name] if bit else 1.0 - high[name]
        total += p
    return total


def library_name(path: str) -> str:
    """A directory name for a library: its file name without corner or ending."""
    return re.sub(r'\.lib$', '', os.path.basename(path))
