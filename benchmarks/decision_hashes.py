# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A hash of all decisions in every scenario: ``dev/env.sh python benchmarks/decision_hashes.py``.

Run it before and after a change that must not change decisions, in the checkouts of both, and
compare what they print with ``diff``.
"""

from __future__ import annotations

import argparse
import hashlib

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite import scenarios
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.system import System


def decisions_of(system: System, policy: str, seed: int, seconds: float) -> str:
    """Return a hash of all decisions of a run and of their times."""
    log = hashlib.sha256()

    def listen(now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        log.update(repr((now_ns, [str(one) for one in decisions])).encode())

    Simulator(system, policy=policy, seed=seed, listener=listen).run(seconds)
    return log.hexdigest()[:16]


def main() -> None:
    """Print a line for each scenario and policy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--suites', nargs='+', default=['dream', 'robot', 'xrbench'])
    parser.add_argument('--policies', nargs='+', default=['horizon'])
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--seconds', type=float, default=0.25)
    arguments = parser.parse_args()
    for suite in arguments.suites:
        for one in scenarios(load_suite(suite)):
            for policy in arguments.policies if one.has_one_device else ():
                found = decisions_of(one.system(), policy, arguments.seed, arguments.seconds)
                print(f'{suite}  {one.name}  {policy}  {found}', flush=True)


if __name__ == '__main__':
    main()
