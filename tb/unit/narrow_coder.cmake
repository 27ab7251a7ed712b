# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(narrow_coder NAME w10 CHECK PARAMS CodeWidth=10)
