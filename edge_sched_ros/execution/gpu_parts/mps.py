# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the MPS control daemon of CUDA runs: without it a share has no effect."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = '/tmp/nvidia-mps'
_HOW = 'nvidia-cuda-mps-control -d starts it'


def pipe_folder() -> Path:
    """Return the folder where clients look for the daemon."""
    return Path(os.environ.get('CUDA_MPS_PIPE_DIRECTORY') or _FOLDER)


def why_no_daemon(folder: Path | None = None) -> str:
    """
    Return why a client would find no daemon; empty where one runs.

    CUDA then goes on without MPS and without a word, on the whole GPU: so this looks first.
    """
    file = (folder or pipe_folder()) / 'nvidia-cuda-mps-control.pid'
    try:
        number = int(file.read_text().strip())
    except (OSError, ValueError):
        return f'the MPS control daemon does not run ({_HOW}; looked for {file})'
    if not Path('/proc', str(number)).exists():
        return f'the MPS control daemon has ended ({_HOW}; {file} is of an earlier one)'
    return ''
