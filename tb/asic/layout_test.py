#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/asic/layout.py: what is checked in fits the encoder; what does not fit is refused in one line."""

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts/asic'))

import layout

ROOT = os.environ.get('NRC_SOURCE_DIR') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MACRO = 'RM_IHPSG13_1P_256x32_c2_bm_bist'


def encoder_ports() -> list[tuple[str, str, int]]:
    """(direction, name, bits) of nrc_encoder, from its source; parameters count as one bit more or less: 2."""
    with open(os.path.join(ROOT, 'rtl/encoder/nrc_encoder.sv'), encoding='utf-8') as f:
        head = f.read().split('\n);', 1)[0]
    result = []
    for direction, width, name in re.findall(r'^  (input|output) +logic +(\[[^\]]*\])? *(\w+)', head, re.M):
        bits = 1 if not width else int(m[1]) + 1 if (m := re.fullmatch(r'\[ *(\d+):0\]', width)) else 2
        result.append((direction, name, bits))
    return result


def netlist_text() -> str:
    """A netlist with the encoder's ports, a gate and a macro."""
    ports = encoder_ports()
    text = f'module nrc_encoder ({", ".join(name for _, name, _ in ports)});\n'
    text += ''.join(f'  {d} {f"[{bits - 1}:0] " if bits > 1 else ""}{name};\n' for d, name, bits in ports)
    return text + f'  wire n1;\n  sg13g2_inv_1 g0 (.A(clk_i), .Y(n1));\n  {MACRO} g1 (.A_CLK(clk_i));\n' \
                  f'  {MACRO} g2 (.A_CLK(clk_i));\nendmodule\n'


