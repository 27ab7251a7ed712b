#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Area, timing and power of nrc_encoder in a cell library (docs/asic.md): make asic.

For each library, profile and channel count: Yosys maps the RTL, memories become SRAM macros or latches,
Icarus Verilog plays recordings through the gate netlist with the cells' delays (Verilator, without them, where
many clocks come before those that are measured), its packets are compared
with the golden model's, OpenSTA checks the setup times, and the activity is integrated over the library's
tables. Writes OUT/LIBRARY/PROFILE-CHANNELS/report.json and report.txt.
"""

import argparse
import concurrent.futures
import dataclasses
import glob
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import wave
from typing import Any

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import memory
import netlist as gates
import power
import rom
from liberty import LibertyError, Library, library_name
from technology import Technology

import hardware

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RATE = 19531.25  # Hz, a channel
WARM_CLOCKS = 100_000  # before the window, from which on compiling the netlist for Verilator is worth its minutes
CLOSING = 10  # frames after the window: half a packet, since a command that reads samples knows only after a whole
              # one that there are no more
TIMING_PERIOD = 48.828e-9  # of constraints/nrc_encoder.sdc
HARDWARE = hardware.Hardware()
TABLES = 'default'  # the table set that is estimated
ROMS = {'huffman': ['nrc_huffman_rom'], 'range': ['nrc_edge_rom', 'nrc_cumulative_rom']}  # that are made in banks
ADDERS = 'scripts/asic/ripple_map.v'  # what they are made of
INCLUDES = ' '.join(f'-I{path}' for path in HARDWARE.include_directories)


class Failure(Exception):
    """What stops an estimate; one line for the user."""


def run(command: list[str], log: str, what: str, **options: Any) -> None:
    """Runs a command with its output in a file; a failure names what and where."""
    with open(log, 'w', encoding='utf-8') as f:
        result = subprocess.run(command, stdout=f, stderr=subprocess.STDOUT, check=False, **options)
    if result.returncode != 0:
        with open(log, encoding='utf-8', errors='replace') as f:
            lines = [x.strip() for x in f if x.strip()]
        last = next((x for x in lines if re.search(r'error', x, re.I)), lines[-1] if lines else 'no message')
        raise Failure(f'{what} failed: {last} (log: {log})')


def table_bits() -> int:
    """Bits of a Huffman table's number."""
    name = next(path for path in HARDWARE.packages(TABLES) if path.endswith('/nrc_tables_pkg.sv'))
    with open(os.path.join(ROOT, name), encoding='utf-8') as f:
        tables = re.search(r'NumTables *= (\d+);', f.read())
    if not tables:
        raise Failure(f'{name} does not look as expected; run make generate')
    return (int(tables[1]) - 1).bit_length()


def sources() -> tuple[list[str], list[str]]:
    """(packages, modules) of the RTL, relative to ROOT, without the memories."""
    modules = HARDWARE.design_modules('encoder', TABLES)
    return HARDWARE.packages(TABLES), [path for path in modules if 'nrc_ram_' not in path]


def read_samples(directory: str, channels: int, frames: int, seed: int) -> bytes:
    """int16 samples, little-endian, channels in turn: the k-th channel is the k-th WAV file, round and round,
    each from a place of its own."""
    files = sorted(f for f in glob.glob(os.path.join(glob.escape(directory), '*')) if f.lower().endswith('.wav'))
    if not files:
        raise Failure(f'there is no WAV file in {directory}; give DATA=directory of recordings')
    place = random.Random(seed)
    tracks = []
    for k in range(channels):
        path = files[k % len(files)]
        try:
            with wave.open(path, 'rb') as w:
                if w.getnchannels() != 1 or w.getsampwidth() != 2 or w.getnframes() < frames:
                    raise Failure(f'cannot play {path}: give mono 16-bit WAV files of {frames} samples or more')
                w.setpos(place.randrange(w.getnframes() - frames + 1))
                tracks.append(w.readframes(frames))
        except (OSError, wave.Error, EOFError) as e:
            raise Failure(f'cannot read {path}: {e}') from None
    return b''.join(t[2 * i:2 * i + 2] for i in range(frames) for t in tracks)


@dataclasses.dataclass
class Powers:
    """Watts by kind, and what the clock and reset trees consist of."""

    clock: float = 0.0  # pins, nets and tree
    registers: float = 0.0
    gates: float = 0.0
    wires: float = 0.0
    leakage: float = 0.0
    access: float = 0.0
    memory_leakage: float = 0.0
    accesses: float = 0.0  # in a second
    tree_area: float = 0.0  # um2
    buffers: int = 0

    @property
    def logic(self) -> float:
        return self.clock + self.registers + self.gates + self.wires + self.leakage

    @property
    def memory(self) -> float:
        return self.access + self.memory_leakage


def default_buffer(channels: int, frugal: bool) -> int:
    """Words of the packet buffer; of a frugal one that of few channels still has room for a key packet."""
    words = max(64, 4 * channels) if frugal else 16 * channels
    return 1 << (words - 1).bit_length()


