# SPDX-License-Identifier: Apache-2.0
"""ROMs as gates in banks.

In one block of gates every new address makes thousands of gates switch, and glitch. Banks keep still:
a bank's address bits pass latches that open in the clock's low half, when the address is stable, and only
in the bank that the address selects. The words come in the same clock as from the module that is replaced.

In the code word ROM of the Huffman profile, tables are shared out by the high bits of their number. The symbols
about zero, which most samples are, have banks of their own, smaller ones. The address of the others passes latches
that they share first. The ROMs of the range profile are shared out by the high bits of their address.
"""

import re

from liberty import LibertyError
from technology import Technology


class Bank:
    """Words of the ROM whose tables' numbers begin with `number`, of the symbols about zero or of the others.
    `bits` are the address bits that distinguish them."""

    def __init__(self, is_near: bool, number: int, number_bits: int, bits: list[int], words: dict[int, str]) -> None:
        self.is_near = is_near
        self.number = number
        self.number_bits = number_bits
        self.bits = bits
        self.words = words  # by the value of these bits


def banks_of(words: dict[int, str], address_bits: int, table_bits: int, count: int) -> list[Bank]:
    """From {address: word}: `count` banks of the symbols about zero, a quarter of all, and as many of the others."""
    top = address_bits - table_bits - 1
    if count & (count - 1) or not 2 <= count <= 1 << table_bits or top < 3:
        raise LibertyError(f'--rom-banks {count}: give a power of two from 2 to {1 << table_bits}, or 1')
    result = []
    for is_near in (True, False):
        number_bits = count.bit_length() - 1
        low = address_bits - number_bits
        bits = [b for b in range(low) if not is_near or b not in (top - 1, top - 2)]
        for number in range(1 << number_bits):
            part = {}
            for address, word in words.items():
                # About S/2 the two bits below the top one are its complement.
                t, u, v = (address >> b & 1 for b in (top, top - 1, top - 2))
                if address >> low == number and (t != u and t != v) == is_near:
                    part[sum((address >> b & 1) << i for i, b in enumerate(bits))] = word
            result.append(Bank(is_near, number, number_bits, bits, part))
    return result


class _Source:
    """A generated ROM: its words by address, as Verilog constants, and its widths."""

    def __init__(self, source: str, module: str) -> None:
        address = re.search(r'\[\s*(\d+):0\]\s*addr_i', source)
        data = re.search(r'\[\s*(\d+):0\]\s*data_o', source)
        rows = re.findall(r"`NRC_ROM_ROW\((\d+),([^)]*)\)", source)
        if not address or not data or not rows:
            raise LibertyError(f'{module}.sv does not look as expected; run make generate')
        self.bits, self.width = int(address[1]) + 1, int(data[1]) + 1
        self.words = {int(first) + i: f'{self.width}{word}'
                      for first, row in rows for i, word in enumerate(row.split(','))}


def _low_clock(technology: Technology) -> str:
    """Declares clk_n, the inverted clock; Yosys merges the inverters of all users."""
    cell = technology.inverter
    return f'  wire clk_n;\n  {cell.name} u_clk_n (.{cell.inputs[0]}(clk_i), .{cell.outputs[0]}(clk_n));\n'


def _latches(technology: Technology, name: str, select: str, inputs: list[str], pulse: str = 'clk_n') -> str:
    """A gate of `pulse` and the latches that it opens: low_NAME."""
    enable, pin_data, output = technology.latch_pins()
    clock, gate, gated = technology.gate_pins()
    assert technology.latch is not None
    assert technology.clock_gate is not None
    result = f'''  wire open_{name};
  wire [{len(inputs) - 1}:0] low_{name};
  {technology.clock_gate.name} u_gate_{name} (.{clock}({pulse}), .{gate}({select}), .{gated}(open_{name}));
'''
    for i, bit in enumerate(inputs):
        result += f'  {technology.latch.name} u_latch_{name}_{i} (.{enable}(open_{name}), .{pin_data}({bit}), ' \
                  f'.{output}(low_{name}[{i}]));\n'
    return result


