# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(code_to_sample NAME shift6 CHECK PARAMS Mapping=1 CodeWidth=10)
nrc_unit_bench(code_to_sample NAME code_w16 PARAMS Mapping=0 CodeWidth=16)
