# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much of the time some thread of this process has the GIL."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# until Python 3.11 it names the thread that has the GIL; since then only that of the caller
_HAS_OWNER = sys.version_info < (3, 12)
_SOURCE = """
#include <time.h>
void *_PyThreadState_UncheckedGet(void);
void sample(double seconds, long *held, long *samples)
{
  struct timespec pause = {0, 300000}, now;
  double until;
  clock_gettime(CLOCK_MONOTONIC, &now);
  until = now.tv_sec + now.tv_nsec * 1e-9 + seconds;
  do {
    nanosleep(&pause, 0);
    *held += _PyThreadState_UncheckedGet() != 0;
    ++*samples;
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec + now.tv_nsec * 1e-9 < until);
}
"""


def gil_share(seconds: float) -> float | None:
    """
    Wait so long, and return the share of samples in which a thread had the GIL.

    ``None`` where Python does not tell. The sampler itself does not have it.
    """
    if not _HAS_OWNER:
        time.sleep(seconds)
        return None
    held, samples = ctypes.c_long(), ctypes.c_long()
    _library().sample(ctypes.c_double(seconds), ctypes.byref(held), ctypes.byref(samples))
    return held.value / max(1, samples.value)


def _library() -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, 'gil.c'), Path(folder, 'gil.so')
        source.write_text(_SOURCE)
        command = ['gcc', '-O2', '-shared', '-fPIC', str(source), '-o', str(library)]
        subprocess.run(command, check=True, timeout=60)
        return ctypes.CDLL(str(library))
