#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Edalize 0.6.8 writes a simulation's post_run scripts into its Makefile, as a target that depends on `run`, and then
# makes `run`: the scripts are never called. So a script that checks what a simulation wrote (FuseSoC: `hooks: {post_run:
# [...]}` of a target with `flow: sim`) passes whatever it wrote; the bench must fail by itself. The tools' older
# interface (`default_tool`, without `flow`) does call them. Needs python3 with venv, iverilog, make and PyPI; exits 1 if
# the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install -q --disable-pip-version-check --no-compile edalize==0.6.8
cat >top.v <<'END'
module top;
  initial $display("the simulation ran");
endmodule
END
cat >run.py <<'END'
from edalize.flows.sim import Sim
edam = {"name": "top", "toplevel": "top", "files": [{"name": "top.v", "file_type": "verilogSource"}],
        "flow_options": {"tool": "icarus"}, "hooks": {"post_run": [{"name": "check", "cmd": ["touch", "checked"]}]}}
flow = Sim(edam, ".")
flow.configure()
flow.build()
flow.run()
END
venv/bin/python run.py
grep -A1 '^check:' Makefile
if [ -e checked ] || ! grep -q '^check: run' Makefile; then
  echo "changed"
  exit 1
fi
echo "as described"
