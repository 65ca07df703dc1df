# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Runs probes that may crash in a short-lived process.

TensorRT without a driver and some VPI backends do not raise an exception but end the process, so a
probe runs in a child process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

#: time limit of a probe: the first load of the CUDA libraries on a small module takes seconds
TIMEOUT_S = 20.0

# no core files for expected crashes, and no imports from the working folder
_BOOT = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.path[:] = [folder for folder in sys.path if folder]
sys.argv[:] = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """
    The result of a probe.

    :param ok: whether the probed part works
    :param facts: its output, as far as it got
    :param reason: why it does not work; empty when it does
    """

    ok: bool
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ''


def run_probe(script: Path, *arguments: str, timeout_s: float = TIMEOUT_S) -> ProbeResult:
    """
    Run a script and return its result; never raises, whatever the script does.

    :param script: prints lines of JSON objects, where later keys override earlier ones; the key
        ``error`` has the reason of an absence. Other lines (output of libraries) are ignored.
    :param timeout_s: time after which it is ended
    """
    if not sys.executable:
        return ProbeResult(False, reason='there is no Python interpreter to probe with')
    try:
        done = subprocess.run(
            [sys.executable, '-c', _BOOT, str(script), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        facts = _facts(error.stdout or b'')
        return ProbeResult(False, facts, f'probing took longer than {timeout_s:g} s')
    except OSError as error:
        return ProbeResult(False, reason=f'cannot be probed: {error.strerror}')
    facts = _facts(done.stdout)
    reason = _reason(done.returncode, facts, done.stderr)
    return ProbeResult(not reason, facts, reason)


def _facts(output: bytes) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for line in output.decode(errors='replace').splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            facts |= found
    return facts


def _reason(code: int, facts: Mapping[str, Any], errors: bytes) -> str:
    if code < 0:
        return f'probing it ended with {_signal_name(-code)}'
    if facts.get('error'):
        return ' '.join(str(facts['error']).split())
    if code:
        lines = errors.decode(errors='replace').strip().splitlines()
        return f'probing it failed: {lines[-1] if lines else f"exit code {code}"}'
    return '' if facts else 'probing it gave no answer'


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f'signal {number}'
