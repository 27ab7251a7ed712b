# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(bit_packer CHECK PARAMS MaxLength=31 Pipeline=0)
nrc_unit_bench(bit_packer NAME shallow PARAMS MaxLength=31 Pipeline=1)
