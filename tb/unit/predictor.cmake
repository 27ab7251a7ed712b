# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(predictor NAME 16 CHECK
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 ValueFraction=0 Queue=0 Pipeline=0)
nrc_unit_bench(predictor NAME 1
               PARAMS Channels=1 CodeWidth=10 UpdateDelay=0 ValueFraction=0 Queue=0 Pipeline=0)
nrc_unit_bench(predictor NAME w16_delay
               PARAMS Channels=1 CodeWidth=16 UpdateDelay=3 ValueFraction=0 Queue=0 Pipeline=0)
nrc_unit_bench(predictor NAME w2
               PARAMS Channels=3 CodeWidth=2 UpdateDelay=0 ValueFraction=0 Queue=0 Pipeline=0)
nrc_unit_bench(predictor NAME quarter_w4
               PARAMS Channels=5 CodeWidth=4 UpdateDelay=0 ValueFraction=2 Queue=0 Pipeline=0)
nrc_unit_bench(predictor NAME quarter_w16_delay
               PARAMS Channels=1 CodeWidth=16 UpdateDelay=3 ValueFraction=2 Queue=0 Pipeline=0)

nrc_unit_bench(predictor NAME shallow
               PARAMS Channels=16 CodeWidth=10 UpdateDelay=0 ValueFraction=0 Queue=0 Pipeline=1)
nrc_unit_bench(predictor NAME shallow_1_w16
               PARAMS Channels=1 CodeWidth=16 UpdateDelay=0 ValueFraction=0 Queue=0 Pipeline=1)

nrc_unit_bench(predictor NAME queue
               PARAMS Channels=24 CodeWidth=10 UpdateDelay=0 ValueFraction=2 Queue=32 Pipeline=0)
