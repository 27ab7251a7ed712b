# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(shift6 NAME shift6)
nrc_unit_bench(shift6 NAME code10 PARAMS Mapping=0 CodeWidth=10)
nrc_unit_bench(shift6 NAME code2 PARAMS Mapping=0 CodeWidth=2)
nrc_unit_bench(shift6 NAME code16 PARAMS Mapping=0 CodeWidth=16)
nrc_unit_bench(shift6 NAME shallow PARAMS Pipeline=1)
nrc_unit_bench(shift6 NAME shallow_code10 PARAMS Mapping=0 CodeWidth=10 Pipeline=1)
