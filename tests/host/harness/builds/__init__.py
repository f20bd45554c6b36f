# SPDX-License-Identifier: GPL-2.0-only
"""What is fetched or built for a boot: kernels, and modules for them."""
