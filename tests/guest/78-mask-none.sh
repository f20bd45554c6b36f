# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# tree: mask-none
# load: smmu
# A mask of iommu-map that ignores everything: all functions are one stream, and so one
# group. The board sends that stream for the first edu device alone, so the other's aborts.
. /test/lib.sh
. /test/edu.sh
edu_use
check "both are behind our SMMU" [ "$(smmu_driver_of "$EDU0")$(smmu_driver_of "$EDU1")" = smmusmmu ]
check "both are in one group" [ "$(group_of "$EDU0")" = "$(group_of "$EDU1")" ]
check "the one whose stream it is: DMA works" edu_copies "$EDU0"
at=$(edu_alloc "$EDU1" 4096)
edu_fill "$EDU1" buf
edu_tell "$EDU1" dma write "$at" 64
check "the other one sends another stream" edu_untouched "$EDU1" buf
unbind "$EDU1"
check "it goes, the first one works" edu_copies "$EDU0"
finish
