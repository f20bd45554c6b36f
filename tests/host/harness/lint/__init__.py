# SPDX-License-Identifier: GPL-2.0-only
"""The checks that boot nothing."""
