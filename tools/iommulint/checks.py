# SPDX-License-Identifier: GPL-2.0-only
"""All checks, in the order in which their findings are told."""

from . import (check_cells, check_groups, check_ids, check_map, check_masters, check_places,
               check_regions, check_windows, finding)

MODULES = (check_cells, check_ids, check_map, check_windows, check_regions, check_groups,
           check_places, check_masters)

# Importing them has filled the list; this puts it in order.
CHECKS = {name: function for module in MODULES for name, function in finding.CHECKS.items()
          if function.__module__ == module.__name__}
