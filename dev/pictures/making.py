# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a picture in a folder like the checkout, then draws it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev.pictures.catalogue import FOLDER
from dev.pictures.catalogue import Picture

CHECKOUT = Path(__file__).resolve().parents[2]
#: what commands leave beside the checkout's files
SCRATCH = CHECKOUT / 'out' / 'pictures'
_TIMEOUT_S = 1800
_NOT_LINKED = {'.git', 'log'}


def make(picture: Picture, done: set[str]) -> None:
    """
    Make a picture.

    :param done: the commands that ran before, which do not run again; those of this are added
    :raises CalledProcessError: for a command that fails
    :raises NoBrowserError: where a page is to be shown and there is no Chromium
    """
    if not done:
        shutil.rmtree(SCRATCH, ignore_errors=True)
        _link_the_checkout()
    for name, text in picture.files.items():
        (SCRATCH / name).write_text(text)
    for command in picture.commands:
        if command not in done:
            print(f'$ {command}', flush=True)
            _run(command)
            done.add(command)
    target = CHECKOUT / FOLDER / picture.file
    if picture.draw is not None:
        here = Path.cwd()
        os.chdir(SCRATCH)
        try:
            picture.draw(target)
        finally:
            os.chdir(here)
    print(f'{FOLDER}/{picture.file}: {target.stat().st_size / 1024:.0f} KiB', flush=True)


def _run(command: str) -> None:
    path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    subprocess.run(
        ['bash', '-euo', 'pipefail', '-c', command],
        # make makes the environment of the checkout, so it runs there
        cwd=CHECKOUT if command.startswith('make ') else SCRATCH,
        env=os.environ | {'PATH': path},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=_TIMEOUT_S,
    )


def _link_the_checkout() -> None:
    SCRATCH.mkdir(parents=True)
    for path in CHECKOUT.iterdir():
        link = SCRATCH / path.name
        if path.name not in _NOT_LINKED:
            link.symlink_to(path)
