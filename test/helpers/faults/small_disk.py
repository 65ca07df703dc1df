# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A disk of a few kilobytes that can be full."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from faults.engines import folder

_KIB = 64


@cache
def _mounted() -> tuple[Path, str | None]:
    """Mount it once for this process; return its folder, and why it could not be."""
    place = folder() / 'disk'
    place.mkdir()
    command = ['mount', '-t', 'tmpfs', '-o', f'size={_KIB}k', 'faults', str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except OSError as error:
        return place, f'no disk can be mounted: {error}'
    if done.returncode:
        return place, f'no disk can be mounted: {done.stderr.strip()}'
    # runs before the folder is removed
    atexit.register(subprocess.run, ['umount', '-l', str(place)], check=False, timeout=60)
    return place, None


def why_no_disk() -> str | None:
    """Return why there is no such disk here; ``None`` when there is one."""
    return _mounted()[1]


def disk() -> Path:
    """Return its folder, which is empty."""
    place = _mounted()[0]
    for one in place.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()
    return place


def fill(*, leave_kib: int = 0) -> None:
    """Let it be full but for so much."""
    place = _mounted()[0] / 'filler'
    with contextlib.suppress(OSError), place.open('wb', buffering=0) as file:
        while file.write(bytes(1024)):
            pass
    if leave_kib:
        os.truncate(place, max(0, place.stat().st_size - leave_kib * 1024))


def free() -> None:
    """Let there be room again."""
    (_mounted()[0] / 'filler').unlink(missing_ok=True)
