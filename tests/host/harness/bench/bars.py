# SPDX-License-Identifier: GPL-2.0-only
"""What "make bench" holds our driver to: the ratio to the in-tree driver, at most.

A case that is missing here is only shown; one that is here has to be measured.
"""

# Instructions by (case, part); "sum" is both parts together. The names of cases are
# those of tests/modules/bench_*.c.
TIME = {
    ("4K", "map"): 0.60, ("4K", "unmap"): 0.40,
    ("64K", "map"): 0.45, ("64K", "unmap"): 0.30,
    ("1M", "map"): 0.25, ("1M", "unmap"): 0.10,
    ("2M_pages", "map"): 0.22, ("2M_pages", "unmap"): 0.40,
    ("64M_pages", "map"): 0.22, ("64M_pages", "unmap"): 0.35,
    ("sg_256", "map"): 0.50, ("sg_256", "unmap"): 0.10,
    ("2M", "map"): 0.65, ("2M", "unmap"): 0.40,
    ("1G", "map"): 0.65, ("1G", "unmap"): 0.40,
    ("iova_to_phys", "map"): 0.60,
    ("attach", "sum"): 0.60,
    ("dma_map_benchmark_1", "map"): 0.75, ("dma_map_benchmark_1", "unmap"): 0.50,
}

# CMD_SYNCs for each unmap, not a ratio to anything. QEMU carries commands out while the
# doorbell is written, and runs as many CPUs at once as the machine has, so few can be
# waiting at a time: how many share a CMD_SYNC then is for KUnit (smmu_cmdq_group).
SYNCS = {(number, how): 1.0 for number in (4, 8) for how in ("turns", "free")}

# Bytes of these queues together.
QUEUE_NAMES = ("CMDQ_BASE", "EVENTQ_BASE")
QUEUES = 1 / 20
