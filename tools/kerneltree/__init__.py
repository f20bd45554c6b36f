# SPDX-License-Identifier: GPL-2.0-only
"""The project's files in a kernel tree: as an overlay, and as patches."""
