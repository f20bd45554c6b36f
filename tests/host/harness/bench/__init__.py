# SPDX-License-Identifier: GPL-2.0-only
"""What our driver costs beside the in-tree one."""