def _bank_words(name: str, size: int, width: int, words: dict[int, str]) -> str:
    """The gates of one bank: word_NAME of the latched address. What no address leads to is never read."""
    text = f'  reg [{width - 1}:0] word{name};\n  always @* case (low_{name})\n'
    for place, word in sorted(words.items()):
        text += f"    {size}'d{place}: word{name} = {word};\n"
    return text + f"    default: word{name} = {width}'bx;\n  endcase\n"


def _joined(width: int, count: int) -> str:
    """The word of the selected bank, registered."""
    chosen = ' | '.join(f'(word{n} & {{{width}{{select{n}}}}})' for n in range(count))
    return f'  always @(posedge clk_i) data_o <= {chosen};\nendmodule\n'


def still_latches(technology: Technology) -> str:
    """SystemVerilog of nrc_still: latches that are open in the clock's low half."""
    enable, data, output = technology.latch_pins()
    clock, gate, gated = technology.gate_pins()
    assert technology.latch is not None
    assert technology.clock_gate is not None
    inverted = 'IQN' in (technology.latch.pins[output].function or '')
    return f'''// Generated by scripts/asic.
module nrc_still #(parameter int Width = 1) (
  input wire clk_i, input wire [Width-1:0] d_i, output wire [Width-1:0] q_o
);
{_low_clock(technology)}  wire open;
  {technology.clock_gate.name} u_gate (.{clock}(clk_n), .{gate}(1'b1), .{gated}(open));
  genvar b;
  for (b = 0; b < Width; b = b + 1) begin : gen_bit
    {technology.latch.name} u_latch (.{enable}(open), .{data}({'~' if inverted else ''}d_i[b]), .{output}(q_o[b]));
  end
endmodule
'''


def banked_by_address(source: str, module: str, count: int, technology: Technology) -> str:
    """SystemVerilog of a generated ROM in `count` banks by the high bits of its address."""
    rom = _Source(source, module)
    high = count.bit_length() - 1
    low = rom.bits - high
    if count & (count - 1) or count < 2 or low < 1:
        raise LibertyError(f'{count} banks of {module}: give a power of two from 2 to {1 << (rom.bits - 1)}')
    text = f'''// Generated by scripts/asic from {module}.sv.
module {module} (input wire clk_i, input wire [{rom.bits - 1}:0] addr_i, output reg [{rom.width - 1}:0] data_o);
''' + _low_clock(technology)
    for n in range(count):
        text += f"  wire select{n} = addr_i[{rom.bits - 1}:{low}] == {high}'d{n};\n"
        text += _latches(technology, str(n), f'select{n}', [f'addr_i[{b}]' for b in range(low)])
        text += _bank_words(str(n), low, rom.width,
                            {a & ((1 << low) - 1): w for a, w in rom.words.items() if a >> low == n})
    return text + _joined(rom.width, count)


def banked_rom(source: str, count: int, table_bits: int, technology: Technology) -> str:
    """SystemVerilog of nrc_huffman_rom in banks (see banks_of), from the generated one's text. `table_bits` of the
    address are the table's number."""
    rom = _Source(source, 'nrc_huffman_rom')
    bits, width = rom.bits, rom.width
    banks = banks_of(rom.words, bits, table_bits, count)
    top = bits - table_bits - 1
    text = f'''// Generated by scripts/asic from the table set's nrc_huffman_rom.sv.
module nrc_huffman_rom (input wire clk_i, input wire [{bits - 1}:0] addr_i, output reg [{width - 1}:0] data_o);
{_low_clock(technology)}  wire near = (addr_i[{top}] != addr_i[{top - 1}]) & (addr_i[{top}] != addr_i[{top - 2}]);
''' + _latches(technology, 'far', '~near', [f'addr_i[{b}]' for b in range(bits)])
    for n, bank in enumerate(banks):
        text += f"  wire select{n} = (addr_i[{bits - 1}:{bits - bank.number_bits}] == " \
                f"{bank.number_bits}'d{bank.number}) & {'' if bank.is_near else '~'}near;\n"
        text += _latches(technology, str(n), f'select{n}',
                         [f'{"addr_i" if bank.is_near else "low_far"}[{b}]' for b in bank.bits],
                         'clk_n' if bank.is_near else 'open_far')
        text += _bank_words(str(n), len(bank.bits), width, bank.words)
    return text + _joined(width, len(banks))
