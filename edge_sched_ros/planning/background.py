# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Plans in a separate process: a system file on standard input, a plan on standard output.

A search mostly runs Python code, and would delay the workers of a robot in their own process.
Usage: ``python -m edge_sched_ros.planning.background SECONDS < FILE``.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import library_problem
from edge_sched_ros.installation.own_module import module_command

#: time in seconds for Python's start, baselines and building the model, in addition to the search:
#: minutes, so that a large set gets a plan, too
_START_S = 600.0
#: lowest priority for the kernel
_NICE = 19
#: interval of checks whether the plan is still needed, in seconds
_LOOK_S = 0.5
_MODULE = 'edge_sched_ros.planning.background'


def plan_now(file: Mapping[str, Any], time_limit_s: float) -> dict[str, list[str]]:
    """
    Return network -> the unit of each group, for the shortest round found, proven or not.

    :param file: the content of a system file
    :raises ConfigError: when it cannot be planned
    """
    from edge_sched_ros.planning.from_file import problem_of
    from edge_sched_ros.planning.objective import MIN_MAKESPAN
    from edge_sched_ros.planning.objective import Objective
    from edge_sched_ros.planning.planner import make_plan
    from edge_sched_ros.system.parsing import parse_system

    if not file['networks']:
        return {}
    problem = problem_of(parse_system(('plan', file)))
    return make_plan(problem, Objective(MIN_MAKESPAN), time_limit_s=time_limit_s).mapping


def plan_elsewhere(
    file: Mapping[str, Any],
    time_limit_s: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, list[str]]:
    """
    Return the result of :func:`plan_now` from a process with the lowest priority.

    :param cancelled: returns whether the plan is no longer needed; then the process is ended
    :raises ConfigError: when it cannot be planned, or the process does not end in time
    """
    command = module_command(_MODULE, f'{time_limit_s:g}')
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    except OSError as error:
        raise ConfigError('plan', f'no plan was made: {error}') from None
    with process:
        try:
            out, words = _talk(process, json.dumps(file), time_limit_s + _START_S, cancelled)
        finally:
            process.kill()
    if process.returncode:
        lines = words.strip().splitlines() or [f'exit code {process.returncode}']
        raise ConfigError('plan', lines[-1].removeprefix('plan: '))
    mapping: dict[str, list[str]] = json.loads(out)
    return mapping


def _talk(
    process: subprocess.Popen[str], text: str, limit_s: float, cancelled: Callable[[], bool]
) -> tuple[str, str]:
    """Send a text to a process, and return its outputs."""
    given: str | None = text
    ends_s = time.monotonic() + limit_s
    while True:
        try:
            return process.communicate(given, timeout=_LOOK_S)
        except subprocess.TimeoutExpired:
            given = None
        if cancelled() or time.monotonic() > ends_s:
            why = 'nobody wants it' if cancelled() else f'not within {limit_s:g} s'
            raise ConfigError('plan', f'no plan was made: {why}')


def _end_with_parent() -> None:
    """End this process when its parent process has ended."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def main() -> int:
    """Read, plan, print."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        print(json.dumps(plan_now(json.load(sys.stdin), float(sys.argv[1]))))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:
        if (problem := library_problem(error)) is None:
            raise
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
