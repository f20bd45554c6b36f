# SPDX-License-Identifier: GPL-2.0-only
"""The Debian package, as it behaves for those who install it."""
