# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(context NAME default CHECK PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Pipeline=0)
nrc_unit_bench(context NAME 1 PARAMS Channels=1 CodeWidth=10 UpdateDelay=0 Pipeline=0)
nrc_unit_bench(context NAME delay PARAMS Channels=16 CodeWidth=10 UpdateDelay=3 Pipeline=0)
nrc_unit_bench(context NAME generic_w16_delay TABLES generic
               PARAMS Channels=1 CodeWidth=16 UpdateDelay=3 Pipeline=0)
# One class: no scale is kept.
nrc_unit_bench(context NAME one_class
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Pipeline=0 NumClasses=1 NumTables=4
               ClassBelow=16'hFFFF ClassFirstTable=16'h0000 ClassModulusBits=16'h0002
               ClassSplit=16'h0000 ClassRawBits=16'h0000)
# Three classes as no built-in set has them: modulus_bits 8, 1 and 0, split in the first two.
nrc_unit_bench(context NAME odd
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Pipeline=0 NumClasses=3 NumTables=700
               ClassBelow=48'hFFFF01000003 ClassFirstTable=48'h028F028A0007
               ClassModulusBits=48'h000000010008 ClassSplit=48'h000000010001
               ClassRawBits=48'h000C00050000)
nrc_unit_bench(context NAME shallow PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Pipeline=1)
nrc_unit_bench(context NAME shallow_generic_w16 TABLES generic
               PARAMS Channels=4 CodeWidth=16 UpdateDelay=0 Pipeline=1)