class LayoutTest(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.mkdtemp(prefix='nrc_layout_')
        self.addCleanup(lambda: __import__('shutil').rmtree(self.directory))
        self.kit = os.path.join(self.directory, 'kit')
        for kind, ending, text in (('gds', '.gds', ''), ('lef', '.lef', f'MACRO {MACRO}\n  SIZE 200.5 BY 100 ;\nEND\n'),
                                   ('lib', '_typ_1p20V_25C.lib', '')):
            self.file(f'kit/libs.ref/sg13g2_sram/{kind}/{MACRO}{ending}', text)
        self.report = {'target': 'sg13g2_stdcell_typ_1p20V_25C', 'columns': {'cell area (um2)': 60000.0},
                       'memories': [{'width': 32, 'depth': 512, 'ports': 1, 'made of': f'2 x {MACRO}'},
                                    {'width': 8, 'depth': 32, 'ports': 2, 'made of': 'latches'}]}
        self.file('netlist.v', netlist_text())
        self.file('boxes.v', f'(* blackbox *) module {MACRO} (input A_CLK);\nendmodule\n'
                             '(* blackbox *) module sg13g2_dlhq_1 (input D);\nendmodule\n')

    def file(self, name: str, text: str) -> str:
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def prepare(self) -> dict:
        self.file('report.json', json.dumps(self.report))
        with open(layout.prepare(self.directory, self.kit), encoding='utf-8') as f:
            return json.load(f)

    def test_what_is_checked_in_fits_the_encoder(self) -> None:
        config = self.prepare()
        out = os.path.join(self.directory, 'librelane')
        named = [x for v in config.values() for x in (v if isinstance(v, list) else [v])
                 if isinstance(x, str) and x.startswith('dir::')]
        self.assertEqual(sorted(set(named)), ['dir::netlist.v', 'dir::nrc_encoder.sdc', 'dir::pin_order.cfg'])
        for path in named:
            self.assertTrue(os.path.isfile(os.path.join(out, path.removeprefix('dir::'))), path)
        self.assertEqual(config['DESIGN_NAME'], 'nrc_encoder')
        self.assertEqual(config['CLOCK_PERIOD'], 48.828)
        ports = [name for _, name, _ in encoder_ports()]
        self.assertIn(config['CLOCK_PORT'], ports)
        self.assertGreater(len(ports), 30)
        with open(os.path.join(out, 'nrc_encoder.sdc'), encoding='utf-8') as f:
            constraints = f.read()
        self.assertIn('create_clock', constraints)
        self.assertLess(constraints.index('proc remove_from_collection'), constraints.index('set_input_delay'))

    def test_macros_have_files_and_places_apart(self) -> None:
        config = self.prepare()
        entry = config['MACROS'][MACRO]
        self.assertEqual(entry['lef'], [f'pdk_dir::libs.ref/sg13g2_sram/lef/{MACRO}.lef'])
        # No slow library: the typical one.
        self.assertEqual(entry['lib']['*_slow_1p08V_125C'],
                         [f'pdk_dir::libs.ref/sg13g2_sram/lib/{MACRO}_typ_1p20V_25C.lib'])
        self.assertEqual(sorted(entry['instances']), ['g1', 'g2'])
        # Two macros of 220.5 x 120 with their halo and 60,000 um2 of cells at 60 %: 105 % of the root of
        # 52,920 + 100,000 is 410.6. A second macro ends beyond that, at 461: it goes into a row of its own.
        self.assertEqual(config['CORE_AREA'], [40.0, 40.0, 451.0, 451.0])
        self.assertEqual(entry['instances']['g1']['location'], [60.0, 60.0])
        self.assertEqual(entry['instances']['g2']['location'], [60.0, 180.0])
        self.assertIn('g2 VDD VSS VDDARRAY! VSS!', config['PDN_MACRO_CONNECTIONS'])
        with open(os.path.join(self.directory, 'librelane/macros.v'), encoding='utf-8') as f:
            self.assertEqual(re.findall(r'module (\w+)', f.read()), [MACRO])

    def test_without_macros(self) -> None:
        self.report['memories'] = []
        config = self.prepare()
        self.assertNotIn('MACROS', config)
        self.assertIn('FP_CORE_UTIL', config)

    def refused(self, text: str) -> None:
        self.file('report.json', json.dumps(self.report))
        errors = io.StringIO()
        with mock.patch.object(sys, 'argv', ['layout.py', self.directory, '--pdk', self.kit]), \
                contextlib.redirect_stderr(errors):
            self.assertEqual(layout.main(), 1)
        self.assertEqual(errors.getvalue().count('\n'), 1)
        self.assertIn(text, errors.getvalue())

    def test_what_does_not_fit(self) -> None:
        good = netlist_text()
        self.file('netlist.v', good.replace('  wire n1;', '  input extra_i;\n  wire n1;'))
        self.refused('pin_order.cfg has 0 places for pin extra_i; give it one')
        self.file('netlist.v', good.replace('  input enable_i;\n', ''))
        self.refused('pin_order.cfg has a place for enable_i, which is no pin of the netlist')
        self.file('netlist.v', good.replace(MACRO, 'OTHER'))
        self.refused(f'names macro {MACRO}, which its netlist has not')
        self.file('netlist.v', good)
        os.remove(os.path.join(self.kit, f'libs.ref/sg13g2_sram/gds/{MACRO}.gds'))
        self.refused(f'has no libs.ref/sg13g2_sram/gds/{MACRO}.gds; give --pdk')
        self.report['target'] = 'sky130_fd_sc_hd__tt_025C_1v80'
        self.refused('the configuration is for sg13g2')
        os.remove(os.path.join(self.directory, 'netlist.v'))
        self.refused('netlist.v; run make asic first')

    def test_constraints(self) -> None:
        pins = ['clk_i', 'rst_ni', 'd_i[0]']
        clock = 'create_clock -name clk -period 40 [get_ports clk_i]\n'
        self.assertEqual(layout.check_constraints(clock + 'set_false_path -from [get_ports rst_ni]', pins), 40.0)
        with self.assertRaisesRegex(layout.Failure, 'names port reset_n, which the netlist has not'):
            layout.check_constraints(clock + 'set_false_path -from [get_ports reset_n]', pins)
        with self.assertRaisesRegex(layout.Failure, 'makes no clock of clk_i'):
            layout.check_constraints('create_clock -name clk -period 40 [get_ports d_i]', pins)


if __name__ == '__main__':
    unittest.main()
