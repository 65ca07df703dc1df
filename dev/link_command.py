# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Put the ``edge-sched`` command into the environment; it runs the package colcon installed."""

from __future__ import annotations

import sys
from pathlib import Path

_SCRIPT = """#!{python}
import sys

from edge_sched_ros.cli.main import main

sys.exit(main())
"""


def main() -> None:
    """Write the script."""
    script = Path(sys.prefix, 'bin', 'edge-sched')
    script.write_text(_SCRIPT.format(python=sys.executable))
    script.chmod(0o755)


if __name__ == '__main__':
    main()
