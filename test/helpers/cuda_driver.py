# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A compiled CUDA driver that tells this process and others what the environment says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_SOURCE = """
#include <stdlib.h>
#include <string.h>
static int number(const char *name, int otherwise)
{
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}
int cuInit(unsigned flags)
{
  if (number("FAKE_CRASH", 0)) { *(volatile int *)0 = 1; }
  return flags ? 1 : number("FAKE_INIT", 0);
}
int cuDriverGetVersion(int *version) { *version = 12060; return 0; }
int cuDeviceGetCount(int *count) { *count = number("FAKE_COUNT", 2); return 0; }
int cuDeviceGet(int *device, int index) { *device = 70 + index; return 0; }
int cuDeviceGetName(char *name, int size, int device)
{
  strncpy(name, device == 70 ? "Orin" : "Second", size);
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int device)
{
  switch (attribute) {
    case 16: *value = 14; return 0;      /* multiprocessors */
    case 18: *value = device == 70; return 0;  /* integrated */
    case 75: *value = 8; return 0;       /* compute capability, major */
    case 76: *value = 7; return 0;       /* minor */
  }
  return 1;
}
int cuGetErrorString(int error, const char **text) { *text = "no device"; return 0; }
"""


def build_cuda_driver(folder: Path) -> Path:
    """Compile the driver in a folder; return that, for ``LD_LIBRARY_PATH``."""
    compiler = shutil.which('cc') or pytest.skip('there is no C compiler')
    source = folder / 'driver.c'
    source.write_text(_SOURCE)
    subprocess.run(
        [compiler, '-shared', '-fPIC', '-o', folder / 'libcuda.so.1', source],
        check=True,
        timeout=120,
    )
    return folder
