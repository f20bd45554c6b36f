# SPDX-License-Identifier: GPL-2.0-only
"""The Debian package, as those meet it who install it."""
