# SPDX-License-Identifier: Apache-2.0
"""Integrates power from a netlist's switching activity and the library's tables.

Everything is in SI units. Conditions (`when`) are weighed by how long their pins are high, as if the pins
were independent; a register's clock pin by how often its data differ from its output, which is how often it
toggles; data that change while the clock is high or low, by which of the two they did; a macro's accesses
by its enable inputs together.
"""

from collections.abc import Callable

from liberty import Cell, Energy, probability, truth, variables
from netlist import OUTSIDE_SLEW, Bit, Instance, Netlist

Chance = Callable[[str], float]  # of a condition


class Activity:
    """Of one net: rises and falls in a second, those while the clock was low apart; share of time high."""

    __slots__ = ('rises', 'falls', 'low_share', 'high')

    def __init__(self, rises: float, falls: float, low_share: float, high: float) -> None:
        self.rises = rises
        self.falls = falls
        self.low_share = low_share  # of the toggles
        self.high = high


STILL = Activity(0.0, 0.0, 0.0, 0.0)


def read_activity(path: str, netlist: Netlist, tick: float) -> dict[Bit, Activity]:
    """{net: Activity} from the file that activity.c wrote; `tick` is the simulator's unit in seconds."""
    instances = {i.name: i for i in netlist.instances}
    result = {}
    with open(path, encoding='utf-8') as f:
        seconds = int(f.readline().split()[1]) * tick
        for line in f:
            name, pin, bit, *counts = line.split()
            rises_low, rises_high, falls_low, falls_high, high = map(int, counts)
            bits = netlist.ports[pin][1] if name == '*' else instances[name].pins.get(pin, [])
            if int(bit) >= len(bits) or isinstance(bits[int(bit)], str):
                continue
            toggles = rises_low + rises_high + falls_low + falls_high
            result[bits[int(bit)]] = Activity((rises_low + rises_high) / seconds, (falls_low + falls_high) / seconds,
                                              (rises_low + falls_low) / toggles if toggles else 0.0,
                                              high * tick / seconds)
    return result


