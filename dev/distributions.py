# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Build the source distribution, and from it the wheel of this interpreter, as pip would.

Usage: ``python3 dev/distributions.py FOLDER`` with ``pip install build``. The wheel has the native
data path and the compiled dispatcher where compilers are at hand; ``EDGE_SCHED_COMPILED=0`` leaves
the latter out, which takes a minute. Nothing is written into the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 1800


def tracked_files() -> list[str]:
    """Return the files of the checkout that git does not ignore."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    return [name for name in listed.split('\0') if name and (ROOT / name).is_file()]


def copy_checkout(target: Path) -> None:
    """Copy the checkout's own files to a folder, which builds may write to."""
    for name in tracked_files():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, path)


def build(target: Path, *, wheel: bool = True) -> list[Path]:
    """
    Return the files that were built.

    :param target: folder for them
    :param wheel: build a wheel for this interpreter, too, from the source distribution
    """
    target.mkdir(parents=True, exist_ok=True)
    before = set(target.iterdir())
    with TemporaryDirectory() as folder:
        copy_checkout(Path(folder))
        command = [sys.executable, '-m', 'build', '--outdir', str(target.resolve())]
        # as a user would build it: what the calling environment has on its path is not there
        env = {key: value for key, value in os.environ.items() if key != 'PYTHONPATH'}
        env.setdefault('EDGE_SCHED_COMPILED', '1')
        subprocess.run(
            [*command, *([] if wheel else ['--sdist']), '.'],
            cwd=folder,
            check=True,
            timeout=TIMEOUT_S,
            env=env,
        )
    return sorted(set(target.iterdir()) - before)


def main() -> int:
    """Build both, and print their names."""
    if len(sys.argv) != 2 or sys.argv[1].startswith('-'):
        print(f'usage: {sys.argv[0]} FOLDER', file=sys.stderr)
        return 2
    try:
        for path in build(Path(sys.argv[1])):
            print(path)
    except subprocess.CalledProcessError as error:
        print(f'distributions: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
