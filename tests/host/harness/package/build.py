# SPDX-License-Identifier: GPL-2.0-only
"""The packages, built for tests."""

import functools
import os
from pathlib import Path

from harness.places import BUILD, TOP, locked
from harness.programs import run

OLD, NEW = "0.0.1+test", "0.0.2+test"


@functools.lru_cache(None)
def build_deb(version=""):
    """Build the packages; returns (version, paths)."""
    out = BUILD / "test-deb" / (version or "default")
    with locked("deb"):
        done = run(TOP / "packaging/build-deb",
                   env={**os.environ, "SMMU_VERSION": version, "SMMU_DEB_DIR": str(out)})
    paths = [Path(line) for line in done.text.splitlines() if line.endswith(".deb")]
    return paths[0].name.split("_")[1], paths