class Integrator:
    """Power of a netlist. `clock` is the rate of clk_i in hertz."""

    def __init__(self, netlist: Netlist, activity: dict[Bit, Activity], voltage: float, clock: float) -> None:
        self.netlist = netlist
        self.activity = activity
        self.voltage = voltage
        self.clock_rate = clock
        self.clocks = netlist.clock_nets()
        root = netlist.ports['clk_i'][1][0]
        activity[root] = Activity(clock, clock, 0.5, 0.5)

    def of(self, bit: Bit) -> Activity:
        """The activity of a net or constant."""
        if isinstance(bit, str):
            return Activity(0.0, 0.0, 0.0, 1.0 if bit == '1' else 0.0)
        return self.activity.get(bit, STILL)

    def _high(self, inst: Instance) -> dict[str, float]:
        """Shares of time at 1, by pin."""
        return {pin: self.of(bits[0]).high if bits else 0.0 for pin, bits in inst.pins.items()}

    def leakage(self, inst: Instance) -> float:
        """Watts: by state where the library states it, else the cell's one value."""
        cell = inst.cell
        if not cell.leakage_states:
            return cell.leakage
        high = self._high(inst)
        total, covered = 0.0, 0.0
        for when, value in cell.leakage_states:
            if not all(v in high for v in variables(when)):
                return cell.leakage
            p = probability(when, high)
            total += p * value
            covered += p
        return total / covered if covered > 1.0 else total + (1.0 - covered) * cell.leakage

    @staticmethod
    def _weighted(entries: list[Energy], chance: Chance, slew: float, load: float) -> tuple[float, float]:
        """Mean (rise, fall) energies of internal_power entries under conditions with these chances."""
        sums, covered, default = [0.0, 0.0], 0.0, None
        for entry in entries:
            rise = entry.rise.at(slew, load) if entry.rise else 0.0
            fall = entry.fall.at(slew, load) if entry.fall else 0.0
            if entry.when is None:
                default = (rise, fall)
                continue
            p = chance(entry.when)
            covered += p
            sums[0] += p * rise
            sums[1] += p * fall
        if default is not None and covered == 0.0:
            return default
        if covered > 1.0 or default is None:
            return (sums[0] / covered, sums[1] / covered) if covered > 1e-9 else (0.0, 0.0)
        return sums[0] + (1.0 - covered) * default[0], sums[1] + (1.0 - covered) * default[1]

    def _output(self, inst: Instance, pin: str, index: int, high: dict[str, float]) -> float:
        """Watts of an output pin's internal power."""
        definition = inst.cell.pins[pin]
        bit = inst.pins[pin][index]
        activity = self.of(bit)
        if not definition.energies or activity.rises + activity.falls == 0.0:
            return 0.0
        load = self.netlist.loads.get(bit, 0.0)
        by_input: dict[str, list[Energy]] = {}
        for entry in definition.energies:
            for related in entry.related or ['']:
                by_input.setdefault(related, []).append(entry)
        result, weights = 0.0, 0.0
        equal = 0.0
        for related, entries in by_input.items():
            bits = inst.pins.get(related, [])
            cause = self.of(bits[0]) if bits else STILL
            slew = self.netlist.slews.get(bits[0], OUTSIDE_SLEW) if bits else OUTSIDE_SLEW
            if bits and bits[0] in self.clocks:
                slew = OUTSIDE_SLEW
            rise, fall = self._weighted(entries, lambda w: probability(w, high), min(slew, 5e-9), load)
            power = activity.rises * rise + activity.falls * fall
            weight = cause.rises + cause.falls
            result += weight * power
            weights += weight
            equal += power / len(by_input)
        return result / weights if weights else equal

    def _register_chance(self, inst: Instance, clock_pin: str) -> Chance:
        """Chances of a condition at a register's clock edge, from how often its output toggles."""
        state = inst.cell.ff
        assert state is not None
        data = state.attributes.get('next_state', '').strip('"() ')
        output = next((p for p in inst.cell.outputs if inst.cell.pins[p].function in
                       (state.arguments[0], f'({state.arguments[0]})')), None)
        high = self._high(inst)
        edges = self.of(inst.pins[clock_pin][0]).rises
        if data not in inst.pins or output is None or not inst.pins.get(output) or edges == 0.0:
            return lambda when: probability(when, high)
        q = self.of(inst.pins[output][0])
        up, down = min(1.0, q.rises / edges), min(1.0, q.falls / edges)
        stays_high = max(0.0, min(1.0 - up - down, q.high - down))
        joint = {(1, 0): up, (0, 1): down, (1, 1): stays_high, (0, 0): max(0.0, 1.0 - up - down - stays_high)}
        inverse = [p for p in inst.cell.outputs if p != output]

        def chance(when: str) -> float:
            names, rows = truth(when)
            total = 0.0
            for row in rows:
                value = dict(zip(names, row, strict=True))
                for pin in inverse:
                    if pin in value and value.setdefault(output, 1 - value[pin]) != 1 - value[pin]:
                        break
                else:
                    p = sum(c for (d, s), c in joint.items()
                            if value.get(data, d) == d and value.get(output, s) == s)
                    for name, bit in value.items():
                        if name not in (data, output) and name not in inverse:
                            p *= high[name] if bit else 1.0 - high[name]
                    total += p
            return total
        return chance

    def _input(self, inst: Instance, pin: str, index: int, high: dict[str, float],
               chance: Chance | None = None) -> float:
        """Watts of an input pin's internal power."""
        definition = inst.cell.pins[pin]
        activity = self.of(inst.pins[pin][index])
        if not definition.energies or activity.rises + activity.falls == 0.0:
            return 0.0
        bit = inst.pins[pin][index]
        slew = OUTSIDE_SLEW if bit in self.clocks else self.netlist.slews.get(bit, OUTSIDE_SLEW)
        if chance is None:
            # A sequential cell's clock pin in a condition: where the clock was at the toggles.
            here = dict(high)
            for other, bits in inst.pins.items():
                if other != pin and bits and bits[0] in self.clocks and not inst.macro:
                    here[other] = 1.0 - activity.low_share if self.clocks[bits[0]] is None else \
                        (1.0 - activity.low_share) * 2.0 * self.of(bits[0]).high

            def chance_here(when: str) -> float:
                return probability(when, here)
            chance = chance_here
        rise, fall = self._weighted(definition.energies, chance, min(slew, 5e-9), 0.0)
        return activity.rises * rise + activity.falls * fall

    def cell_power(self, inst: Instance) -> tuple[float, float]:
        """(internal watts at clock pins, other internal watts) of a standard cell."""
        high = self._high(inst)
        clock, other = 0.0, 0.0
        for pin, bits in inst.pins.items():
            definition = inst.cell.pins[pin]
            if not bits:
                continue
            if definition.direction == 'output':
                power = self._output(inst, pin, 0, high)
                if inst.cell.clock_gate:
                    clock += power
                else:
                    other += power
            elif bits[0] in self.clocks:
                chance = self._register_chance(inst, pin) if inst.cell.ff else None
                clock += self._input(inst, pin, 0, high, chance)
            else:
                other += self._input(inst, pin, 0, high)
        return clock, other

    def macro_power(self, inst: Instance) -> tuple[float, float]:
        """(access watts, accesses in a second) of an SRAM macro, its outputs' internal power included."""
        high = {pin: self.of(bits[0]).high if bits else 0.0 for pin, bits in inst.pins.items()}
        total, accesses = 0.0, 0.0
        assert inst.macro is not None
        for port in inst.macro.family.ports:
            names = {role: pin.lstrip('!') for role, pin in port.items()}
            asserted = {role: 1.0 - high[pin] if port[role].startswith('!') else high[pin]
                        for role, pin in names.items() if role in ('enable', 'write', 'read')}
            enable, write, read = asserted['enable'], asserted.get('write'), asserted.get('read')
            writes = min(enable, write) if write is not None else 0.0
            reads = min(enable, read) if read is not None else max(0.0, enable - writes)
            reads = min(reads, 1.0 - writes)
            states = [(writes, 1, 1, 0), (reads, 1, 0, 1), (max(0.0, 1.0 - writes - reads), 0, 0, 0)]

            def chance(when: str, states: list[tuple[float, int, int, int]] = states,
                       names: dict[str, str] = names, port: dict[str, str] = port) -> float:
                result = 0.0
                for p, *values in states:
                    here = dict(high)
                    for role, value in zip(('enable', 'write', 'read'), values, strict=True):
                        if role in names:
                            here[names[role]] = 1.0 - value if port[role].startswith('!') else float(value)
                    result += p * probability(when, here)
                return result
            clock = self.of(inst.pins[names['clock']][0])
            accesses += (writes + reads) * clock.rises
            total += self._input(inst, names['clock'], 0, high, chance)
        for pin, bits in inst.pins.items():
            definition = inst.cell.pins[pin]
            if any(pin == p['clock'] for p in inst.macro.family.ports):
                continue
            for index, bit in enumerate(bits):
                if isinstance(bit, str):
                    continue
                if definition.direction == 'output':
                    total += self._output(inst, pin, index, high)
                else:
                    total += self._input(inst, pin, index, high)
        return total, accesses

    def switching(self, net: Bit) -> float:
        """Watts of charging a net: C V^2 for each rise."""
        return self.of(net).rises * self.netlist.loads.get(net, 0.0) * self.voltage ** 2


