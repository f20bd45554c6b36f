# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's board, and all that it boots with."""
