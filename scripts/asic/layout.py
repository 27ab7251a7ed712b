#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Inputs of a layout with LibreLane (docs/asic.md), from an estimate and a design kit: make asic must have run.

Takes the netlist whose packets are the golden model's, and writes beside it, in librelane/: the netlist, the timing
constraints, the order of the pins, and config.json, which names the kit's files of each SRAM macro and places the
macros in rows at the core's lower edge. Checks all that LibreLane would find out late: that each pin of the netlist
has a place, that the constraints' ports exist, and that the kit has every macro.
"""

import argparse
import json
import math
import os
import re
import shutil
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SDC = os.path.join(ROOT, 'constraints', 'nrc_encoder.sdc')
INPUTS = os.path.join(HERE, 'librelane')
HALO = 20.0  # um about a macro that stay free of cells
# Corners of timing, and how the kit's libraries of macros are called there.
CORNERS = {'*_typ_1p20V_25C': 'typ_1p20V_25C', '*_slow_1p08V_125C': 'slow_1p08V_125C',
           '*_fast_1p32V_m40C': 'fast_1p32V_m55C'}
POWER = ['VDD VSS VDDARRAY! VSS!', 'VDD VSS VDD! VSS!']  # of an SRAM macro

# OpenSTA lacks a command that the constraints need. After the clock tree is built its delays count.
SDC_BEFORE = '''if {[info commands remove_from_collection] == ""} {
  proc remove_from_collection {from what} {
    set rest {}
    foreach object $from { if {[lsearch -exact $what $object] < 0} { lappend rest $object } }
    return $rest
  }
}
'''
SDC_AFTER = '''if {![info exists ::env(OPENLANE_SDC_IDEAL_CLOCKS)] || !$::env(OPENLANE_SDC_IDEAL_CLOCKS)} {
  set_propagated_clock [all_clocks]
}
'''


class Failure(Exception):
    """What is missing or does not fit; one line for the user."""


def read(path: str, hint: str) -> str:
    """The text of a file that must be there."""
    try:
        with open(path, encoding='utf-8') as f:
            return f.read()
    except OSError:
        raise Failure(f'there is no {path}; {hint}') from None


def ports(netlist: str) -> list[str]:
    """The pins of the netlist's module, bits of vectors apart, as a layout names them."""
    result = []
    for width, name in re.findall(r'^\s*(?:input|output) (?:\[(\d+):0\] )?(\w+);', netlist, re.M):
        result += [f'{name}[{i}]' for i in range(int(width) + 1)] if width else [name]
    return result


def instances(netlist: str, macros: list[str]) -> dict[str, list[str]]:
    """{macro: its instances' names}."""
    result: dict[str, list[str]] = {}
    for cell, name in re.findall(r'^\s*(\w+) (\w+) \(', netlist, re.M):
        if cell in macros:
            result.setdefault(cell, []).append(name)
    return result


def empty_modules(boxes: str, macros: list[str]) -> str:
    """The empty modules of these macros, from the estimate's boxes.v. Raises Failure."""
    result = ''
    for name in macros:
        match = re.search(rf'^\(\* blackbox \*\) module {name} .*?^endmodule$', boxes, re.M | re.S)
        if not match:
            raise Failure(f'boxes.v of the estimate has no module {name}; run make asic again')
        result += match[0] + '\n'
    return result


def check_pins(pin_order: str, pins: list[str]) -> None:
    """Each pin has one place, and each place is that of a pin. Raises Failure."""
    patterns = [x.strip() for x in pin_order.splitlines() if x.strip() and x[0] not in '#@$']
    for pin in pins:
        fits = [p for p in patterns if re.fullmatch(p, pin)]
        if len(fits) != 1:
            raise Failure(f'pin_order.cfg has {len(fits)} places for pin {pin}; give it one')
    for pattern in patterns:
        if not any(re.fullmatch(pattern, pin) for pin in pins):
            raise Failure(f'pin_order.cfg has a place for {pattern}, which is no pin of the netlist; remove it')


def check_constraints(text: str, pins: list[str]) -> float:
    """The clock's period in ns, if the ports of the constraints exist. Raises Failure."""
    names = {pin.split('[')[0] for pin in pins}
    for name in re.findall(r'get_ports (\w+)', text):
        if name not in names:
            raise Failure(f'{os.path.basename(SDC)} names port {name}, which the netlist has not')
    clock = re.search(r'^create_clock .*-period ([0-9.]+) .*get_ports clk_i', text, re.M)
    if not clock:
        raise Failure(f'{os.path.basename(SDC)} makes no clock of clk_i')
    return float(clock[1])


def size(lef: str, path: str) -> tuple[float, float]:
    """Width and height of a macro in um."""
    match = re.search(r'^\s*SIZE\s+([0-9.]+)\s+BY\s+([0-9.]+)', lef, re.M)
    if not match:
        raise Failure(f'{path} does not say the size of the macro')
    return float(match[1]), float(match[2])


