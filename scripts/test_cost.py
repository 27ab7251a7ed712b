#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the test tiers cost in processor time (user and system), as ratios in one run.

    scripts/test_cost.py test BASE            `make test` from nothing at commit BASE and at HEAD
    scripts/test_cost.py check                `make check` from nothing, then after a change of each of
                                              some files, the widely included ones first

Each tree is a clone in a directory of its own. Packages must be installed (scripts/install_deps.sh test):
installing is not measured. Nothing else should run: processor time grows when cores share caches.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Files whose change reaches far, one of each kind, and what makes a change of them.
CHANGES = {
    'model/include/nrc/format.hpp': '\n// changed\n',
    'model/src/stages/predictor.cpp': '\n// changed\n',
    'model/src/stream/receiver.cpp': '\n// changed\n',
    'tools/cli/encode_command.cpp': '\n// changed\n',
    'rtl/stages/nrc_predictor.sv': '\n// changed\n',
    'rtl/generated/nrc_pkg.sv': '\n// changed\n',
    'tb/unit/predictor_tb.cpp': '\n// changed\n',
}


def cost(command: list[str], cwd: Path, log: Path) -> tuple[float, float]:
    """(processor seconds, elapsed seconds) of a command and all that it starts. Raises SystemExit with one
    line if it fails; its output is in `log`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with log.open('wb') as output:
        status = subprocess.run(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status != 0:
        raise SystemExit(f'error: {" ".join(command)} failed in {cwd} (status {status}); see {log}')
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
            time.monotonic() - start)


def clone(commit: str, directory: Path) -> Path:
    """A clone of the repository at `commit` in `directory`."""
    subprocess.run(['git', 'clone', '--quiet', str(ROOT), str(directory)], check=True)
    subprocess.run(['git', '-C', str(directory), 'checkout', '--quiet', commit], check=True)
    return directory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('tier', choices=['test', 'check'])
    parser.add_argument('base', nargs='?', help='commit to compare `make test` with')
    parser.add_argument('--json', type=Path, help='file to write the figures to')
    parser.add_argument('--work', type=Path, help='directory for the trees (default: a temporary one)')
    options = parser.parse_args()
    if options.tier == 'test' and options.base is None:
        parser.error('give the commit to compare with: scripts/test_cost.py test COMMIT')
    head = subprocess.run(['git', '-C', str(ROOT), 'rev-parse', 'HEAD'], check=True, capture_output=True,
                          text=True).stdout.strip()
    rows: list[dict[str, object]] = []

    def measure(what: str, command: list[str], tree: Path) -> float:
        processor, elapsed = cost(command, tree, tree.parent / f'{len(rows)}.log')
        rows.append({'what': what, 'processor_s': round(processor, 1), 'elapsed_s': round(elapsed, 1)})
        print(f'{what:60} {processor:8.1f} s of processor time, {elapsed:7.1f} s', flush=True)
        return processor

    with tempfile.TemporaryDirectory(prefix='nrc-cost-') as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        if options.tier == 'test':
            base = measure(f'make test at {options.base[:10]}', ['make', 'test'], clone(options.base, work / 'base'))
            now = measure(f'make test at {head[:10]}', ['make', 'test'], clone(head, work / 'head'))
            rows.append({'what': 'ratio', 'processor': round(now / base, 3)})
            print(f'{100 * now / base:.1f} % of the processor time')
        else:
            tree = clone(head, work / 'head')
            measure('make check from nothing', ['make', 'check'], tree)
            measure('make check with nothing changed', ['make', 'check'], tree)
            for name, change in CHANGES.items():
                path = tree / name
                path.write_text(path.read_text(encoding='utf-8') + change, encoding='utf-8')
                measure(f'make check after a change of {name}', ['make', 'check'], tree)
    if options.json:
        options.json.write_text(json.dumps({'commit': head, 'cores': os.cpu_count(), 'rows': rows}, indent=1) + '\n',
                                encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
