# SPDX-License-Identifier: GPL-2.0-only
"""Boots of the board that test something, and what they say."""
