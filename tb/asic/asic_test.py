#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/asic: Liberty reader, memory composition, activity counter and power integrator, with a
small library written for them. Every expected value is worked out by hand in a comment or from the text."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Sequence

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts/asic'))

import estimate
import memory
import netlist
import power
import rom
from liberty import LibertyError, Library, probability, to_verilog, truth
from technology import Technology

ROOT = os.environ.get('NRC_SOURCE_DIR') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Capacitance in fF, volts, so that an internal energy of 1 is 1 fF x (1 V)^2 = 1 fJ.
HEAD = '''/* a comment with { in it */
library (tiny) {
  capacitive_load_unit (1, ff);
  time_unit : "1ns";  voltage_unit : "1V";  leakage_power_unit : "1nW";  nom_voltage : 2.0;
  lu_table_template (delay) { variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;
    index_1 ("0, 1"); index_2 ("0, 10"); }
  power_lut_template (passive) { variable_1 : input_transition_time; index_1 ("0, 1"); }
'''
INV = '''
  cell (INV) {
    area : 2;
    leakage_power () { value : 10; when : "A"; }
    leakage_power () { value : 20; when : "!A"; }
    cell_leakage_power : 15;
    pin (A) { direction : input; capacitance : 2; }
    pin (Y) { direction : output; function : "!A"; max_capacitance : 100;
      timing () { related_pin : "A"; timing_type : combinational;
        cell_rise (delay) { values ("1, 2", "3, 4"); }
        cell_fall (delay) { values ("1, 2", "3, 4"); }
        rise_transition (delay) { values ("0.1, 0.1", "0.1, 0.1"); }
        fall_transition (delay) { values ("0.1, 0.1", \\
                                          "0.1, 0.1"); } }
      internal_power () { related_pin : "A"; rise_power (scalar) { values ("3"); }
        fall_power (scalar) { values ("1"); } }
    }
  }
'''
GATES = '''
  cell ("NAND2") { area : 3; cell_leakage_power : 5;
    pin (A) { direction : "input"; capacitance : 1; } pin (B) { direction : "input"; capacitance : 1; }
    pin (Y) { direction : "output"; function : "!(A*B)"; } }
  cell (BUF) { area : 3; cell_leakage_power : 5;
    pin (A) { direction : input; capacitance : 1; } pin (X) { direction : output; function : "A";
      timing () { related_pin : "A"; rise_transition (delay) { values ("0.1, 0.2", "0.1, 0.2"); }
        cell_rise (delay) { values ("0.1, 0.2", "0.1, 0.2"); } } } }
  cell (dlygate_1) { area : 4; cell_leakage_power : 5;
    pin (A) { direction : input; capacitance : 1; } pin (X) { direction : output; function : "A";
      timing () { related_pin : "A"; cell_rise (delay) { values ("0.4, 0.4", "0.4, 0.4"); } } } }
  cell (dlygate_2) { area : 4; cell_leakage_power : 5;
    pin (A) { direction : input; capacitance : 1; } pin (X) { direction : output; function : "A";
      timing () { related_pin : "A"; cell_rise (delay) { values ("0.6, 0.6", "0.6, 0.6"); } } } }
  cell (SPARE) { area : 1; dont_use : true; pin (A) { direction : input; }
    pin (Y) { direction : output; function : "A"; } }
  cell (LAT) { area : 4; cell_leakage_power : 1; latch (IQ, IQN) { enable : "G"; data_in : "D"; }
    pin (G) { direction : input; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; } }
  cell (ICG) { area : 5; cell_leakage_power : 1; dont_use : true; clock_gating_integrated_cell : latch_posedge;
    pin (CK) { direction : input; clock : true; capacitance : 1; } pin (E) { direction : input; capacitance : 1; }
    pin (GCK) { direction : output; } }
'''
DFF = '''
  cell (DFF) {
    area : 8; cell_leakage_power : 100;
    ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; clear : "!R"; }
    pin (CK) { direction : input; clock : true; capacitance : 3;
      internal_power () { when : "(D * Q)"; rise_power (scalar) { values ("4"); }
        fall_power (scalar) { values ("4"); } }
      internal_power () { when : "(!D * !Q)"; rise_power (scalar) { values ("6"); }
        fall_power (scalar) { values ("6"); } }
      internal_power () { when : "(D * !Q)"; rise_power (scalar) { values ("0"); }
        fall_power (scalar) { values ("10"); } }
      internal_power () { when : "(!D * Q)"; rise_power (scalar) { values ("0"); }
        fall_power (scalar) { values ("12"); } }
    }
    pin (D) { direction : input; capacitance : 1;
      internal_power () { when : "CK"; rise_power (passive) { values ("1, 1"); }
        fall_power (passive) { values ("1, 1"); } }
      internal_power () { when : "!CK"; rise_power (passive) { values ("5, 5"); }
        fall_power (passive) { values ("7, 7"); } }
    }
    pin (R) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ";
      timing () { related_pin : "CK"; timing_type : rising_edge;
        cell_rise (delay) { values ("0.2, 0.2", "0.2, 0.2"); }
        rise_transition (delay) { values ("0.1, 0.1", "0.1, 0.1"); } }
      internal_power () { related_pin : "CK"; rise_power (scalar) { values ("20"); }
        fall_power (scalar) { values ("30"); } } }
  }
'''


