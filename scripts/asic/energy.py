#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compression costs and what it saves at the radio (docs/asic.md): make energy.

Reads the reports that make asic wrote. A sample of 10 bits that is sent as B bits saves (10 - B) times the
radio's energy for a bit, and costs what the encoder takes for a sample.
"""

import argparse
import glob
import json
import os
import sys

RATE = 19531.25  # Hz, a channel
CODE_BITS = 10   # of a sample without compression


def main() -> int:
    """Exit status 1, with one line, if a report is missing or unreadable."""
    parser = argparse.ArgumentParser(description='Energy of compression against energy of the radio')
    parser.add_argument('directory', help='with the reports of make asic')
    parser.add_argument('--radio', default='10,30,100', help='pJ for a bit sent, several with commas')
    parser.add_argument('--bits', type=float, help='bits of a sample with compression (default: of the short run '
                        'that make asic simulates)')
    options = parser.parse_args()
    try:
        radios = [float(x) for x in options.radio.split(',')]
    except ValueError:
        print(f'energy: cannot read RADIO={options.radio}; give pJ/bit, several with commas', file=sys.stderr)
        return 1
    reports = []
    for path in sorted(glob.glob(os.path.join(glob.escape(options.directory), '*', '*', 'report.json'))):
        try:
            with open(path, encoding='utf-8') as f:
                report = json.load(f)
            columns = report['columns']
            bits = options.bits or columns['bits per sample']
            name = f"{report['target'][:22]} {report['profile']} {report['channels']}"
            reports.append((name, bits, columns['energy (pJ/sample)']))
            if 'second corner (V)' in columns:
                reports.append((f"{name}, {columns['second corner (V)']:g} V", bits,
                                columns['second corner: energy (pJ/sample)']))
        except (OSError, ValueError, KeyError) as e:
            print(f'energy: cannot use {path}: {e}; run make asic again', file=sys.stderr)
            return 1
    if not reports:
        print(f'energy: there is no report in {options.directory}; run make asic LIBERTY=path first', file=sys.stderr)
        return 1
    print(f"{'':48}{'bits a':>8}{'cost, pJ':>10}{'break-even':>12}" +
          ''.join(f'{f"at {r:g} pJ/bit":>16}' for r in radios))
    print(f"{'':48}{'sample':>8}{'a sample':>10}{'pJ/bit':>12}" + ''.join(f"{'uW/channel':>16}" for _ in radios))
    for name, bits, cost in reports:
        saved = CODE_BITS - bits
        # Saved less spent, by the radio's energy for a bit.
        net = ''.join(f'{(saved * r - cost) * RATE * 1e-6:16.2f}' for r in radios)
        print(f'{name:48}{bits:8.3f}{cost:10.1f}' + (f'{cost / saved:12.1f}' if saved > 0 else f"{'never':>12}") + net)
    return 0


if __name__ == '__main__':
    sys.exit(main())
