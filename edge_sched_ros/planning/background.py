# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Plans in a process of its own: a planning file on the standard input, a plan on the output.

A search is for the most part Python, and beside the workers of a robot, in their process, it would
hold them up. Usage: ``python -m edge_sched_ros.planning.background SECONDS < FILE``.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError

#: what starting Python and the solver may take beside the search, in seconds
_START_S = 30.0
#: least favoured by the kernel
_NICE = 19
_MODULE = 'edge_sched_ros.planning.background'


def plan_now(file: Mapping[str, Any], time_limit_s: float) -> dict[str, list[str]]:
    """
    Return network -> the unit of each group: the shortest round, proven or not.

    :param file: the content of a planning file
    :raises ConfigError: when it cannot be planned
    """
    from edge_sched_ros.planning.objective import MIN_MAKESPAN
    from edge_sched_ros.planning.objective import Objective
    from edge_sched_ros.planning.plan_file import parse_problem
    from edge_sched_ros.planning.planner import make_plan

    if not file['networks']:
        return {}
    problem = parse_problem(file, 'plan')
    return make_plan(problem, Objective(MIN_MAKESPAN), time_limit_s=time_limit_s).mapping


def plan_elsewhere(file: Mapping[str, Any], time_limit_s: float) -> dict[str, list[str]]:
    """
    Return what :func:`plan_now` does, from a process that gets the time others leave.

    :raises ConfigError: when it cannot be planned, or the process does not come to an end
    """
    command = [sys.executable, '-m', _MODULE, f'{time_limit_s:g}']
    try:
        done = subprocess.run(
            command, input=json.dumps(file), capture_output=True, text=True, check=False,
            timeout=time_limit_s + _START_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError('plan', f'no plan was made: {error}') from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f'exit code {done.returncode}']
        raise ConfigError('plan', words[-1].removeprefix('plan: '))
    mapping: dict[str, list[str]] = json.loads(done.stdout)
    return mapping


def main() -> int:
    """Read, plan, print."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    try:
        print(json.dumps(plan_now(json.load(sys.stdin), float(sys.argv[1]))))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
