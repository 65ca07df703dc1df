# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node under load for a long time: does it grow, and does the ledger add up?"""

from __future__ import annotations

import time
from typing import Any

from faults.growth import Growth
from faults.node_robot import NodeRobot
from faults.programs import WAITS
from faults.scene import OTHERS_TOPIC
from faults.scene import unaccounted
from faults.scene import VICTIM_TOPIC

#: what a job takes, three tasks to a round on two cores
_JOB_MS = 10
_ROUNDS_HZ = 1e3 / _JOB_MS * 2 / 3
_SAMPLE_S = 1.0


def soak(seconds: float, load: float) -> dict[str, Any]:
    """
    Return growth and account of a node whose tasks get ``load`` times what two cores can do.

    :param seconds: how long
    """
    robot = NodeRobot({})
    growth = Growth()
    try:
        robot.round()
        _feed(robot, seconds, _ROUNDS_HZ * load, growth)
    finally:
        tasks = robot.close()
    released = sum(task['released'] for task in tasks.values())
    return {
        'load': load,
        'released': released,
        'answered': sum(task['on_time'] + task['late'] for task in tasks.values()),
        'unaccounted': unaccounted(tasks),
        'slowest_service_s': round(robot.service_s, 3),
        **growth.to_dict(),
    }


def _feed(robot: NodeRobot, seconds: float, hz: float, growth: Growth) -> None:
    began = time.monotonic()
    sent, sampled = 0, 0.0
    while (now_s := time.monotonic() - began) < seconds:
        if now_s >= sampled:
            growth.sample(now_s)
            sampled = now_s + _SAMPLE_S
            robot.ask()
        # a late publisher catches up a little, not for ever
        for _ in range(min(int(now_s * hz) - sent, 10)):
            for topic in (VICTIM_TOPIC, OTHERS_TOPIC):
                robot.bench.publish(topic, robot.image(WAITS + _JOB_MS))
        sent = int(now_s * hz)
        robot.bench.executor.spin_once(timeout_sec=1 / hz)
