# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(carry_packer NAME default CHECK PARAMS Held=3 MaxLength=29 Pipeline=0)
# Few words held: chains of carries outrun them.
nrc_unit_bench(carry_packer NAME held1 PARAMS Held=1 MaxLength=29 Pipeline=0)
nrc_unit_bench(carry_packer NAME shallow PARAMS Held=3 MaxLength=29 Pipeline=1)
