# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run of a comparison once more, with a trace: the same seed gives the same run."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite import Case
from edge_sched_ros.simulation.trace import trace_file
from edge_sched_ros.tracing.setup import setup_data


def record_case(case: Case, path: Path) -> None:
    """
    Make a run on one device and write its trace.

    :raises ConfigError: when it cannot be written
    """
    system, settings = case.scenario.system(), dict(case.settings)
    head = {
        'workload': system.workload.name,
        'platform': system.platform.name,
        'load': case.scenario.load,
        'policy': case.policy,
        'policy_parameters': settings,
        'seed': case.seed,
        'seconds': case.seconds,
        'made_by': 'simulate',
        'setup': setup_data(system.tasks, system.units, system.profiles()),
    }
    with trace_file(path, head) as listener:
        simulator = Simulator(
            system,
            policy=case.policy,
            policy_parameters=settings,
            seed=case.seed,
            listener=listener,
        )
        simulator.run(case.seconds)
