# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Write a source tree with a ``debian`` folder, from which Debian's tools build the package.

Usage: ``python3 dev/debian FOLDER``. FOLDER gets the checkout's files and ``debian/``; there,
``dpkg-buildpackage -us -uc -b`` builds ``edge-sched``, the part that needs no ROS.
``dev/debian/dry_run.sh`` does both in a chroot, and installs the result in another.
"""

from __future__ import annotations

import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[2]))

from dev.debian.files import write_debian  # noqa: E402
from dev.distributions import copy_checkout  # noqa: E402
from dev.distributions import ROOT  # noqa: E402


def main() -> int:
    """Write the tree and say what it leaves out."""
    if len(sys.argv) != 2 or sys.argv[1].startswith('-'):
        print(f'usage: {sys.argv[0]} FOLDER', file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    if folder.exists() and any(folder.iterdir()):
        print(f'debian: {folder} is not empty', file=sys.stderr)
        return 2
    copy_checkout(folder)
    left_out = write_debian(ROOT / 'package.xml', folder / 'debian')
    print(f'{folder}: without what only ROS has: {", ".join(left_out)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
