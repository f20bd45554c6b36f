# SPDX-License-Identifier: GPL-2.0-only
"""Litmus tests of the driver's barriers (tests/litmus/*.litmus), from the bottom up.

    forms       one file is several tests: as it stands, and with each barrier weakened
    herd        run them by herd7 with the memory model of the kernel's source

That each barrier of the driver has a test is a check of lint/ (barriers).
"""
