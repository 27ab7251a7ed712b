# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(context NAME default PARAMS Channels=16)
nrc_unit_bench(context NAME 1024 PARAMS Channels=1024)
nrc_unit_bench(context NAME 1 PARAMS Channels=1)
nrc_unit_bench(context NAME delay PARAMS Channels=16 UpdateDelay=3)
nrc_unit_bench(context NAME generic_w16 TABLES generic PARAMS Channels=10 CodeWidth=16)
nrc_unit_bench(context NAME generic_w16_delay TABLES generic PARAMS Channels=1 CodeWidth=16 UpdateDelay=3)
# Three classes as no built-in set has them: modulus_bits 8, 1 and 0, split in the first two.
nrc_unit_bench(context NAME odd PARAMS Channels=16 NumClasses=3 NumTables=700
               ClassBelow=48'hFFFF01000003 ClassFirstTable=48'h028F028A0007
               ClassModulusBits=48'h000000010008 ClassSplit=48'h000000010001
               ClassRawBits=48'h000C00050000)
nrc_unit_bench(context NAME shallow PARAMS Channels=16 Pipeline=1)
nrc_unit_bench(context NAME shallow_1 PARAMS Channels=1 Pipeline=1)
nrc_unit_bench(context NAME shallow_generic_w16 TABLES generic PARAMS Channels=4 CodeWidth=16 Pipeline=1)
nrc_unit_bench(context NAME shallow_odd PARAMS Channels=16 Pipeline=1 NumClasses=3 NumTables=700
               ClassBelow=48'hFFFF01000003 ClassFirstTable=48'h028F028A0007
               ClassModulusBits=48'h000000010008 ClassSplit=48'h000000010001
               ClassRawBits=48'h000C00050000)