class Estimate:
    """One design in one library."""

    def __init__(self, options: argparse.Namespace, library: str, slow: str, sram: str,
                 profile: str, channels: int) -> None:
        self.options = options
        self.library_path, self.slow_path, self.sram = library, slow, sram
        self.profile, self.channels = profile, channels
        self.macro_scale: dict[str, float] = {}  # of access energies
        self.narrow = options.narrow
        self.link_rate = options.link_rate if profile == 'huffman' else 0.0  # Mbit/s; 0: no rate control
        self.shallow = options.pipeline == 'shallow' and not self.link_rate
        loop = HARDWARE.constants()['ShallowLoopLatency' if self.shallow and profile == 'huffman' else 'LoopLatency']
        frame = max(channels, loop)  # clocks
        self.clock = options.clock or frame * RATE
        if self.clock < frame * RATE:
            raise Failure(f'CLOCK={self.clock:g} is too slow: {channels} channels need {frame * RATE:g} Hz')
        self.gap = max(1, int(self.clock / (channels * RATE) + 1e-9)) if options.clock else 1
        # Where energy is to be saved, room for a packet of recordings and a third of another.
        frugal = self.narrow or (profile == 'range' and self.shallow)
        self.buffer_words = options.buffer or default_buffer(channels, frugal)
        # Packets that wait: of recordings, more than two find no room in a small buffer; rounded ones are short.
        self.queue_packets = 2 if frugal else 32 if self.link_rate else 8
        self.kind = profile if not self.narrow else 'narrow' if profile == 'huffman' else f'narrow-{profile}'
        self.name = f'{self.kind}-{channels}' + \
            (f'-{options.clock / 1e6:g}MHz' if options.clock else '') + \
            (f'-{self.link_rate:g}Mbit' if self.link_rate else '') + \
            (f'-{options.tag}' if options.tag else '')
        self.out = os.path.join(options.out, library_name(library), self.name)

    def path(self, name: str) -> str:
        """A file of this estimate."""
        return os.path.join(self.out, name)

    def say(self, text: str) -> None:
        """Tells a user at a terminal what is going on."""
        if sys.stderr.isatty():
            print(f'{library_name(self.library_path)} {self.name}: {text}', file=sys.stderr)

    def write(self, name: str, text: str) -> None:
        """Writes a file of this estimate."""
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(text)

    def go(self) -> dict[str, Any]:
        """Everything; returns the report. Raises Failure or LibertyError."""
        os.makedirs(self.out, exist_ok=True)
        for old in ('report.json', 'report.txt'):
            if os.path.exists(self.path(old)):
                os.remove(self.path(old))
        self.library = Library(self.library_path)
        self.technology = Technology(self.library)
        self.macros, self.slow_macros = memory.read_macros(self.sram, self.options.macros) if self.sram else ({}, {})
        self.say('synthesis')
        self.synthesise()
        self.net = gates.Netlist(self.path('netlist.json'), 'nrc_encoder', self.library, self.macros)
        cell_area = sum(i.cell.area for i in self.net.gates)
        self.wires = gates.Wires(self.options.wire_pitches, self.options.wire_cap * 1e-9, self.options.utilisation,
                                 cell_area / len(self.net.gates), sum(i.cell.area for i in self.net.macros))
        self.net.load(self.wires)
        self.net.propagate()
        self.net.verilog_file(self.path('netlist.v'), 'nrc_encoder')
        self.say('timing')
        slack = self.timing()
        self.say('simulation of the gate netlist')
        self.simulate()
        self.say('power')
        report = self.report(cell_area, slack)
        self.write('report.json.part', json.dumps(report, indent=2) + '\n')
        os.replace(self.path('report.json.part'), self.path('report.json'))
        return report

    # Synthesis.

    def parameters(self) -> dict[str, int]:
        """Parameters of nrc_encoder."""
        return {'Channels': self.channels, 'Profile': 1 if self.profile == 'range' else 0,
                'BufferWords': self.buffer_words, 'PacketFifoDepth': self.queue_packets,
                'Pipeline': int(self.shallow), 'Narrow': int(self.narrow), 'RateControl': int(self.link_rate != 0)}

    def yosys(self, name: str, script: str) -> None:
        """Runs a script, NAME.ys. Raises Failure with the first error."""
        self.write(name + '.ys', script)
        run(['yosys', '-q', '-l', self.path(name + '.log'), self.path(name + '.ys')], self.path(name + '.out'),
            'Yosys', cwd=ROOT)

    def memories(self) -> list[tuple[int, int, int]]:
        """The memories (width, depth, ports) that this design has."""
        packages, modules = sources()
        boxes = ''
        for _, head, _ in memory.HEADS.values():
            boxes += '(* blackbox *) ' + head + 'endmodule\n'
        self.write('memory_boxes.sv', boxes)
        chparam = ' '.join(f'-chparam {k} {v}' for k, v in self.parameters().items())
        self.yosys('memories', f'''read_verilog -sv {' '.join(packages)}
read_verilog -sv {self.path('memory_boxes.sv')}
read_verilog -sv -defer -nooverwrite -DSYNTHESIS {INCLUDES} {' '.join(modules)}
hierarchy -top nrc_encoder {chparam}
tee -q -o {self.path('memories.txt')} dump t:nrc_ram_1r1w t:nrc_ram_1rw
''')
        result = set()
        with open(self.path('memories.txt'), encoding='utf-8') as f:
            text = f.read()
        for block in re.split(r'\n(?=\s*cell )', text):
            block = block.split('connect', 1)[0]  # what follows are other modules' parameters
            match = re.search(r'cell \\(nrc_ram_\w+)', block)
            if match:
                values = {k: int(v, 2) if "'" in b else int(v) for k, b, v in
                          re.findall(r"parameter (?:signed )?\\(\w+) (?:(\d+'))?(\d+)", block)}
                one = match[1] == 'nrc_ram_1rw'
                result.add((values['Width'], values['Words' if one else 'Depth'], 1 if one else 2))
        return sorted(result)

    def synthesise(self) -> None:
        """Maps the RTL to cells, latches and macros: netlist.json."""
        self.choices = [memory.choose(w, d, p, self.macros, self.technology, self.options.latch_bits,
                                      self.options.energy_weight)
                        for w, d, p in self.memories()]
        used = {m.name: m for c in self.choices for m in c.row}
        t = self.technology
        self.write('memory.sv', memory.memory_modules(self.choices, t))
        cells = [c for c in (t.latch, t.clock_gate, t.delay, t.inverter, t.and_gate, t.or_gate) if c]
        self.write('boxes.v', memory.black_boxes(used.values(), cells))
        self.write('mapping.lib', t.mapping_text())
        gating = ''
        if t.clock_gate and self.options.gate_width:
            clock, enable, output = t.gate_pins()
            with open(os.path.join(HERE, 'clock_gate_map.v.in'), encoding='utf-8') as f:
                text = f.read()
            for key, value in (('WIDTH', str(self.options.gate_width)), ('CELL', t.clock_gate.name), ('CLOCK', clock),
                               ('ENABLE', enable), ('OUTPUT', output)):
                text = text.replace(f'@{key}@', value)
            self.write('clock_gate_map.v', text)
            gating = f'''opt_dff
techmap -map {self.path('clock_gate_map.v')}
opt_clean
opt_merge -share_all
'''
        load = 4 * t.nand.pins[t.nand.inputs[0]].capacitance
        self.write('abc.constr', f'set_driving_cell {t.buffer.name}\nset_load {load * 1e15:.3f}\n')
        # The fan-out limit keeps transitions short; STA shows whether the clock is reached.
        delay = int(TIMING_PERIOD * 1e12 * 0.6)
        self.write('abc.script', f'strash; ifraig; scorr; dc2; &get -n; &dch -f; &nf -p; &put; topo; '
                   f'buffer -N {self.options.fanout}; topo; dnsize -D {delay}; stime -p\n')
        packages, modules = sources()
        if t.latch and t.clock_gate:
            modules = [self.banked(name) for name in modules]
        chparam = ' '.join(f'-chparam {k} {v}' for k, v in self.parameters().items())
        tie = f'-hicell {" ".join(t.tie["high"])} -locell {" ".join(t.tie["low"])}' if len(t.tie) == 2 else ''
        script = f'''read_verilog -sv {' '.join(packages)}
read_verilog {self.path('boxes.v')}
read_verilog -sv -defer {self.path('memory.sv')}
read_verilog -sv -defer -DSYNTHESIS {INCLUDES} {' '.join(modules)}
hierarchy -top nrc_encoder {chparam}
synth -flatten -top nrc_encoder -run begin:fine
{gating}maccmap
techmap -map {ADDERS}
synth -top nrc_encoder -run fine:check
dfflibmap -liberty {self.path('mapping.lib')}
opt
abc -D {delay} -liberty {self.path('mapping.lib')} -constr {self.path('abc.constr')} -script {self.path('abc.script')}
{'hilomap -singleton ' + tie if tie else ''}
opt_clean
tee -q -o {self.path('area.txt')} stat -liberty {self.path('mapping.lib')}
write_json {self.path('netlist.json')}
'''
        self.map_cells(script, packages + modules)

    def banked(self, path: str) -> str:
        """The file of a module: of a ROM in banks, if it is one that this profile has, of latches for nrc_still, else
        the file itself."""
        name = os.path.splitext(os.path.basename(path))[0]
        if name == 'nrc_still':
            self.write(name + '.sv', rom.still_latches(self.technology))
            return self.path(name + '.sv')
        banks = self.options.rom_banks if self.profile == 'huffman' else self.options.range_rom_banks
        if banks == 1 or name not in ROMS[self.profile]:
            return path
        with open(os.path.join(ROOT, path), encoding='utf-8') as f:
            source = f.read()
        self.write(name + '.sv', rom.banked_rom(source, banks, table_bits(), self.technology)
                   if self.profile == 'huffman' else rom.banked_by_address(source, name, banks, self.technology))
        return self.path(name + '.sv')

    def map_cells(self, script: str, files: list[str]) -> None:
        """Runs Yosys, unless a netlist of the same script and files is there, here or for another clock."""
        digest = hashlib.sha256(script.replace(self.out, '').encode())
        written = ['boxes.v', 'memory.sv', 'mapping.lib', 'abc.constr', 'abc.script']
        if self.technology.clock_gate and self.options.gate_width:
            written.append('clock_gate_map.v')
        for name in [*files, ADDERS, *map(self.path, written)]:
            with open(os.path.join(ROOT, name), 'rb') as f:
                digest.update(hashlib.sha256(f.read()).digest())
        key = digest.hexdigest()
        for keyfile in sorted(glob.glob(os.path.join(glob.escape(os.path.dirname(self.out)), '*', 'synthesis.key'))):
            directory = os.path.dirname(keyfile)
            with open(keyfile, encoding='utf-8') as f:
                same = f.read() == key and os.path.exists(os.path.join(directory, 'netlist.json'))
            if same:
                if directory != self.out:
                    for name in ('netlist.json', 'area.txt'):
                        shutil.copyfile(os.path.join(directory, name), self.path(name))
                break
        else:
            if os.path.exists(self.path('synthesis.key')):
                os.remove(self.path('synthesis.key'))
            self.yosys('synthesis', script)
        self.write('synthesis.key', key)
        with open(self.path('netlist.json'), encoding='utf-8') as f:
            kinds = {c['type'].lstrip('\\') for c in json.load(f)['modules']['nrc_encoder']['cells'].values()}
        unknown = sorted(k for k in kinds if k not in self.macros and k not in self.library.cells)
        if unknown:
            raise Failure(f'{self.library_path} has no cell for {", ".join(unknown[:3])}; give a library with it')

    # Timing.

    def timing(self) -> float | None:
        """Setup slack in seconds at the slow corner."""
        if not shutil.which('sta'):
            return None
        used = sorted({m.name for c in self.choices for m in c.row})
        self.corner = 'slow' if self.slow_path else 'typical'
        self.typical_macros = [n for n in used if n not in self.slow_macros] if self.slow_path else []
        files = [self.slow_path or self.library_path]
        files += [self.slow_macros.get(n, self.macros[n].library.path) if self.slow_path else
                  self.macros[n].library.path for n in used]
        self.net.spef_file(self.path('netlist.spef'), 'nrc_encoder', self.wires)
        script = ''.join(f'read_liberty {f}\n' for f in files)
        self.hold()
        # Gates of the inverted clock have half of it.
        enables = f'report_checks -path_delay max -digits 3 -to [get_pins */{self.technology.gate_pins()[1]}]\n' \
            if any(i.cell.clock_gate for i in self.net.gates) else ''
        # This OpenSTA lacks a command of the constraints. Latches borrow time from the next half clock and
        # then have a slack of 0: registers, macros and outputs matter.
        script += f'''proc remove_from_collection {{from what}} {{
  set rest {{}}
  foreach object $from {{ if {{[lsearch -exact $what $object] < 0}} {{ lappend rest $object }} }}
  return $rest
}}
read_verilog {self.path('netlist.v')}
link_design nrc_encoder
read_sdc {os.path.join(ROOT, 'constraints/nrc_encoder.sdc')}
read_spef {self.path('netlist.spef')}
report_checks -path_delay max -digits 3 -fields {{capacitance slew}} -to [all_registers -edge_triggered -data_pins]
report_checks -path_delay max -digits 3 -fields {{capacitance slew}} -to [all_outputs]
{enables}exit
'''
        self.write('timing.tcl', script)
        run(['sta', '-no_splash', self.path('timing.tcl')], self.path('timing.log'), 'OpenSTA',
            stdin=subprocess.DEVNULL)
        with open(self.path('timing.log'), encoding='utf-8') as f:
            text = f.read()
        slacks = [float(x) for x in re.findall(r'^\s+(-?[0-9.]+)\s+slack', text, re.M)]
        if not slacks or 'Error' in text:
            line = next((x for x in text.splitlines() if 'Error' in x), 'no path')
            raise Failure(f'OpenSTA gave no slack: {line} (log: {self.path("timing.log")})')
        return min(slacks) * 1e-9

    def hold(self) -> None:
        """Endpoints whose data may come too soon at the typical corner, and the slack (ns) of the worst one."""
        used = sorted({m.name for c in self.choices for m in c.row})
        script = ''.join(f'read_liberty {f}\n' for f in
                         [self.library_path] + [self.macros[n].library.path for n in used])
        script += f'''read_verilog {self.path('netlist.v')}
link_design nrc_encoder
create_clock -name clk -period {TIMING_PERIOD * 1e9} [get_ports clk_i]
set_false_path -from [all_inputs]
read_spef {self.path('netlist.spef')}
report_checks -path_delay min -digits 3 -group_count 100000 -format end
exit
'''
        self.write('hold.tcl', script)
        run(['sta', '-no_splash', self.path('hold.tcl')], self.path('hold.log'), 'OpenSTA', stdin=subprocess.DEVNULL)
        with open(self.path('hold.log'), encoding='utf-8') as f:
            ends = re.findall(r'^(\S+)/(\S+) .* (-[0-9.]+) \(VIOLATED\)$', f.read(), re.M)
        macros = {i.name for i in self.net.macros}
        self.hold_macros = sum(1 for name, _, _ in ends if name in macros)
        self.hold_others = len(ends) - self.hold_macros
        self.hold_slack = min((float(slack) for _, _, slack in ends), default=0.0)

    # Simulation.

    def simulate(self) -> None:
        """Plays samples through the netlist: activity.txt. Raises Failure if its packets are not the golden model's."""
        o = self.options
        frames = o.warm + o.frames + CLOSING
        if o.data:
            samples = read_samples(o.data, self.channels, frames, o.seed)
            self.source = 'recordings'
        else:
            raw = self.path('synthetic.i16')
            run([o.nrc, 'synth', raw, '--force', '--channels', str(self.channels), '--seconds',
                 f'{frames / RATE + 0.01:.4f}'], self.path('synth.log'), 'nrc synth')
            with open(raw, 'rb') as f:
                samples = f.read(2 * frames * self.channels)
            self.source = 'synthetic signals'
        with open(self.path('samples.i16'), 'wb') as f:
            f.write(samples)
        with open(self.path('samples.i16'), 'rb') as i, open(self.path('golden.nrc'), 'wb') as g:
            result = subprocess.run([o.nrc, 'stream', 'encode', '--channels', str(self.channels), '--rate', str(RATE),
                                     '--profile', self.profile, '--mapping', 'shift6', '--packet-frames', '20',
                                     '--key-interval', '384', '--stream-number', '1', '--long-headers',
                                     *['--narrow'] * self.narrow,
                                     *['--link-rate', str(self.link_rate), '--link-buffer', str(self.buffer_words)]
                                     * (self.link_rate != 0)],
                                    stdin=i, stdout=g, stderr=subprocess.PIPE, check=False)
            if result.returncode:
                raise Failure(f'nrc stream encode failed: {result.stderr.decode().strip()}')
        self.write_models('models.v', delayed=True)
        self.net.delay_file(self.path('delays.v'), 'asic_tb.dut')
        self.net.state_file(self.path('state.svh'), 'dut')
        inputs = [n for n, (d, _) in self.net.ports.items() if d == 'input' and n != 'clk_i']
        lines = [f'* {n}' for n in inputs]
        for cell in {i.cell.name: i.cell for i in self.net.instances}.values():
            lines += [f'{cell.name} {p}' for p in cell.outputs]
        self.write('watch.txt', '\n'.join(lines) + '\n')
        self.half = max(1, round(0.5e12 / self.clock))
        resume = max(0, o.warm - 1)
        parameters = {'Channels': self.channels, 'Gap': self.gap, 'Half': self.half, 'Warm': o.warm,
                      'Window': o.frames, 'Frames': frames, 'Resume': resume,
                      'LinkWords': int(self.link_rate * 1e6 / 32 * 20 / RATE * 16)}
        for old in ('activity.txt', 'stream.nrc', 'warm.nrc', 'state.txt'):
            if os.path.exists(self.path(old)):
                os.remove(self.path(old))
        files = [f'+samples={self.path("samples.i16")}', f'+list={self.path("watch.txt")}',
                 f'+activity={self.path("activity.txt")}']
        ahead = resume > 0 and o.warm_simulator != 'icarus' and \
            (o.warm_simulator == 'verilator' or
             (resume * self.channels * self.gap >= WARM_CLOCKS and shutil.which('verilator') is not None))
        if ahead:
            self.warm(parameters, files)
        run(['iverilog', '-g2012', '-o', self.path('asic_tb.vvp'), '-s', 'asic_tb', '-s', 'asic_delays'] +
            [f'-Pasic_tb.{k}={v}' for k, v in parameters.items()] + [f'-I{self.out}'] +
            [os.path.join(HERE, 'asic_tb.sv'), self.path('netlist.v'), self.path('models.v'), self.path('delays.v')],
            self.path('iverilog.log'), 'Icarus Verilog')
        self.say('simulation of the gate netlist with delays')
        run(['vvp', '-n', '-M', o.vpi, '-m', 'activity', self.path('asic_tb.vvp'), *files,
             f'+stream={self.path("stream.nrc")}'] + [f'+resume={self.path("state.txt")}'] * ahead,
            self.path('simulation.log'), 'the simulation of the gate netlist')
        with open(self.path('simulation.log'), encoding='utf-8') as f:
            text = f.read()
        done = re.search(r'done (\d+) samples (\d+) packets (\d+) dropped', text)
        if 'FAIL' in text or not done:
            line = next((x for x in text.splitlines() if 'FAIL' in x), 'it did not come to its end')
            raise Failure(f'the gate netlist fails: {line} (log: {self.path("simulation.log")})')
        with open(self.path('stream.nrc'), 'rb') as a, open(self.path('golden.nrc'), 'rb') as b:
            stream, golden = a.read(), b.read()
        if ahead:
            with open(self.path('warm.nrc'), 'rb') as w:
                stream = w.read() + stream
        if stream != golden or int(done[3]) != 0:
            place = next((i for i, (x, y) in enumerate(zip(stream, golden, strict=False)) if x != y),
                         min(len(stream), len(golden)))
            raise Failure(f"the gate netlist's packets differ from the golden model's at byte {place} of {len(golden)} "
                          f'({self.path("stream.nrc")}, {self.path("golden.nrc")})')
        self.packets, self.bytes = int(done[2]), len(stream)

    def write_models(self, name: str, *, delayed: bool) -> None:
        """Writes the simulation models of the cells and macros that the netlist has."""
        used = {i.cell.name: i.cell for i in self.net.gates}
        macros = {i.macro.name: i.macro for i in self.net.macros if i.macro}
        self.write(name, gates.models(used.values(), delayed) + memory.macro_models(macros.values(), delayed))

    def warm(self, parameters: dict[str, int], files: list[str]) -> None:
        """Plays the samples before the last frame of the warming through the netlist in Verilator: the stream so far is
        warm.nrc, and state.txt what all registers and memories contain then."""
        if not shutil.which('verilator'):
            raise Failure('there is no verilator; install it, or give --warm-simulator icarus')
        self.write_models('models_without_delays.v', delayed=False)
        self.say('compilation for Verilator')
        directory = self.path('verilator')
        shutil.rmtree(directory, ignore_errors=True)
        # What runs once (initial values) is a large part of the code, and not worth optimising.
        run(['verilator', '--binary', '--timing', '-Wno-fatal', '-Wno-lint', '-Wno-style', '-Wno-MULTIDRIVEN',
             '--top-module', 'asic_tb', '--Mdir', directory, '-O3', '--output-split', '20000',
             '--output-split-cfuncs', '5000', '--build-jobs', str(os.cpu_count() or 1),
             '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0', f'-I{self.out}'] +
            [f'-G{k}={v}' for k, v in parameters.items()] +
            [os.path.join(HERE, 'asic_tb.sv'), self.path('netlist.v'), self.path('models_without_delays.v')],
            self.path('verilator.log'), 'Verilator')
        self.say('simulation of the frames before the window')
        run([os.path.join(directory, 'Vasic_tb'), *files, f'+stream={self.path("warm.nrc")}',
             f'+save={self.path("state.txt")}'], self.path('warm.log'), 'the simulation in Verilator')
        shutil.rmtree(directory)
        if not os.path.exists(self.path('state.txt')):
            raise Failure(f'the gate netlist did not come to its window in Verilator (log: {self.path("warm.log")})')

    # Power and the report.

    def report(self, cell_area: float, slack: float | None) -> dict[str, Any]:
        """Power, area (um2) and slack (s) of it all, written to report.txt."""
        net, o, voltage = self.net, self.options, self.library.voltage
        rate = 0.5e12 / self.half
        activity = power.read_activity(self.path('activity.txt'), net, 1e-12)
        integrator = power.Integrator(net, activity, voltage, rate)
        p = self.powers(integrator)
        memory_area = sum(i.cell.area for i in net.macros)
        cells = len(net.gates)
        flops = sum(1 for i in net.gates if i.cell.ff)
        latches = sum(1 for i in net.gates if i.cell.latch)
        clock_gates = sum(1 for i in net.gates if i.cell.clock_gate)
        gated = sum(len(net.sinks.get(b, [])) for b, g in integrator.clocks.items() if g is not None)
        columns = {
            'clock (MHz)': rate / 1e6,
            'cells': cells, 'flip-flops': flops, 'latches': latches, 'clock gates': clock_gates,
            'pins behind clock gates': gated,
            'cell area (um2)': cell_area, 'clock and reset buffers (um2)': p.tree_area,
            'memory area (um2)': memory_area,
            'cell area (um2/channel)': (cell_area + p.tree_area) / self.channels,
            'memory area (um2/channel)': memory_area / self.channels,
            'setup slack at 20.48 MHz (ns)': None if slack is None else slack * 1e9,
            'clock power (uW)': p.clock * 1e6, 'register power (uW)': p.registers * 1e6,
            'gate power (uW)': p.gates * 1e6, 'wire power (uW)': p.wires * 1e6,
            'leakage (uW)': p.leakage * 1e6, 'logic power (uW)': p.logic * 1e6,
            'memory access power (uW)': p.access * 1e6, 'memory leakage (uW)': p.memory_leakage * 1e6,
            'memory accesses (M/s)': p.accesses / 1e6,
            'logic (uW/channel)': p.logic * 1e6 / self.channels,
            'memory (uW/channel)': p.memory * 1e6 / self.channels,
            'total (uW/channel)': (p.logic + p.memory) * 1e6 / self.channels,
            'energy (pJ/sample)': (p.logic + p.memory) / (self.channels * RATE) * 1e12,
            'bits per sample': self.bytes * 8 / (self.channels * (o.warm + o.frames + CLOSING)),
        }
        if o.second:
            columns.update(self.second_corner(p))
        columns = {k: round(v, 6) if isinstance(v, float) else v for k, v in columns.items()}
        report: dict[str, Any] = {
            'target': library_name(self.library_path),
            'profile': self.kind, 'channels': self.channels,
            'kind': 'asic', 'columns': columns,
            'memories': [{'width': c.width, 'depth': c.depth, 'ports': c.ports, 'made of': c.kind}
                         for c in self.choices],
            'assumptions': {
                'buffer words': self.buffer_words, 'clocks from sample to sample': self.gap,
                'signal': self.source, 'frames before': o.warm, 'frames measured': o.frames,
                'voltage (V)': voltage, 'timing corner': getattr(self, 'corner', None),
                'macros without a slow library, timed at the typical one': getattr(self, 'typical_macros', []),
                'hold violations at macros, typical corner': getattr(self, 'hold_macros', None),
                'hold violations elsewhere': getattr(self, 'hold_others', None),
                'worst hold slack, 0 if none is violated (ns)': getattr(self, 'hold_slack', None),
                'wire (cell pitches a sink)': o.wire_pitches, 'wire (fF/um)': o.wire_cap,
                'wire (fF a sink)': round(self.wires.per_sink * 1e15, 3), 'utilisation': o.utilisation,
                'clock tree fan-out': o.tree_fanout, 'clock and reset buffers': p.buffers,
                'pipeline': 'shallow' if self.shallow else 'deep', 'link of rate control (Mbit/s)': self.link_rate,
                'registers gated from (bits)': o.gate_width,
                'banks of a ROM': o.rom_banks if self.profile == 'huffman' else o.range_rom_banks,
            },
            'verified': f"{self.packets} packets, {self.bytes} bytes as the golden model's",
        }
        self.modules(integrator)
        text = f"{report['target']}  {self.profile}, {self.channels} channels\n"
        text += ''.join(f'  {k:34}{v:>14,.3f}\n' if isinstance(v, float) else f'  {k:34}{v!s:>14}\n'
                        for k, v in columns.items())
        for c in self.choices:
            text += f"  memory {c.depth} x {c.width}, {c.ports} port{'s' if c.ports > 1 else ''}: {c.kind}\n"
        if hasattr(self, 'hold_slack'):
            text += f'  hold, typical corner: {self.hold_macros} violations at macros, {self.hold_others} elsewhere, ' \
                    f'worst slack {self.hold_slack:.3f} ns\n'
        if getattr(self, 'typical_macros', []):
            names = ', '.join(self.typical_macros)
            text += f'  setup slack: no slow library of {names}, timed at the typical one\n'
        text += f"  verified: {report['verified']}\n"
        self.write('report.txt', text)
        return report

    def powers(self, integrator: power.Integrator) -> 'Powers':
        """Power by kind, and the clock and reset trees."""
        net, o = integrator.netlist, self.options
        p = Powers()
        for inst in net.gates:
            clock, other = integrator.cell_power(inst)
            p.clock += clock
            if inst.cell.ff or inst.cell.latch or inst.cell.clock_gate:
                p.registers += other
            else:
                p.gates += other
            p.leakage += integrator.leakage(inst)

        def tree(bit: gates.Bit) -> power.Tree:
            sinks = net.sinks.get(bit, [])
            cap = sum(i.cell.pins[pin].capacitance for i, pin in sinks) / max(1, len(sinks))
            result = power.Tree(len(sinks), cap, o.tree_fanout, self.wires.per_sink, self.technology.buffers)
            p.tree_area += result.area
            p.leakage += result.leakage
            p.buffers += result.buffers
            return result
        for bit in net.loads:
            watts = integrator.switching(bit)
            if bit in integrator.clocks:
                branches = tree(bit)
                p.clock += watts + integrator.of(bit).rises * (branches.cap * integrator.voltage ** 2 + branches.energy)
            else:
                p.wires += watts
        tree(net.ports['rst_ni'][1][0])
        for inst in net.macros:
            watts, count = integrator.macro_power(inst)
            p.access += watts * self.macro_scale.get(inst.cell.name, 1.0)
            p.accesses += count
            p.memory_leakage += integrator.leakage(inst)
        return p

    def second_corner(self, first: 'Powers') -> dict[str, float]:
        """Energy of the same netlist with the same activity at the corner of --second, and what of it is logic.
        Macros without a library for that corner take as much less as those that have one do in the mean. Leakage stays
        that of the first: a corner of low voltage comes with the highest temperature, which multiplies it."""
        library = Library(self.options.second)
        both = [memory.Macro(Library(path), Library(path).cell(name), self.macros[name].family)
                for name, path in sorted(self.slow_macros.items()) if name in self.macros]
        scale = sum(m.access_energy / self.macros[m.name].access_energy for m in both) / len(both) if both else 1.0
        macros = self.macros | {m.name: m for m in both}
        self.macro_scale = {name: scale for name in self.macros if name not in self.slow_macros}
        net = gates.Netlist(self.path('netlist.json'), 'nrc_encoder', library, macros)
        net.load(self.wires)
        net.propagate()
        integrator = power.Integrator(net, power.read_activity(self.path('activity.txt'), net, 1e-12),
                                      library.voltage, 0.5e12 / self.half)
        p = self.powers(integrator)
        p.leakage, p.memory_leakage = first.leakage, first.memory_leakage
        self.macro_scale = {}
        samples = self.channels * RATE / 1e12
        return {'second corner (V)': library.voltage, 'second corner: logic (pJ/sample)': p.logic / samples,
                'second corner: memory (pJ/sample)': p.memory / samples,
                'second corner: energy (pJ/sample)': (p.logic + p.memory) / samples,
                'second corner: total (mW)': (p.logic + p.memory) * 1e3,
                'second corner: logic, share of the first': p.logic / first.logic,
                'second corner: macros without a library, share of the first': scale}

    def modules(self, integrator: power.Integrator) -> None:
        """modules.txt: cells, area and dynamic power by module. A register is in the module of its name, a gate
        in the module of the first register or macro that it leads to."""
        net = self.net
        labels: dict[str, str] = {}

        def label(inst: gates.Instance) -> str:
            path = []
            while inst.name not in labels:
                if inst.macro or inst.cell.ff or inst.cell.latch or inst.cell.clock_gate:
                    name = next((net.names[b] for p in inst.cell.outputs for b in inst.pins.get(p, [])
                                 if b in net.names), '')
                    labels[inst.name] = name.rsplit('.', 1)[0] if '.' in name else 'ports and unnamed'
                    break
                path.append(inst)
                labels[inst.name] = 'ports and unnamed'  # until known, and for what leads to outputs only
                following = next((s for p in inst.cell.outputs for b in inst.pins.get(p, [])
                                  for s, _ in net.sinks.get(b, [])), None)
                if following is None:
                    break
                if following.name in labels:
                    inst = following
                    break
                inst = following
            for passed in path:
                labels[passed.name] = labels[inst.name]
            return labels[inst.name]

        rows: dict[str, tuple[int, float, float]] = {}  # cells, um2, W
        for inst in net.instances:
            cells, area, watts = rows.setdefault(label(inst), (0, 0.0, 0.0))
            if inst.macro:
                continue
            watts += sum(integrator.cell_power(inst))
            watts += sum(integrator.switching(b) for p in inst.cell.outputs for b in inst.pins.get(p, [])
                         if b in net.loads)
            rows[label(inst)] = cells + 1, area + inst.cell.area, watts
        self.write('modules.txt', f'{"module":64}{"cells":>8}{"um2":>12}{"uW":>12}\n' + ''.join(
            f'{k:64}{n:8}{a:12.0f}{p * 1e6:12.2f}\n' for k, (n, a, p) in sorted(rows.items(), key=lambda x: -x[1][2])))


