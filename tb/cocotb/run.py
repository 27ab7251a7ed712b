#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs encoder_cocotb.py in Icarus for some configurations of nrc_encoder, encoder_uvm.py for one, registers_cocotb.py
for one of nrc_encoder_axil, and decoder_cocotb.py for both profiles of nrc_decoder_axil. Needs cocotb
(requirements.txt), Icarus and the command nrc: make cocotb."""
import os
import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("NRC_COCOTB_DIR", ROOT / "build/cocotb"))

# Table set, parameters, and the options of docs/rtl.md that belong to them besides those below. Those of REGISTERS
# are of nrc_encoder_axil, those of DECODERS of nrc_decoder_axil.
CONFIGURATIONS: dict[str, tuple[str, dict[str, int], str]] = {
    "single": ("generic", {"Channels": 1, "CodeWidth": 8, "PacketFrames": 10}, ""),
    "narrow": ("generic", {"Channels": 8, "CodeWidth": 16, "PacketFrames": 5, "Narrow": 1, "Pipeline": 1}, "--narrow"),
    "range": ("generic", {"Channels": 32, "CodeWidth": 12, "PacketFrames": 4, "Profile": 1, "Neighbour": 1},
              "--profile range --neighbour"),
    "registers": ("generic", {"Channels": 4, "CodeWidth": 12, "PacketFrames": 6, "LoadableTables": 1}, ""),
    "decoder": ("generic", {"Channels": 4, "CodeWidth": 12, "PacketFrames": 6}, ""),
    "range_decoder": ("generic", {"Channels": 4, "CodeWidth": 12, "PacketFrames": 6, "Profile": 1}, "--profile range"),
    "uvm": ("generic", {"Channels": 4, "CodeWidth": 12, "PacketFrames": 6}, ""),
    "implant": ("default", {"Channels": 32, "CodeWidth": 10, "PacketFrames": 6}, ""),
}
REGISTERS = {"registers"}
DECODERS = {"decoder", "range_decoder"}
UVM = {"uvm"}  # with encoder_uvm.py


def run(name: str) -> int:
    """Builds and runs a configuration; returns how many tests failed."""
    tables, parameters, options = CONFIGURATIONS[name]
    design, module = (("encoder_axil", "registers_cocotb") if name in REGISTERS else
                      ("decoder_axil", "decoder_cocotb") if name in DECODERS else
                      ("encoder", "encoder_uvm" if name in UVM else "encoder_cocotb"))
    stream = {} if name in DECODERS else {"KeyInterval": 3, "RateMillihertz": 20_000_000}
    listed = (ROOT / f"rtl/lists/{design}_{tables}.f").read_text(encoding="utf-8").splitlines()
    runner = get_runner("icarus")
    runner.build(sources=[ROOT / line for line in listed if line.startswith("rtl/")],
                 includes=[ROOT / line.removeprefix("+incdir+") for line in listed if line.startswith("+incdir+")],
                 hdl_toplevel=f"nrc_{design}", build_dir=BUILD / name, build_args=["-g2012"], timescale=("1ns", "1ps"),
                 parameters={**parameters, **stream, "Mapping": 0})
    environment = {
        "NRC_CHANNELS": str(parameters["Channels"]), "NRC_CODE_WIDTH": str(parameters["CodeWidth"]),
        "NRC_PACKET_FRAMES": str(parameters["PacketFrames"]),
        "NRC_OPTIONS": f"--channels {parameters['Channels']} --mapping code --code-width {parameters['CodeWidth']} "
                       f"--packet-frames {parameters['PacketFrames']} --key-interval 3 --rate 20000 "
                       f"--tables {tables} {options}",
        "PYTHONPATH": str(HERE), "PYTHONWARNINGS": "ignore::DeprecationWarning"}  # of cocotbext-axi, by cocotb
    results = runner.test(hdl_toplevel=f"nrc_{design}", test_module=module, build_dir=BUILD / name,
                          test_dir=BUILD / name, extra_env=environment, results_xml="results.xml")
    tests, failed = get_results(results)
    print(f"cocotb: {name}: {tests - failed} of {tests} tests passed")
    return failed if tests else 1


def main() -> None:
    """All configurations, or those that are named."""
    names = sys.argv[1:] or [*CONFIGURATIONS]
    unknown = {*names} - {*CONFIGURATIONS}
    if unknown:
        sys.exit(f"cocotb: no configuration {' '.join(unknown)}; give some of {' '.join(CONFIGURATIONS)}")
    # Where it runs is another folder. The runner lets this environment win over what it is given.
    os.environ["NRC"] = str(Path(os.environ.get("NRC", ROOT / "build/nrc")).resolve())
    sys.exit(1 if sum(run(name) for name in names) else 0)


if __name__ == "__main__":
    main()
