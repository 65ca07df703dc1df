# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``dev/env.sh python dev/docs FOLDER``: writes the sources of the site, which Sphinx reads."""

from __future__ import annotations

import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[2]))

from dev.docs.sources import write_sources  # noqa: E402

if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: dev/env.sh python dev/docs FOLDER')
    try:
        write_sources(Path(sys.argv[1]))
    except (OSError, ValueError) as error:
        sys.exit(f'dev/docs: {error}')