def build_vpi(directory: str) -> str:
    """Compiles activity.c for Icarus; returns the directory."""
    if not shutil.which('iverilog-vpi'):
        raise Failure('there is no iverilog-vpi; install the package iverilog')
    os.makedirs(directory, exist_ok=True)
    source = os.path.join(HERE, 'activity.c')
    target = os.path.join(directory, 'activity.vpi')
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        run(['iverilog-vpi', '--name=activity', source], os.path.join(directory, 'activity.log'), 'iverilog-vpi',
            cwd=directory)
    return directory


def main() -> int:
    """Exit status 1, with one line for each estimate that fails."""
    parser = argparse.ArgumentParser(description='Area, timing and power of nrc_encoder in a cell library')
    parser.add_argument('--liberty', required=True, help='standard cells, .lib; several with commas')
    parser.add_argument('--slow', default='', help='the same cells at the slow corner, for timing')
    parser.add_argument('--second', default='', help='the same cells at another corner, for the energy there')
    parser.add_argument('--sram', default='', help='directory with .lib files of SRAM macros')
    parser.add_argument('--macros', default=os.path.join(HERE, 'macros.json'), help='pin names of SRAM macros')
    parser.add_argument('--profile', default='huffman,range')
    parser.add_argument('--channels', default='1024,256,32,8')
    parser.add_argument('--clock', type=float, help='Hz (default: what the channels need)')
    parser.add_argument('--buffer', type=int,
                        help='words of packet buffer (default: 16 a channel; for the range profile in the shallow '
                        'pipeline, and with --narrow, 4 a channel, at least 64)')
    parser.add_argument('--data', help='directory of mono 16-bit WAV files')
    parser.add_argument('--warm', type=int, default=520,
                        help='frames before the measured ones (default %(default)s: past the pace after a key packet)')
    parser.add_argument('--warm-simulator', choices=['auto', 'icarus', 'verilator'], default='auto',
                        help='what plays those: Icarus Verilog, or Verilator, which hands the state over to it '
                        f'(default: Verilator if it is installed and they take {WARM_CLOCKS} clocks or more)')
    parser.add_argument('--frames', type=int, default=40, help='frames measured (default %(default)s)')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--pipeline', choices=['shallow', 'deep'], default='shallow')
    parser.add_argument('--narrow', action='store_true', help='with the narrow state')
    parser.add_argument('--link-rate', type=float, default=0.0, metavar='MBIT',
                        help='the Huffman profile with rate control, in its deep pipeline, for a link of that many '
                        'Mbit/s')
    parser.add_argument('--gate-width', type=int, default=2,
                        help='registers with enable from so many bits get a clock gate; 0: none')
    parser.add_argument('--rom-banks', type=int, default=8, help='banks of the Huffman ROM; 1: one block of gates')
    parser.add_argument('--range-rom-banks', type=int, default=8, help='banks of each ROM of the range profile')
    parser.add_argument('--energy-weight', type=float, default=memory.ENERGY_WEIGHT,
                        help='um2 of macros that one pJ less for a read and a write is worth; 0: least area '
                        '(default %(default)g)')
    parser.add_argument('--latch-bits', type=int, default=40960,
                        help='no memory of two ports with more bits is made of latches where macros would do, and none '
                        'of one port with more than a quarter of them (default %(default)s)')
    parser.add_argument('--fanout', type=int, default=24, help='gates that one gate drives at most')
    parser.add_argument('--tree-fanout', type=int, default=20, help='pins of one clock buffer')
    parser.add_argument('--wire-pitches', type=float, default=3.7, help='wire length a sink, in cell pitches')
    parser.add_argument('--wire-cap', type=float, default=0.2, help='wire capacitance, fF/um')
    parser.add_argument('--utilisation', type=float, default=0.7)
    parser.add_argument('--tag', default='', help='ending for the directory of a variant')
    parser.add_argument('--nrc', default='build/nrc', help='the golden model')
    parser.add_argument('--out', default='build/asic')
    parser.add_argument('--jobs', type=int, default=1)
    options = parser.parse_args()
    options.out, options.nrc = os.path.abspath(options.out), os.path.abspath(options.nrc)
    try:
        libraries = [os.path.abspath(p) for p in options.liberty.split(',') if p]
        slow = options.slow.split(',') + [''] * len(libraries)
        sram = options.sram.split(',') + [''] * len(libraries)
        for path in libraries + [p for p in slow if p]:
            if not os.path.isfile(path):
                raise Failure(f'there is no file {path}; give LIBERTY=path of a Liberty file (.lib)')
        if not os.access(options.nrc, os.X_OK):
            raise Failure(f'there is no {options.nrc}; run make build')
        if options.frames < 1 or options.warm < 0 or options.frames % 20:
            raise Failure('give FRAMES as a multiple of 20, the frames of a packet')
        if options.narrow and options.frames % 40:
            raise Failure('give FRAMES as a multiple of 40 with NARROW=1: packets have 20 frames, and part of the '
                          'state moves in every eighth')
        if options.link_rate < 0 or (options.link_rate and options.narrow):
            raise Failure('give --link-rate in Mbit/s, and not with the narrow state')
        for banks in (options.rom_banks, options.range_rom_banks):
            if banks < 1 or banks & (banks - 1) or banks > 256:
                raise Failure('give --rom-banks and --range-rom-banks a power of two, 1 to 256')
        profiles = options.profile.split(',')
        if set(profiles) - {'huffman', 'range'}:
            raise Failure(f'unknown profile "{options.profile}"; give huffman, range or both with a comma')
        try:
            counts = [int(c) for c in options.channels.split(',')]
        except ValueError:
            raise Failure(f'cannot read CHANNELS={options.channels}; give numbers with commas') from None
        if not all(1 <= c <= 65536 for c in counts):
            raise Failure(f'CHANNELS={options.channels}: give 1 to 65536')
        if options.buffer is not None and (options.buffer < 4 or options.buffer & (options.buffer - 1)):
            raise Failure(f'BUFFER={options.buffer}: give a power of two, 4 or more')
        options.vpi = build_vpi(os.path.join(options.out, 'vpi'))
        estimates = [Estimate(options, path, os.path.abspath(slow[k]) if slow[k] else '',
                              os.path.abspath(sram[k]) if sram[k] else '', profile, count)
                     for k, path in enumerate(libraries) for profile in profiles for count in counts]
        failed = False
        with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
            futures = {pool.submit(e.go): e for e in estimates}
            for future in concurrent.futures.as_completed(futures):
                estimate = futures[future]
                try:
                    future.result()
                    with open(estimate.path('report.txt'), encoding='utf-8') as f:
                        print(f.read(), end='', flush=True)
                except (Failure, LibertyError) as e:
                    failed = True
                    print(f'asic: {estimate.name}: {e}', file=sys.stderr)
        return 1 if failed else 0
    except (Failure, LibertyError) as e:
        print(f'asic: {e}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