class Tree:
    """A buffer tree to `sinks` pins: at most `fanout` pins or buffers for each buffer."""

    def __init__(self, sinks: int, pin_cap: float, fanout: int, per_sink: float, buffers: list[Cell]) -> None:
        self.buffers = 0
        self.area = 0.0
        self.energy = 0.0      # J a cycle, internal
        self.cap = 0.0         # F that toggles, buffers' inputs and wires to them
        self.leakage = 0.0     # W
        self.cell = None
        level, cap = sinks, pin_cap
        while level > fanout:
            count = -(-level // fanout)
            load = level / count * (cap + per_sink)
            cell = next((b for b in buffers if _edge(b, load) <= 0.4e-9), buffers[-1])
            self.cell = self.cell or cell
            out, inp = cell.outputs[0], cell.inputs[0]
            self.buffers += count
            self.area += count * cell.area
            self.leakage += count * cell.leakage
            energies = cell.pins[out].energies
            if energies:
                self.energy += count * sum((e.rise.at(OUTSIDE_SLEW, load) if e.rise else 0.0) +
                                           (e.fall.at(OUTSIDE_SLEW, load) if e.fall else 0.0)
                                           for e in energies) / len(energies)
            level, cap = count, cell.pins[inp].capacitance
            self.cap += count * (cap + per_sink)


def _edge(buffer: Cell, load: float) -> float:
    """A buffer's mean output transition (s) at a load."""
    values = [t.at(OUTSIDE_SLEW, load) for arc in buffer.pins[buffer.outputs[0]].arcs
              for kind, t in arc.tables.items() if 'transition' in kind]
    return sum(values) / len(values) if values else 0.0
