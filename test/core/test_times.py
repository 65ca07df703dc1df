# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Expected times are kept from decision to decision, and never longer than they are true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from systems import random_systems
from systems import system

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.times import Times
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UnitState
from edge_sched_ros.core.view import View
from edge_sched_ros.simulation.simulator import Simulator

MS = 1_000_000
VARIANT = VariantSpec('base', (StageSpec('infer', ('cpu0', 'cpu1')),))
KEY = StageKey('found', 'base', 'infer', 'cpu0')


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    drawn=random_systems(),
    policy=st.sampled_from(['edf+drop', 'least_slack', 'slo_mael', 'dream+drop']),
)
def test_what_a_policy_sees_is_what_costs_and_units_say_at_that_moment(drawn, policy):
    """Costs that learn, units that come, go and change their speed, variants that change."""
    looks = 0

    def listen(*_: object) -> None:
        nonlocal looks
        dispatcher = simulator.dispatcher
        shared = {
            'now_ns': 0, 'ready': (), 'units': dispatcher.units, 'tasks': dispatcher.tasks,
            'accounts': dispatcher.ledger.tasks, 'profiles': dispatcher.profiles,
            'jobs': dispatcher.jobs,
        }  # fmt: skip
        kept, anew = View(**shared, times=dispatcher.times), View(**shared)
        for job in dispatcher.jobs.values():
            looks += 1
            assert kept.least_remaining_ns(job) == anew.least_remaining_ns(job)
            assert kept.least_of_any_variant_ns(job) == anew.least_of_any_variant_ns(job)
            for stage in job.remaining:
                assert kept.times_ns(job, job.variant, stage) == anew.times_ns(
                    job, job.variant, stage
                )

    simulator = Simulator(system(*drawn), policy=policy, listener=listen)
    simulator.run(0.5)
    assert looks


def made_times() -> tuple[Times, Profiles, dict[str, UnitState]]:
    profiles = Profiles()
    units = {name: UnitState(Unit(name)) for name in ('cpu0', 'cpu1')}
    return Times(profiles, units), profiles, units


def test_a_cost_that_is_entered_is_noticed():
    times, profiles, _ = made_times()
    assert times.least_ns('found', VARIANT, 0, 1) == 0
    profiles.set(KEY, 5 * MS, source='given')
    assert times.least_ns('found', VARIANT, 0, 1) == 5 * MS
    assert times.on_units_ns('found', 'base', 'infer', 1) == {'cpu0': 5 * MS}


def test_a_profile_may_know_of_units_that_are_not_here():
    times, profiles, _ = made_times()
    profiles.set(StageKey('found', 'base', 'infer', 'gpu0'), 1 * MS, source='given')
    assert times.on_units_ns('found', 'base', 'infer', 1) == {}
    assert times.least_ns('found', VARIANT, 0, 1) == 0


def test_half_the_speed_takes_twice_the_time_once_it_is_told():
    times, profiles, units = made_times()
    profiles.set(KEY, 5 * MS, source='given')
    assert times.least_ns('found', VARIANT, 0, 1) == 5 * MS
    units['cpu0'].speed = 0.5
    times.forget()
    assert times.least_ns('found', VARIANT, 0, 1) == 10 * MS
