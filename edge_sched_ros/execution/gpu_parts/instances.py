# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The MIG instances of this machine, as ``nvidia-smi -L`` lists them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

_TIMEOUT_S = 10.0
_GPU = re.compile(r'GPU (\d+): (.+?) \(UUID: (GPU-[^)]+)\)')
_INSTANCE = re.compile(r'\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)')


@dataclass(frozen=True, slots=True)
class MigInstance:
    """
    An instance that the system's administrator has made.

    :param of: the unit that is the whole GPU, by nvidia-smi's number
    :param profile: compute slices and memory, such as ``3g.20gb``
    """

    of: str
    profile: str
    uuid: str


def read_instances(text: str) -> tuple[MigInstance, ...]:
    """Return the instances in what ``nvidia-smi -L`` prints."""
    found: list[MigInstance] = []
    gpu = ''
    for line in text.splitlines():
        if whole := _GPU.match(line):
            gpu = f'gpu{whole[1]}'
        elif gpu and (one := _INSTANCE.match(line)):
            found.append(MigInstance(gpu, one[1], one[2]))
    return tuple(found)


def find_instances() -> tuple[tuple[MigInstance, ...], str]:
    """Return the instances here, and why they cannot be listed; empty when they can."""
    try:
        done = subprocess.run(
            ['nvidia-smi', '-L'],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        return (), 'there is no nvidia-smi, which lists MIG instances (Jetsons have none)'
    except (OSError, subprocess.TimeoutExpired) as error:
        return (), f'nvidia-smi -L does not answer: {" ".join(str(error).split())}'
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ['no reason given']
        return (), f'nvidia-smi -L fails: {lines[-1]}'
    return read_instances(done.stdout), ''