def macro(name: str, address_bits: int, width: int, area: float, write: float = 50) -> str:
    """A memory of one port that takes `write` fJ for a write, 40 fJ for a read and 8 fJ for an idle clock."""
    def bus(pin: str, kind: str, direction: str) -> str:
        return f'bus ({pin}) {{ bus_type : {kind}; direction : {direction}; capacitance : 1; }}\n'
    return f'''library ({name}_typ) {{
  capacitive_load_unit (1, ff); time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW"; nom_voltage : 2.0;
  type (word) {{ base_type : array; data_type : bit; bit_width : {width}; }}
  type (address) {{ base_type : array; data_type : bit; bit_width : {address_bits}; }}
  cell ({name}) {{ area : {area}; cell_leakage_power : 7;
    memory () {{ type : ram; address_width : {address_bits}; word_width : {width}; }}
    pin (CLK) {{ direction : input; clock : true; capacitance : 1;
      internal_power () {{ when : "EN & WE"; rise_power (scalar) {{ values ({write}); }}
        fall_power (scalar) {{ values (0); }} }}
      internal_power () {{ when : "EN & !WE"; rise_power (scalar) {{ values (40); }}
        fall_power (scalar) {{ values (0); }} }}
      internal_power () {{ when : "!EN & WE"; rise_power (scalar) {{ values (0); }}
        fall_power (scalar) {{ values (0); }} }}
      internal_power () {{ when : "!EN & !WE"; rise_power (scalar) {{ values (8); }}
        fall_power (scalar) {{ values (0); }} }} }}
    pin (EN) {{ direction : input; capacitance : 1; }}
    pin (WE) {{ direction : input; capacitance : 1; }}
    {bus('ADDR', 'address', 'input')}{bus('DIN', 'word', 'input')}{bus('DOUT', 'word', 'output')}
  }}
}}
'''


FAMILIES = {'families': [{'match': '^MEM', 'ports': [
    {'clock': 'CLK', 'enable': 'EN', 'write': 'WE', 'address': 'ADDR', 'data_in': 'DIN', 'data_out': 'DOUT'}]}]}