def macro_files(kit: str, name: str) -> dict[str, Any]:
    """The kit's files of a macro, as LibreLane wants them. Raises Failure for one that is not there."""
    base = 'libs.ref/sg13g2_sram'
    files: dict[str, Any] = {'gds': [f'{base}/gds/{name}.gds'], 'lef': [f'{base}/lef/{name}.lef'],
                             'lib': {}}
    for corner, ending in CORNERS.items():
        # Some macros have no library but the typical one.
        path = f'{base}/lib/{name}_{ending}.lib'
        if not os.path.exists(os.path.join(kit, path)):
            path = f'{base}/lib/{name}_typ_1p20V_25C.lib'
        files['lib'][corner] = [path]
    for paths in (files['gds'], files['lef'], *files['lib'].values()):
        for path in paths:
            if not os.path.exists(os.path.join(kit, path)):
                raise Failure(f'the design kit in {kit} has no {path}; give --pdk the directory of ihp-sg13g2')
    prefix = 'pdk_dir::'
    return {kind: {c: [prefix + p for p in v] for c, v in paths.items()} if kind == 'lib' else
            [prefix + p for p in paths] for kind, paths in files.items()} | {'vh': ['dir::macros.v']}


def place(found: dict[str, list[str]], sizes: dict[str, tuple[float, float]], cell_area: float,
          utilisation: float) -> tuple[dict[str, tuple[float, float]], float]:
    """({instance: lower left corner}, side of a square core) in um: rows from the lower edge, the tallest first."""
    boxes = sorted(((sizes[m], i) for m, names in found.items() for i in names), key=lambda b: (-b[0][1], b[1]))
    area = cell_area / utilisation + sum((w + HALO) * (h + HALO) for (w, h), _ in boxes)
    side = math.ceil(max([math.sqrt(area) * 1.05] + [w + 2 * HALO for (w, _), _ in boxes]))
    places = {}
    x, y, row = HALO, HALO, 0.0
    for (w, h), name in boxes:
        if x + w + HALO > side:
            x, y, row = HALO, y + row + HALO, 0.0
        places[name] = (x, y)
        x, row = x + w + HALO, max(row, h)
    return places, float(max(side, math.ceil(y + row + HALO)))


def prepare(estimate: str, kit: str) -> str:
    """Writes ESTIMATE/librelane and returns the path of its config.json. Raises Failure."""
    hint = 'run make asic first and give the directory of its report.json'
    report = json.loads(read(os.path.join(estimate, 'report.json'), hint))
    netlist = read(os.path.join(estimate, 'netlist.v'), hint)
    pin_order = read(os.path.join(INPUTS, 'pin_order.cfg'), 'check out the repository')
    config = json.loads(read(os.path.join(INPUTS, 'config.json'), 'check out the repository'))
    constraints = read(SDC, 'check out the repository')
    if report['target'].split('_')[0] != 'sg13g2':
        raise Failure(f'{estimate} is an estimate in {report["target"]}; the configuration is for sg13g2')
    pins = ports(netlist)
    check_pins(pin_order, pins)
    config['CLOCK_PERIOD'] = check_constraints(constraints, pins)
    names = sorted({n for m in report['memories'] for n in re.findall(r'\d+ x (\w+)', m['made of'])})
    found = instances(netlist, names)
    for name in names:
        if name not in found:
            raise Failure(f'the report of {estimate} names macro {name}, which its netlist has not; run it again')
    boxes = ''
    if found:
        boxes = empty_modules(read(os.path.join(estimate, 'boxes.v'), hint), names)
        sizes = {}
        config['MACROS'] = {}
        for name in found:
            files = macro_files(kit, name)
            path = os.path.join(kit, files['lef'][0].removeprefix('pdk_dir::'))
            sizes[name] = size(read(path, 'give --pdk the directory of ihp-sg13g2'), path)
            config['MACROS'][name] = files
        places, side = place(found, sizes, report['columns']['cell area (um2)'], config['FP_CORE_UTIL'] / 100)
        margin = 40.0  # about the core, for the ring of the supply
        for name, instance_names in found.items():
            config['MACROS'][name]['instances'] = {
                i: {'location': [round(places[i][0] + margin, 2), round(places[i][1] + margin, 2)],
                    'orientation': 'N'} for i in instance_names}
        config['FP_SIZING'] = 'absolute'
        config['DIE_AREA'] = [0, 0, side + 2 * margin, side + 2 * margin]
        config['CORE_AREA'] = [margin, margin, side + margin, side + margin]
        del config['FP_CORE_UTIL']
        config['PDN_MACRO_CONNECTIONS'] = [f'{i} {nets}' for n in found.values() for i in n for nets in POWER]
    out = os.path.join(estimate, 'librelane')
    os.makedirs(out, exist_ok=True)
    shutil.copyfile(os.path.join(estimate, 'netlist.v'), os.path.join(out, 'netlist.v'))
    for name, text in (('pin_order.cfg', pin_order), ('nrc_encoder.sdc', SDC_BEFORE + constraints + SDC_AFTER),
                       ('macros.v', boxes), ('config.json', json.dumps(config, indent=2) + '\n')):
        with open(os.path.join(out, name), 'w', encoding='utf-8') as f:
            f.write(text)
    return os.path.join(out, 'config.json')


def main() -> int:
    """Exit status 1, with one line, if something is missing."""
    parser = argparse.ArgumentParser(description='Inputs of a layout with LibreLane')
    parser.add_argument('estimate', help='directory of an estimate: build/asic/LIBRARY/NAME')
    parser.add_argument('--pdk', default='', help='directory of ihp-sg13g2, needed if the design has SRAM macros')
    options = parser.parse_args()
    try:
        path = prepare(options.estimate, options.pdk)
    except (Failure, KeyError, ValueError) as e:
        print(f'layout: {e}', file=sys.stderr)
        return 1
    print(f'{path}\nlibrelane --pdk ihp-sg13g2 {path}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
