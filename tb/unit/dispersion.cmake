# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(dispersion NAME 16 CHECK
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Queue=0 Pipeline=0)
nrc_unit_bench(dispersion NAME 1 PARAMS Channels=1 CodeWidth=10 UpdateDelay=0 Queue=0 Pipeline=0)
nrc_unit_bench(dispersion NAME delay PARAMS Channels=16 CodeWidth=10 UpdateDelay=3 Queue=0 Pipeline=0)
nrc_unit_bench(dispersion NAME generic_w16_delay TABLES generic
               PARAMS Channels=1 CodeWidth=16 UpdateDelay=3 Queue=0 Pipeline=0)
# A scale below MinScale at reset; the built-in one does not fit into 10 bits.
nrc_unit_bench(dispersion NAME generic_w4 TABLES generic
               PARAMS Channels=8 CodeWidth=4 UpdateDelay=0 Queue=0 InitialScale=40 Pipeline=0)
nrc_unit_bench(dispersion NAME shallow
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 Queue=0 Pipeline=1)
nrc_unit_bench(dispersion NAME queue
               PARAMS Channels=24 CodeWidth=10 UpdateDelay=0 Queue=32 Pipeline=0)
