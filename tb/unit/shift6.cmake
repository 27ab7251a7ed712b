# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(shift6 NAME shift6 CHECK PARAMS Mapping=1 CodeWidth=10 Pipeline=0)
nrc_unit_bench(shift6 NAME code2 PARAMS Mapping=0 CodeWidth=2 Pipeline=0)
nrc_unit_bench(shift6 NAME code16 PARAMS Mapping=0 CodeWidth=16 Pipeline=0)
nrc_unit_bench(shift6 NAME shallow PARAMS Mapping=1 CodeWidth=10 Pipeline=1)
nrc_unit_bench(shift6 NAME shallow_code10 PARAMS Mapping=0 CodeWidth=10 Pipeline=1)
