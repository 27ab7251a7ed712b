# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(bit_packer)
nrc_unit_bench(bit_packer NAME shallow PARAMS Pipeline=1)