class AsicTest(unittest.TestCase):
    def setUp(self) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.directory = self._directory.name
        self.path = self.file('tiny.lib', HEAD + INV + GATES + DFF + '}\n')

    def tearDown(self) -> None:
        self._directory.cleanup()

    def file(self, name: str, text: str) -> str:
        path = os.path.join(self.directory, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def macros(self) -> tuple[dict[str, memory.Macro], dict[str, str]]:
        os.makedirs(os.path.join(self.directory, 'sram'), exist_ok=True)
        self.file('sram/MEM_8x4_typ.lib', macro('MEM_8x4', 3, 4, 100))
        self.file('sram/MEM_8x2_typ.lib', macro('MEM_8x2', 3, 2, 60))
        self.file('sram/MEM_32x4_typ.lib', macro('MEM_32x4', 5, 4, 250))
        self.file('sram/MEM_8x4_slow.lib', macro('MEM_8x4', 3, 4, 100))
        return memory.read_macros(os.path.join(self.directory, 'sram'),
                                  self.file('macros.json', json.dumps(FAMILIES)))

    # The reader.

    def test_cells_and_units(self) -> None:
        library = Library(self.path)
        self.assertEqual(library.voltage, 2.0)
        inv = library.cell('INV')
        self.assertEqual(inv.area, 2.0)
        self.assertAlmostEqual(inv.pins['A'].capacitance, 2e-15, delta=1e-24)
        self.assertAlmostEqual(inv.leakage, 15e-9, delta=1e-18)
        self.assertEqual([w for w, _ in inv.leakage_states], ['A', '!A'])
        self.assertAlmostEqual(inv.pins['Y'].energies[0].rise.at(0, 0), 3e-15, delta=1e-24)

    def test_tables_are_linear_between_and_beyond_points(self) -> None:
        table = Library(self.path).cell('INV').pins['Y'].arcs[0].tables['cell_rise']
        # 1 + 2 slew + load/10: 1 + 0.5 + 0.5 in the middle, 1 + 4 + 2 outside.
        self.assertAlmostEqual(table.at(0.25e-9, 5e-15) * 1e9, 2.0)
        self.assertAlmostEqual(table.at(2e-9, 20e-15) * 1e9, 7.0)

    def test_expressions(self) -> None:
        self.assertEqual(eval(to_verilog("!(A*B)+C'").replace('~', ' 1^'), {'A': 1, 'B': 1, 'C': 1}) & 1, 0)
        high = {'A': 0.5, 'B': 0.25, 'C': 0.1}
        self.assertAlmostEqual(probability('!(A*B)', high), 1 - 0.125)
        self.assertAlmostEqual(probability('A ^ B', high), 0.5 * 0.75 + 0.5 * 0.25)
        self.assertAlmostEqual(probability("A B' + C", high), 1 - (1 - 0.375) * 0.9)
        with self.assertRaises(LibertyError):
            to_verilog('(A * B')

    def test_conditions_of_two_names(self) -> None:
        # Rows (A, B) by hand. Two negations, negated brackets and both ways to write them: SRAM macros
        # select the energy of a read, a write and an idle clock by such conditions.
        a_only, b_only, both, none = [1, 0], [0, 1], [1, 1], [0, 0]
        for expression, rows in {
                '!A & !B': [none], '!A * !B': [none], '!A !B': [none], "A' B'": [none], "A'&B'": [none],
                '!(A | B)': [none], "(A + B)'": [none], '!!A & !B': [a_only],
                'A & !B': [a_only], '!A & B': [b_only], '!A | !B': [none, a_only, b_only],
                '!(A & B)': [none, a_only, b_only], '!A ^ !B': [a_only, b_only], '!A ^ B': [none, both],
                '!(!A & !B)': [a_only, b_only, both], '!A & !B | A & B': [none, both],
                "!A & (!B | !A')": [none], 'A & 1 & !0 & !B': [a_only]}.items():
            self.assertEqual(truth(expression), (['A', 'B'], rows), expression)
        # The form of a macro's conditions: four names, of which only one row is true.
        names, rows = truth('!MEN & !WEN & !REN & !BIST')
        self.assertEqual((names, rows), (['BIST', 'MEN', 'REN', 'WEN'], [[0, 0, 0, 0]]))
        self.assertAlmostEqual(probability('!A & !B & !C', {'A': 0.5, 'B': 0.25, 'C': 0.1}), 0.5 * 0.75 * 0.9)

    def test_verilog_has_the_same_meaning(self) -> None:
        # Python's own operators bind as Verilog's do here: ~ first, and every other pair is in brackets.
        for expression in ('!A & !B', "A' B' + C", '!(A ^ !B) | !C', 'A * !(B + C)', '!A ^ !B ^ !C', '!A & 1'):
            names, rows = truth(expression)
            text = to_verilog(expression).replace("1'b", '')
            for row in range(1 << len(names)):
                bits = [(row >> k) & 1 for k in range(len(names))]
                value = eval(text, dict(zip(names, bits, strict=True))) & 1
                self.assertEqual(bits in rows, value == 1, (expression, bits))

    def test_technology(self) -> None:
        technology = Technology(Library(self.path))
        self.assertEqual(technology.gates, ['INV', 'NAND2', 'BUF', 'DFF'])
        self.assertEqual(technology.latch_pins(), ('G', 'D', 'Q'))
        self.assertEqual(technology.gate_pins(), ('CK', 'E', 'GCK'))
        self.assertNotIn('SPARE', technology.mapping_text())
        self.assertIn('cell (DFF)', technology.mapping_text())

    def test_bad_libraries(self) -> None:
        for text, message in (('', 'no Liberty file'), (HEAD + '}\n', 'no cells'), (HEAD + INV[:-20], 'has no end')):
            with self.assertRaisesRegex(LibertyError, message):
                Library(self.file('bad.lib', text))
        with self.assertRaisesRegex(LibertyError, 'cannot read .*missing.lib'):
            Library(os.path.join(self.directory, 'missing.lib'))
        with self.assertRaisesRegex(LibertyError, 'no flip-flop'):
            Technology(Library(self.file('bad.lib', HEAD + INV + GATES + '}\n')))

    # Memories.

    def test_composition_has_least_area(self) -> None:
        macros, slow = self.macros()
        self.assertEqual(sorted(macros), ['MEM_32x4', 'MEM_8x2', 'MEM_8x4'])
        self.assertEqual(list(slow), ['MEM_8x4'])
        # 6 bits: 100 + 60 are less than 2 x 100; 12 words: two rows of them.
        choice = memory.compose(6, 8, 1, macros)
        self.assertEqual((choice.area, choice.rows, [m.name for m in choice.row]), (160, 1, ['MEM_8x4', 'MEM_8x2']))
        self.assertEqual(memory.compose(6, 12, 1, macros).area, 320)
        # 32 words of 4 bits: one of 250 is less than four of 100.
        self.assertEqual([m.name for m in memory.compose(4, 32, 1, macros).row], ['MEM_32x4'])
        self.assertIsNone(memory.compose(4, 8, 2, macros))

    def test_composition_weighs_energy(self) -> None:
        macros, _ = self.macros()
        # 50 fJ for a write and 40 for a read, whatever the size.
        self.assertAlmostEqual(macros['MEM_8x4'].access_energy * 1e15, 90)
        self.file('sram/MEM_32x4_typ.lib', macro('MEM_32x4', 5, 4, 250, write=500))
        macros, _ = memory.read_macros(os.path.join(self.directory, 'sram'),
                                       os.path.join(self.directory, 'macros.json'))
        # 32 words: 250 um2 and 540 fJ, or 400 um2 and 90 fJ. They cost the same at 150 um2 for 0.45 pJ.
        for weight, kind in ((0, '1 x MEM_32x4'), (333, '1 x MEM_32x4'), (334, '4 x MEM_8x4'), (5000, '4 x MEM_8x4')):
            self.assertEqual(memory.compose(4, 32, 1, macros, weight).kind, kind, weight)
        # The area that is reported is that of the macros alone.
        self.assertEqual(memory.compose(4, 32, 1, macros, 5000).area, 400)

    def test_latches_where_they_are_smaller(self) -> None:
        macros, _ = self.macros()
        technology = Technology(Library(self.path))
        # 4 x 2 bits: 8 (4 + 3 / 2) + 4 x 5 + 2 x 2 x 8 = 96 against 60 for MEM_8x2.
        self.assertEqual(memory.latch_area(2, 4, technology), 96)
        self.assertEqual(memory.choose(2, 4, 1, macros, technology, 100).kind, '1 x MEM_8x2')
        # 1 x 1 bit: 5.5 + 5 + 16 = 26.5.
        self.assertEqual(memory.choose(1, 1, 1, macros, technology, 100).kind, 'latches')
        with self.assertRaisesRegex(LibertyError, 'too large for latches'):
            memory.choose(4, 64, 2, macros, technology, 100)

    def test_latches_where_their_energy_is_worth_it(self) -> None:
        os.makedirs(os.path.join(self.directory, 'sram'), exist_ok=True)
        self.file('sram/MEM_8x2_typ.lib', macro('MEM_8x2', 3, 2, 60, write=10460))
        families = json.loads(json.dumps(FAMILIES))
        families['families'][0]['ports'] *= 2
        macros, _ = memory.read_macros(os.path.join(self.directory, 'sram'),
                                       self.file('macros.json', json.dumps(families)))
        technology = Technology(Library(self.path))
        # 4 x 2 bits: 96 um2 and 2 x 0.45 pJ against 60 um2 and 10.5 pJ. They cost the same at 3.75 um2 for 1 pJ, for
        # two ports at a quarter of that.
        for ports, limit, weight, kind in ((1, 32, 3.7, '1 x MEM_8x2'), (1, 32, 3.8, 'latches'),
                                           (1, 31, 3.8, '1 x MEM_8x2'), (2, 8, 0.92, '1 x MEM_8x2'),
                                           (2, 8, 0.95, 'latches'), (2, 7, 0.95, '1 x MEM_8x2')):
            choice = memory.choose(2, 4, ports, macros, technology, limit, weight)
            self.assertEqual(choice.kind, kind, (ports, limit, weight))

    def test_latches_in_a_tree(self) -> None:
        # Leaves of 16 words at most, 8 branches at most.
        for depth, groups in ((2, [1]), (16, [4]), (17, [1, 4]), (128, [3, 4]), (256, [2, 2, 4]), (300, [3, 2, 4]),
                              (1024, [3, 3, 4])):
            self.assertEqual(memory.latch_groups(depth, 1), groups, depth)
        # Of two ports leaves of 8 where they take no more levels.
        for depth, groups in ((8, [3]), (16, [4]), (32, [2, 3]), (64, [3, 3]), (128, [3, 4]), (256, [3, 2, 3]),
                              (1024, [3, 3, 4])):
            self.assertEqual(memory.latch_groups(depth, 2), groups, depth)
        pair = '''
  cell (AND2) {{ area : 4; cell_leakage_power : 5;
    pin (A) {{ direction : input; capacitance : 1; }} pin (B) {{ direction : input; capacitance : 1; }}
    pin (X) {{ direction : output; function : "A {0} B"; }} }}
'''
        text = HEAD + INV + GATES + DFF + pair.format('*') + pair.replace('AND2', 'OR2').format('+') + '}\n'
        technology = Technology(Library(self.file('gates.lib', text)))
        plain = Technology(Library(self.path))
        self.assertEqual((technology.and_gate.name, technology.or_gate.name), ('AND2', 'OR2'))
        self.assertIsNone(plain.and_gate)
        bench = '''`timescale 1ps/1ps
module tb;
  reg clk = 0, we = 0, re = 0, en = 0, write = 0;
  reg [8:0] wa = 0, ra = 0; reg [2:0] d = 0; wire [2:0] q;
  reg [5:0] a = 0; reg [1:0] e = 0; wire [1:0] r;
  reg [2:0] two [0:299]; reg [1:0] one [0:39]; reg [2:0] want; reg [1:0] want1;
  nrc_ram_1r1w #(.Depth(300), .Width(3)) u2 (clk, 1'b1, we, wa, d, re, ra, q);
  nrc_ram_1rw #(.Words(40), .Width(2)) u1 (clk, 1'b1, en, write, a, e, r);
  integer i, checks;
  initial begin
    checks = 0;
    for (i = 0; i < 5000; i = i + 1) begin
      wa = $urandom % 300; ra = $urandom % 300; d = $urandom; we = $urandom;
      re = (!we || ra != wa) && $urandom % 8 != 0;
      a = $urandom % 40; e = $urandom; en = $urandom; write = $urandom;
      if (re) want = two[ra];
      if (en && !write) want1 = one[a];
      #500 clk = 1;
      if (we) two[wa] = d;
      if (en && write) one[a] = e;
      #100;
      if ((^want) !== 1'bx) begin checks = checks + 1; if (q !== want) $display("FAIL two %0d", i); end
      if ((^want1) !== 1'bx) begin checks = checks + 1; if (r !== want1) $display("FAIL one %0d", i); end
      #400 clk = 0;
    end
    $display("checks %0d", checks);
    $finish(0);
  end
endmodule
'''
        for kind in (technology, plain):
            cells = [c for c in (kind.latch, kind.clock_gate, kind.and_gate, kind.or_gate) if c]
            choices = [memory.Choice(3, 300, 2, [], 1, 0), memory.Choice(2, 40, 1, [], 1, 0)]
            out = self.icarus(memory.memory_modules(choices, kind), netlist.models(cells), bench)
            self.assertNotIn('FAIL', out)
            self.assertGreater(int(out.split('checks')[1]), 7000)

    def test_wires_of_latches(self) -> None:
        """A root with two branches, one latch in each: a wire to both, one to one of them, one from each."""
        def cell(kind: str, **pins: int) -> dict[str, object]:
            return {'type': kind, 'connections': {pin: [bit] for pin, bit in pins.items()}}
        module = {'ports': {'clk_i': {'direction': 'input', 'bits': [2]}, 'd_i': {'direction': 'input', 'bits': [3]},
                            'q_o': {'direction': 'output', 'bits': [9]}},
                  'netnames': {}, 'cells': {
                      'm.u_tree.u_wdata0_0': cell('NAND2', A=3, B=2, Y=4),
                      'm.u_tree.u_wdata1_0': cell('NAND2', A=3, B=2, Y=5),
                      'm.u_tree.u_0.gen_word[0].gen_bit[0].u_latch': cell('LAT', G=2, D=4, Q=6),
                      'm.u_tree.u_1.gen_word[0].gen_bit[0].u_latch': cell('LAT', G=2, D=5, Q=7),
                      'm.u_tree.u_sum0_0': cell('NAND2', A=6, B=7, Y=9)}}
        path = self.file('tree.json', json.dumps({'modules': {'top': module}}))
        net = netlist.Netlist(path, 'top', Library(self.path), {})
        wires = netlist.Wires(0.0, 0.2e-9, 0.5, 10.0)
        net.load(wires)
        # Three gates of 3 um2 and two latches of 4, with a quarter more for what reads them: 19 um2 at half use.
        side = 38 ** 0.5
        self.assertAlmostEqual(net.sides(wires)['m.u_tree'] * 1e6, side)
        self.assertAlmostEqual(net.loads[3] * 1e15, 2 + 0.2 * side)
        self.assertAlmostEqual(net.loads[4] * 1e15, 1.0)
        self.assertAlmostEqual(net.loads[6] * 1e15, 1 + 0.2 * side / 2)

    def test_memories_work(self) -> None:
        """Written and read back at random, banks, columns and latches as one array."""
        macros, _ = self.macros()
        library = Library(self.path)
        technology = Technology(library)
        choices = [memory.compose(6, 12, 1, macros), memory.Choice(3, 5, 2, [], 1, 0)]
        self.assertEqual(technology.delay.name, 'dlygate_2')
        models = netlist.models([technology.latch, technology.clock_gate, technology.delay]) + \
            memory.macro_models(macros.values())
        bench = '''`timescale 1ps/1ps
module tb;
  reg clk = 0, we = 0, en = 0, re = 0, rst = 0;
  reg [3:0] a = 0; reg [5:0] d = 0; wire [5:0] q;
  reg [2:0] wa = 0, ra = 0, e = 0; wire [2:0] r;
  reg [5:0] one [0:11]; reg [2:0] two [0:4]; reg [5:0] want; reg [2:0] want2;
  nrc_ram_1rw #(.Words(12), .Width(6)) u1 (clk, 1'b1, en, we, a, d, q);
  nrc_ram_1r1w #(.Depth(5), .Width(3)) u2 (clk, 1'b1, we, wa, e, re, ra, r);
  integer i, checks;
  initial begin
    checks = 0;
    for (i = 0; i < 12; i = i + 1) one[i] = 6'hx;
    for (i = 0; i < 5; i = i + 1) two[i] = 3'hx;
    for (i = 0; i < 2000; i = i + 1) begin
      a = $urandom % 12; d = $urandom; en = 1; we = $urandom;
      wa = $urandom % 5; ra = $urandom % 5; e = $urandom; re = !we || ra != wa;
      want = one[a]; want2 = two[ra];
      #500 clk = 1;
      if (we) begin one[a] = d; two[wa] = e; end
      #100;
      if (!we && (^want) !== 1'bx) begin checks = checks + 1; if (q !== want) $display("FAIL one %0d", i); end
      if (re && (^want2) !== 1'bx) begin checks = checks + 1; if (r !== want2) $display("FAIL two %0d", i); end
      #400 clk = 0;
    end
    $display("checks %0d", checks);
    $finish(0);
  end
endmodule
'''
        text = memory.memory_modules(choices, technology)
        out = self.icarus(text, models, bench)
        # A delay cell for each data and address bit of what macros are, and none for latches.
        self.assertEqual(text.count('dlygate_2 u_late'), 6 + 4)
        self.assertNotIn('FAIL', out)
        self.assertGreater(int(out.split('checks')[1]), 2000)

    def test_macros_without_family(self) -> None:
        os.makedirs(os.path.join(self.directory, 'empty'))
        with self.assertRaisesRegex(LibertyError, 'no SRAM macro'):
            memory.read_macros(os.path.join(self.directory, 'empty'), self.file('m.json', json.dumps(FAMILIES)))
        with self.assertRaisesRegex(LibertyError, 'there is no directory'):
            memory.read_macros(os.path.join(self.directory, 'none'), self.file('m.json', json.dumps(FAMILIES)))

    def test_banked_rom_has_the_words(self) -> None:
        source = 'input  logic [6:0] addr_i,\n output logic [7:0] data_o\n' + \
            ''.join(f"    `NRC_ROM_ROW({k}," + ','.join(f"'h{i * 37 % 256:X}" for i in range(k, k + 16)) + ')\n'
                    for k in range(0, 128, 16))
        technology = Technology(Library(self.path))
        bench = '''`timescale 1ps/1ps
module tb;
  reg clk = 1; reg [6:0] a = 0; wire [7:0] q; integer i;
  MODULE u (clk, a, q);
  initial begin
    for (i = 0; i < 2000; i = i + 1) begin
      #100 a = $urandom; #100 a = $urandom; #300 clk = 0; #500 clk = 1;
      #1 if (q !== ((a * 37) & 255)) $display("FAIL %0d", i);
    end
    $display("done"); $finish(0);
  end
endmodule
'''
        for module, text in (('nrc_huffman_rom', rom.banked_rom(source, 4, 3, technology)),
                             ('nrc_edge_rom', rom.banked_by_address(source, 'nrc_edge_rom', 8, technology))):
            out = self.icarus(text, netlist.models([technology.latch, technology.clock_gate, technology.inverter]),
                              bench.replace('MODULE', module))
            self.assertNotIn('FAIL', out)
            self.assertIn('done', out)
        for count in (3, 1, 128):
            with self.assertRaisesRegex(LibertyError, 'give a power of two from 2 to 64'):
                rom.banked_by_address(source, 'nrc_edge_rom', count, technology)

    def icarus(self, *texts: str, options: Sequence[str] = ()) -> str:
        files = [self.file(f'icarus{k}.sv', t) for k, t in enumerate(texts)]
        target = os.path.join(self.directory, 'icarus.vvp')
        subprocess.run(['iverilog', '-g2012', '-s', 'tb', '-o', target] + files, check=True)
        return subprocess.run(['vvp', '-n', *options, target], check=True, capture_output=True, text=True).stdout

    # Power.

    def toggler(self) -> netlist.Netlist:
        """A flip-flop that an inverter feeds from its own output: net 2 is clk_i, 3 Q, 4 D."""
        module = {'ports': {'clk_i': {'direction': 'input', 'bits': [2]}, 'q_o': {'direction': 'output', 'bits': [3]}},
                  'netnames': {}, 'cells': {
                      'flop': {'type': 'DFF', 'connections': {'CK': [2], 'D': [4], 'R': ['1'], 'Q': [3]}},
                      'inverter': {'type': 'INV', 'connections': {'A': [3], 'Y': [4]}}}}
        path = self.file('toggler.json', json.dumps({'modules': {'top': module}}))
        net = netlist.Netlist(path, 'top', Library(self.path), {})
        # No wire: a pitch of length 0.
        net.load(netlist.Wires(0.0, 0.2e-9, 0.7, 10.0))
        net.propagate()
        return net

    def test_adders_add(self) -> None:
        # Icarus has no model of Yosys's cell that extends an operand.
        bench = '''module \\$pos #(parameter A_SIGNED = 0, A_WIDTH = 1, Y_WIDTH = 1) (
  input [A_WIDTH-1:0] A, output [Y_WIDTH-1:0] Y);
  assign Y = A_SIGNED ? {{(Y_WIDTH - A_WIDTH){A[A_WIDTH-1]}}, A} : {{(Y_WIDTH - A_WIDTH){1'b0}}, A};
endmodule
module tb #(parameter S = 0) ();
  reg [4:0] a; reg [2:0] b; reg ci, bi; wire [5:0] x, y, co, wide_a, wide_b; reg [6:0] sum; integer i;
  ripple_alu #(.A_SIGNED(S), .B_SIGNED(S), .A_WIDTH(5), .B_WIDTH(3), .Y_WIDTH(6)) u (a, b, ci, bi, x, y, co);
  assign wide_a = {S && a[4], a};
  assign wide_b = {{3{S && b[2]}}, b} ^ {6{bi}};
  initial begin
    for (i = 0; i < 1024; i = i + 1) begin
      {a, b, ci, bi} = i; #1 sum = wide_a + wide_b + ci;
      if (x !== (wide_a ^ wide_b) || {co[5], y} !== sum || (co[4:0] ^ x[5:1]) !== y[5:1]) $display("FAIL %0d", i);
    end
  end
endmodule
'''
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, 'tb.v')
            with open(path, 'w', encoding='utf-8') as f:
                f.write(bench)
            for signed in '01':
                subprocess.run(['iverilog', '-g2012', f'-Ptb.S={signed}', '-s', 'tb', '-o', path + 'vp', path,
                                os.path.join(ROOT, estimate.ADDERS)], check=True)
                self.assertEqual(subprocess.run(['vvp', '-n', path + 'vp'], capture_output=True, check=True,
                                                text=True).stdout, '')

    def test_loads_and_delays(self) -> None:
        net = self.toggler()
        self.assertAlmostEqual(net.loads[3] * 1e15, 2.0)  # the inverter's A
        self.assertAlmostEqual(net.loads[4] * 1e15, 1.0)  # the register's D
        # Slew 0.1 ns from the register, load 1 fF: 1 + 2 x 0.1 + 0.1.
        self.assertAlmostEqual(net.delays[4] * 1e9, 1.3)
        with_macros = netlist.Wires(5.0, 0.2e-9, 0.5, 12.5, 400.0)  # 20 um x 20 um
        self.assertAlmostEqual(with_macros.to_macro, 10 * 0.2e-15)
        self.assertAlmostEqual(with_macros.spine, 40 * 0.2e-15)
        with_wire = netlist.Wires(5.0, 0.2e-9, 0.5, 12.5)  # 5 x sqrt(25 um2) = 25 um
        self.assertAlmostEqual(with_wire.per_sink * 1e15, 5.0)

    def test_power_of_a_toggling_register(self) -> None:
        net = self.toggler()
        # At 1 MHz Q rises and falls 0.5 million times a second, and D after it while the clock is high.
        activity: dict[netlist.Bit, power.Activity] = {3: power.Activity(0.5e6, 0.5e6, 0.0, 0.5),
                                                       4: power.Activity(0.5e6, 0.5e6, 0.0, 0.5)}
        integrator = power.Integrator(net, activity, 2.0, 1e6)
        flop, inverter = net.instances
        clock, other = integrator.cell_power(flop)
        # Clock: rises cost nothing as data always differ; falls 10 and 12 by turns: 11 fJ x 1 MHz.
        self.assertAlmostEqual(clock * 1e9, 11.0)
        # Q: 0.5 x 20 + 0.5 x 30 = 25 nW; D with the clock high: 1 fJ x 1 million = 1 nW.
        self.assertAlmostEqual(other * 1e9, 26.0)
        # Inverter: 0.5 million x (3 + 1) fJ = 2 nW.
        self.assertAlmostEqual(sum(integrator.cell_power(inverter)) * 1e9, 2.0)
        # C V^2 a rise: 2 fF x 4 x 0.5 million = 4 nW; the clock 3 fF x 4 x 1 million = 12 nW.
        self.assertAlmostEqual(integrator.switching(3) * 1e9, 4.0)
        self.assertAlmostEqual(integrator.switching(2) * 1e9, 12.0)
        self.assertAlmostEqual(integrator.leakage(inverter) * 1e9, 15.0)
        self.assertAlmostEqual(integrator.leakage(flop) * 1e9, 100.0)

    def test_power_of_a_still_register(self) -> None:
        net = self.toggler()
        activity: dict[netlist.Bit, power.Activity] = {3: power.Activity(0.0, 0.0, 0.0, 0.0),
                                                       4: power.Activity(0.1e6, 0.1e6, 1.0, 0.0)}
        integrator = power.Integrator(net, activity, 2.0, 1e6)
        clock, other = integrator.cell_power(net.instances[0])
        # Data are as the output, both 0: 6 + 6 fJ a cycle. Glitches at D while the clock is low: 0.1 (5 + 7).
        self.assertAlmostEqual(clock * 1e9, 12.0)
        self.assertAlmostEqual(other * 1e9, 1.2)
        self.assertAlmostEqual(integrator.leakage(net.instances[1]) * 1e9, 20.0)  # A is 0

    def test_power_of_a_macro(self) -> None:
        macros, _ = self.macros()
        module = {'ports': {'clk_i': {'direction': 'input', 'bits': [2]}, 'en_i': {'direction': 'input', 'bits': [3]},
                            'we_i': {'direction': 'input', 'bits': [4]}},
                  'netnames': {}, 'cells': {'m': {'type': 'MEM_8x4', 'connections': {
                      'CLK': [2], 'EN': [3], 'WE': [4], 'ADDR': ['0', '0', '0'], 'DIN': ['0'] * 4,
                      'DOUT': [5, 6, 7, 8]}}}}
        path = self.file('macro.json', json.dumps({'modules': {'top': module}}))
        net = netlist.Netlist(path, 'top', Library(self.path), macros)
        net.load(netlist.Wires(0.0, 0.2e-9, 0.7, 10.0))
        net.propagate()
        activity: dict[netlist.Bit, power.Activity] = {3: power.Activity(0.0, 0.0, 0.0, 0.6),
                                                       4: power.Activity(0.0, 0.0, 0.0, 0.25)}
        access, count = power.Integrator(net, activity, 2.0, 1e6).macro_power(net.instances[0])
        # A quarter of the clocks writes, 0.35 read, 0.4 are idle: 0.25 x 50 + 0.35 x 40 + 0.4 x 8 = 29.7 fJ x 1 MHz.
        self.assertAlmostEqual(access * 1e9, 29.7)
        self.assertAlmostEqual(count, 0.6e6)

    def test_clock_tree(self) -> None:
        library = Library(self.path)
        tree = power.Tree(45, 3e-15, 20, 0.0, [library.cell('BUF')])
        self.assertEqual((tree.buffers, tree.area), (3, 9.0))  # 45 / 20; their inputs hang on the root
        self.assertEqual(power.Tree(20, 3e-15, 20, 0.0, [library.cell('BUF')]).buffers, 0)

    def test_activity_counter(self) -> None:
        """Models, delays and counter together: ten clocks of the toggler."""
        net = self.toggler()
        net.verilog_file(os.path.join(self.directory, 'top.v'), 'top')
        vpi = estimate.build_vpi(os.path.join(self.directory, 'vpi'))
        watch = self.file('watch.txt', 'DFF Q\nINV Y\n')
        counts = os.path.join(self.directory, 'activity.txt')
        with open(os.path.join(self.directory, 'top.v'), encoding='utf-8') as f:
            top = f.read()
        bench = f'''`timescale 1ps/1ps
module tb;
  reg clk = 0; wire q;
  top dut (.clk_i(clk), .q_o(q));
  defparam dut.g1.Delay = 700;  // later than the half clock: the inverter switches while the clock is low
  initial begin
    #1000 $nrc_activity_start(dut, clk, "{watch}");
    repeat (10) begin #500 clk = 1; #500 clk = 0; end
    #300 $nrc_activity_stop("{counts}");
    $finish(0);
  end
endmodule
'''
        used = [i.cell for i in net.instances]
        self.icarus(top, netlist.models(used), bench, options=('-M', vpi, '-m', 'activity'))
        activity = power.read_activity(counts, net, 1e-12)
        # Ten clocks: five rises and falls in 10.3 ns; Q while the clock is high, D while it is low.
        for bit, low_share in ((3, 0.0), (4, 1.0)):
            self.assertAlmostEqual(activity[bit].rises * 10.3e-9, 5)
            self.assertAlmostEqual(activity[bit].falls * 10.3e-9, 5)
            self.assertAlmostEqual(activity[bit].low_share, low_share)

    def test_state_handed_over(self) -> None:
        """Icarus goes on in the state of a netlist that Verilator saved: registers, latches, macros."""
        macros, _ = self.macros()
        taps = [10, 11, 12, 13, 14]  # of a shift register whose input is taps 2 XOR 4, four NANDs
        cells: dict[str, dict[str, object]] = {
            f'flop{k}': {'type': 'DFF', 'connections': {'CK': [2], 'D': [20 if k == 0 else taps[k - 1]], 'R': [3],
                                                        'Q': [taps[k]]}} for k in range(5)}
        for k, (a, b, y) in enumerate(((12, 14, 21), (12, 21, 22), (14, 21, 23), (22, 23, 24))):
            cells[f'nand{k}'] = {'type': 'NAND2', 'connections': {'A': [a], 'B': [b], 'Y': [y]}}
        cells |= {
            'inverter': {'type': 'INV', 'connections': {'A': [24], 'Y': [20]}},
            'gate': {'type': 'ICG', 'connections': {'CK': [2], 'E': [11], 'GCK': [30]}},
            'gated': {'type': 'DFF', 'connections': {'CK': [30], 'D': [12], 'R': ['1'], 'Q': [31]}},
            'latch': {'type': 'LAT', 'connections': {'G': [2], 'D': [13], 'Q': [32]}},
            'memory': {'type': 'MEM_8x4', 'connections': {
                'CLK': [2], 'EN': [11], 'WE': [10], 'ADDR': taps[2:], 'DIN': taps[:4], 'DOUT': [33, 34, 35, 36]}}}
        outputs = [31, 32, 33, 34, 35, 36]
        module = {'ports': {'clk_i': {'direction': 'input', 'bits': [2]}, 'rst_ni': {'direction': 'input', 'bits': [3]},
                            'q_o': {'direction': 'output', 'bits': outputs}}, 'netnames': {}, 'cells': cells}
        net = netlist.Netlist(self.file('mixed.json', json.dumps({'modules': {'top': module}})), 'top',
                              Library(self.path), macros)
        net.verilog_file(os.path.join(self.directory, 'top.v'), 'top')
        net.state_file(os.path.join(self.directory, 'state.svh'), 'dut')
        bench = self.file('tb.sv', '''`timescale 1ps/1ps
module tb;
  reg clk, rst_n;
  wire [5:0] q;
  integer file, k, from, to;
  reg [8*256-1:0] name;
  `include "state.svh"
  top dut (.clk_i(clk), .rst_ni(rst_n), .q_o(q));
  initial begin
    clk = 0;
    rst_n = 1;
    if ($value$plusargs("from=%d", from) == 0) from = 0;
    if ($value$plusargs("to=%d", to) == 0) to = 60;
    #10;
    if (from == 0) begin
      rst_n = 0;
      #10 rst_n = 1;
    end
`ifndef VERILATOR
    if ($value$plusargs("resume=%s", name) != 0) begin
      file = $fopen(name, "r");
      load_state(file);
    end
`endif
    for (k = from; k < to; k = k + 1) begin
      #10 $display("%b", q);
      clk = 1;
      #10 clk = 0;
    end
    #10;
    if ($value$plusargs("save=%s", name) != 0) begin
      file = $fopen(name, "w");
      save_state(file);
      $fclose(file);
    end
    $finish(0);
  end
endmodule
''')
        used = {i.cell.name: i.cell for i in net.gates}.values()
        kinds = [i.macro for i in net.macros if i.macro]
        plain = self.file('plain.v', netlist.models(used, False) + memory.macro_models(kinds, False))
        delayed = self.file('delayed.v', netlist.models(used) + memory.macro_models(kinds))
        sources = [bench, os.path.join(self.directory, 'top.v')]
        built = os.path.join(self.directory, 'verilator')
        subprocess.run(['verilator', '--binary', '--timing', '-Wno-fatal', '-Wno-lint', '-Wno-style', '--top-module',
                        'tb', f'-I{self.directory}', '--Mdir', built, *sources, plain], check=True,
                       capture_output=True)
        subprocess.run(['iverilog', '-g2012', '-s', 'tb', f'-I{self.directory}', '-o', os.path.join(built, 'tb.vvp'),
                        *sources, delayed], check=True)

        def lines(*command: str) -> list[str]:
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            return [line for line in out.splitlines() if len(line) == len(outputs)]
        whole = lines(os.path.join(built, 'Vtb'))
        self.assertEqual(len(whole), 60)
        self.assertGreater(len(set(whole)), 10)
        state = os.path.join(self.directory, 'state.txt')
        for clock in range(1, 60):
            first = lines(os.path.join(built, 'Vtb'), f'+to={clock}', f'+save={state}')
            rest = lines('vvp', '-n', os.path.join(built, 'tb.vvp'), f'+from={clock}', f'+resume={state}')
            self.assertEqual(first + rest, whole, clock)

    # The command.

    def test_default_buffers(self) -> None:
        """nrc_encoder_checks refuses a buffer without room for a key packet."""
        checks: list[str] = []
        for profile, narrow, frugal in ((0, 0, False), (0, 1, True), (1, 0, True), (1, 1, True)):
            for channels in (1, 2, 3, 4, 5, 8, 12, 15, 16, 20, 24, 31, 32, 64, 256, 1024, 65536):
                if narrow and (channels < 8 or channels % 4):
                    continue  # not with the narrow state
                values = {'Channels': channels, 'Profile': profile, 'Narrow': narrow, 'Pipeline': 1,
                          'BufferWords': estimate.default_buffer(channels, frugal)}
                assigned = ', '.join(f'.{name}({value})' for name, value in values.items())
                checks.append(f'nrc_encoder #({assigned}) u_{len(checks)} ();')
        with open(os.path.join(ROOT, 'rtl/encoder/nrc_encoder.sv'), encoding='utf-8') as file:
            encoder = file.read()
        head = encoder[encoder.index('module nrc_encoder #('):encoder.index('\n) (')]
        instance = encoder[encoder.index('  nrc_encoder_checks #('):encoder.rindex('endmodule')]
        design = self.file('checks.sv', f'{head}\n) ();\n{instance}endmodule\n'
                           f'module checks_tb; {chr(10).join(checks)} endmodule\n')
        hardware = estimate.HARDWARE
        packages = [os.path.join(ROOT, path) for path in hardware.packages('default')]
        run = subprocess.run(
            ['iverilog', '-g2012', '-s', 'checks_tb', '-o', os.path.join(self.directory, 'checks.vvp'),
             *(f'-I{os.path.join(ROOT, path)}' for path in hardware.include_directories), *packages,
             os.path.join(ROOT, 'rtl/encoder/nrc_encoder_checks.sv'), design],
            capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        run = subprocess.run(['vvp', '-n', os.path.join(self.directory, 'checks.vvp')], capture_output=True, text=True,
                             check=False)
        self.assertNotRegex(run.stdout + run.stderr, 'ERROR|FATAL')

    def test_command_refuses(self) -> None:
        def run(*arguments: str) -> str:
            command = [sys.executable, os.path.join(ROOT, 'scripts/asic/estimate.py'), '--nrc', '/bin/true',
                       '--out', os.path.join(self.directory, 'out')]
            result = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stderr.count('\n'), 1, result.stderr)
            return result.stderr
        self.assertIn('there is no file', run('--liberty', '/nowhere.lib'))
        self.assertIn('multiple of 20', run('--liberty', self.path, '--frames', '30'))
        self.assertIn('give 1 to 65536', run('--liberty', self.path, '--channels', '0'))
        self.assertIn('power of two', run('--liberty', self.path, '--buffer', '100'))
        self.assertIn('unknown profile', run('--liberty', self.path, '--profile', 'rice'))
        bad = self.file('bad.lib', 'no library')
        self.assertIn('is no Liberty file', run('--liberty', bad, '--channels', '8', '--profile', 'huffman'))


if __name__ == '__main__':
    unittest.main()
