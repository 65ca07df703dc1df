# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Variants of a network over several devices: offered, loaded, chosen and told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.tasks import FleetVariant

FULL, LIGHT = chain('net', 2, digest='sha256:a'), chain('net:light', 2, digest='sha256:b')
VARIANTS = (FleetVariant('base', FULL), FleetVariant('light', LIGHT, 0.9))
CHOOSING = ('earliest_finish', 'look_ahead')
OTHERS = ('balanced_cut', 'deadline_split', 'least_loaded', 'whole_network')


def bench_of(policy: str, **settings) -> FleetBench:
    """Return a robot where the network takes 40 ms, and its light variant 10 ms."""
    bench = FleetBench(
        task('detector', FULL, variants=VARIANTS, **settings), policy=policy, **(
            {'max_partitions': 1} if policy in CHOOSING else {}
        ),
    )  # fmt: skip
    both = offer('robot', FULL, LIGHT)
    times = {('net', 's0'): 20, ('net', 's1'): 20, ('net:light', 's0'): 5, ('net:light', 's1'): 5}
    costs_ns = {key: {'cpu0': ms * MS} for key, ms in times.items()}
    bench.join(type(both)('robot', both.units, costs_ns, digests=both.digests))
    return bench


def networks(decisions) -> list[str]:
    """Return whose partitions were pushed."""
    return [one.network for one in of(decisions, Push)]


@pytest.mark.parametrize('policy', CHOOSING)
def test_the_best_variant_that_makes_the_deadline_runs(policy):
    bench = bench_of(policy)
    assert {one.network for one in of(bench.decisions, Load)} == {'net', 'net:light'}
    assert networks(bench.frame()) == ['net']  # 40 of 100 ms
    assert networks(bench.frame()) == ['net']  # 80
    assert networks(bench.frame()) == ['net:light']  # 90 instead of 120
    bench.finish_all()
    ended = [bench.ended[n] for n in sorted(bench.ended)]
    assert [one.variant for one in ended] == ['base', 'base', 'light']
    assert bench.account('detector').variants == {'base': 2, 'light': 1}


@pytest.mark.parametrize('policy', CHOOSING)
def test_when_none_is_in_time_the_first_to_end_runs(policy):
    bench = bench_of(policy, deadline_ns=1 * MS)
    assert networks(bench.frame()) == ['net:light']


@pytest.mark.parametrize('policy', CHOOSING)
def test_the_better_variant_comes_back_with_some_room_to_spare(policy):
    """Else tasks at the edge would go back and forth with every frame."""
    bench = bench_of(policy, deadline_ns=42 * MS)
    assert networks(bench.frame()) == ['net']
    assert networks(bench.frame()) == ['net:light']
    bench.finish_all()
    assert networks(bench.frame()) == ['net:light']  # 40 of 42 ms: not a tenth to spare
    bench.finish_all()
    bench.send(TaskChanged({'deadline_ns': 60 * MS}, task='detector'))
    assert networks(bench.frame()) == ['net']


@pytest.mark.parametrize('policy', OTHERS)
def test_other_policies_run_and_load_the_first(policy):
    bench = bench_of(policy, deadline_ns=1 * MS)
    assert {one.network for one in of(bench.decisions, Load)} == {'net'}
    assert set(networks(bench.frame())) == {'net'}
    bench.finish_all()
    assert bench.ended[0].variant == 'base'


@pytest.mark.parametrize('policy', [*CHOOSING, *OTHERS])
def test_a_variant_can_be_pinned_while_running(policy):
    bench = bench_of(policy, max_in_flight=1)
    bench.frame()
    bench.frame()  # waits
    bench.send(TaskChanged({'variant': 'light'}, task='detector'))
    bench.finish_all()
    assert [one.variant for one in bench.ended.values()] == ['base', 'light']
    assert set(networks(bench.frame())) == {'net:light'}
    bench.finish_all()
    bench.send(TaskChanged({'variant': ''}, task='detector'))
    assert set(networks(bench.frame())) == {'net'}
    with pytest.raises(ConfigError, match=r"unknown variant 'huge' \(known: base, light\)"):
        bench.send(TaskChanged({'variant': 'huge'}, task='detector'))


@pytest.mark.parametrize('policy', CHOOSING)
def test_a_device_with_other_files_of_a_variant_runs_the_other_one(policy):
    bench = FleetBench(task('detector', FULL, variants=VARIANTS), policy=policy)
    digests = {'net': 'sha256:old', 'net:light': LIGHT.digest}
    bench.join(offer('robot', FULL, LIGHT, digests=digests))
    bench.frame()
    bench.finish_all()
    (done,) = of(bench.decisions, JobCompleted)
    assert done.variant == 'light'
    (problem,) = bench.dispatcher.problems
    assert problem == 'device robot: network net: has other files (sha256:old), not sha256:a'


def test_a_lost_device_leaves_a_job_with_its_variant():
    pinned = task('detector', FULL, variants=VARIANTS).pinned_to('light')
    bench = FleetBench(pinned, policy='look_ahead')
    bench.join(offer('desk', FULL, LIGHT), offer('orin', FULL, LIGHT))
    (first,) = of(bench.frame(), Push)
    bench.lose(first.device)
    (again,) = bench.pushed.values()
    assert (again.network, again.attempt) == ('net:light', 1)
    bench.finish_all()
    assert bench.ended[0].variant == 'light'


def test_variants_have_the_inputs_and_outputs_of_their_network():
    odd = FleetVariant('odd', replace(FULL, name='odd', inputs=('picture',)))
    with pytest.raises(ConfigError, match="'odd' has other inputs or outputs"):
        task('detector', FULL, variants=(odd,))
