# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``dev/env.sh python dev/pictures [FILE...]``: makes the pictures of the pages, or some."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[2]))

from dev.pictures.catalogue import FOLDER  # noqa: E402
from dev.pictures.catalogue import PICTURES  # noqa: E402
from dev.pictures.making import make  # noqa: E402
from dev.pictures.screenshot import NoBrowserError  # noqa: E402


def main() -> None:
    """Make the pictures; those that take long only where they are named."""
    names = [one.file for one in PICTURES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'files', nargs='*', metavar='FILE', help=f'in {FOLDER}: {", ".join(names)}'
    )
    wanted = parser.parse_args().files
    if unknown := [name for name in wanted if name not in names]:
        sys.exit(f'dev/pictures: {unknown[0]}: no such picture (they are {", ".join(names)})')
    done: set[str] = set()
    left_out = []
    for one in PICTURES:
        if one.file not in wanted and (wanted or one.takes_long):
            continue
        try:
            make(one, done)
        except NoBrowserError as error:
            left_out.append(f'dev/pictures: {FOLDER}/{one.file} is as it was: {error}')
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            sys.exit(f'dev/pictures: {one.page}: {one.file}: {error}')
    print('\n'.join(left_out), file=sys.stderr)
    sys.exit(1 if left_out else 0)


if __name__ == '__main__':
    main()
