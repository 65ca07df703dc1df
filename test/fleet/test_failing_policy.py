# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator whose high-level policy, from outside, fails: jobs go on, diagnostics say why."""

from __future__ import annotations

from fleets import Fleet

from edge_sched_ros.fleet.coordinator.health import examine_fleet
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.plugins.guarded_high_level_policy import GuardedHighLevelPolicy
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy


class Raises:
    """Cuts as look_ahead does, and places nothing."""

    name = 'raises'
    parameters = ()

    def cuts(self, task, view):
        """Return cuts of another policy."""
        return make_high_level_policy('look_ahead').cuts(task, view)

    def assign(self, job, view):
        """Fail."""
        raise ZeroDivisionError('no units')


def test_whole_networks_go_on_and_diagnostics_say_why():
    substitute = make_high_level_policy('whole_network')
    fleet = Fleet(policy=GuardedHighLevelPolicy(Raises(), 'own:Raises', substitute))
    fleet.add('orin')
    fleet.run(500)
    assert not [
        line
        for line in examine_fleet(fleet.coordinator, fleet.clock.now_ns)
        if line.level == ERROR
    ]
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 10}
    (line,) = [
        line
        for line in examine_fleet(fleet.coordinator, fleet.clock.now_ns)
        if line.level == ERROR
    ]
    assert line.name == 'policy'
    assert line.message == (
        'own:Raises failed, whole_network decides instead: ZeroDivisionError: no units'
    )
