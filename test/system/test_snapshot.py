# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a dispatcher knows becomes a system file that runs as it did."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from harness import Bench
from harness import task

from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.snapshot import snapshot
from edge_sched_ros.system.snapshot import snapshot_data
from edge_sched_ros.system.system import System
from edge_sched_ros.system.writing import system_data

MS = 1_000_000


def _given(*tasks):
    profiles = Profiles()
    for name in tasks:
        for unit, ms in (('cpu0', 4), ('cpu1', 6)):
            key = StageKey(name, 'base', 'infer', unit)
            profiles.set(key, ms * MS, source='board.yaml', energy_mj=3.0, memory_mib=20.0)
    profiles.set_transition('cpu0', 'cpu1', MS // 2)
    return profiles


def test_units_costs_and_settings():
    one = task('one', priority=3, queue_depth=2, max_in_flight=2, deadline_ms=40.0)
    bench = Bench(one, profiles=_given('one'))
    bench.send(UnitChanged('cpu0', 'available', speed=0.5))
    found = snapshot(bench.dispatcher, seen_hz={'camera': 20.0})
    assert {name: (unit.kind, unit.speed) for name, unit in found.units.items()} == {
        'cpu0': ('cpu', 1.0),
        'cpu1': ('cpu', 1.0),
    }
    assert found.streams['camera'].period_ms == 50.0
    written = found.tasks['one']
    assert (written.stream, written.deadline_ms, written.priority) == ('camera', 40.0, 3)
    assert (written.queue_depth, written.max_in_flight) == (2, 2)
    (stage,) = found.networks['one'].first.stages
    cost = stage.cost['cpu0']
    assert (cost.latency_ms, cost.energy_mj, cost.memory_mib) == (4.0, 3.0, 20.0)
    assert (cost.source, cost.note) == ('profile', 'board.yaml')
    # what the simulator makes of it
    system = System(found)
    assert system.costs['one', 'base', 'infer', 'cpu0'].latency_ns == 4 * MS
    # throttling and contention are said, and no part of the numbers
    assert found.notes['speeds'] == {'cpu0': 0.5}
    assert system_data(found)['contention']['note'].startswith('not known')
    assert system.profiles().transition_ns('cpu0', 'cpu1') == MS // 2


def test_what_runs_have_shown():
    bench = Bench(task('one'), units=('cpu0', 'cpu1'))
    for index in range(30):
        bench.frame(at_ms=100 * index)
        for unit in list(bench.running):
            bench.finish(unit, at_ms=100 * index + (10 if index % 4 < 2 else 12))
    cost = snapshot(bench.dispatcher, seen_hz={'camera': 10}).networks['one'].first.stages[0].cost
    (learned,) = {one.source for one in cost.values()}
    assert learned == 'learned'
    assert cost['cpu0'].latency_ms == pytest.approx(11.0, abs=0.5)
    assert 0.05 < cost['cpu0'].cv < 0.2


def test_a_cascade_has_the_share_and_the_items_that_were_seen():
    one = task('one', units=('cpu0',))
    two = task('two', units=('cpu0',), after='one', needs_items=True)
    bench = Bench(one, two, units=('cpu0',))
    for index in range(24):
        bench.frame(at_ms=100 * index)
        # every second frame finds three things
        bench.finish('cpu0', at_ms=100 * index + 10, items=3 if index % 2 else 0)
        if bench.running:
            bench.finish('cpu0', at_ms=100 * index + 40)
    found = snapshot(bench.dispatcher, seen_hz={'camera': 10.0})
    two = found.tasks['two']
    assert (two.after, two.probability) == ('one', 0.5)
    # three on average
    assert two.fan_out == (1, 5)


def test_what_is_not_known_is_left_out_and_named():
    tasks = (
        task('known'),
        task('unmeasured'),
        task('after_it', after='unmeasured'),
        task('silent', stream='other'),
    )
    bench = Bench(*tasks, profiles=_given('known', 'after_it', 'silent'))
    found = snapshot(bench.dispatcher, seen_hz={'camera': 10.0})
    assert list(found.tasks) == ['known']
    assert found.notes['left_out'] == {
        'unmeasured': 'its cost is not known yet',
        'after_it': 'the demand of unmeasured is not known',
        'silent': 'its rate is not known (no frames yet, no period_ms)',
    }
    declared = task('silent', stream='other', period_ns=20 * MS)
    bench = Bench(declared, profiles=_given('silent'))
    assert snapshot(bench.dispatcher).streams['other'].period_ms == 20.0


def test_names_of_topics_networks_and_fused_stages():
    base = VariantSpec('base', (StageSpec('resize+infer', ('cpu0',)),))
    tasks = [
        replace(task(name, stream=stream), variants=(base,))
        for name, stream in (('a', '/left/image'), ('b', '/left/image'), ('c', 'left/image'))
    ]
    profiles = Profiles()
    for name in 'abc':
        profiles.set(StageKey(name, 'base', 'resize+infer', 'cpu0'), MS, source='given')
    bench = Bench(*tasks, profiles=profiles)
    found = snapshot(
        bench.dispatcher,
        seen_hz={'/left/image': 30.0, 'left/image': 10.0},
        networks={'a': 'yolox', 'b': 'yolox', 'c': 'depth'},
    )
    assert {name: one.network for name, one in found.tasks.items()} == {
        'a': 'yolox.a', 'b': 'yolox.b', 'c': 'depth',
    }  # fmt: skip
    assert found.networks['depth'].first.stages[0].name == 'resize.infer'
    streams = [one.stream for one in found.tasks.values()]
    assert streams == ['left.image', 'left.image', 'left.image_']
    assert found.notes['topics'] == {'left.image': '/left/image', 'left.image_': 'left/image'}


def test_a_unit_that_cannot_be_used_is_lost_from_the_start():
    bench = Bench(task('one'), profiles=_given('one'))
    bench.send(UnitChanged('cpu1', 'unavailable'))
    found = snapshot(bench.dispatcher, seen_hz={'camera': 10.0})
    simulator = Simulator(System(found), policy='edf')
    simulator.run(1.0)
    assert simulator.dispatcher.units['cpu1'].state == 'unavailable'
    assert simulator.dispatcher.ledger.tasks['one'].on_time == 10


def test_a_disabled_task_stays_and_a_given_variant_is_the_only_one():
    light = VariantSpec('light', (StageSpec('infer', ('cpu0',)),), 0.8)
    one = task('one')
    one = replace(one, variants=(*one.variants, light))
    profiles = _given('one')
    profiles.set(StageKey('one', 'light', 'infer', 'cpu0'), MS, source='given')
    bench = Bench(one, profiles=profiles)
    assert list(snapshot(bench.dispatcher, seen_hz={'camera': 1}).networks['one'].variants) == [
        'base', 'light',
    ]  # fmt: skip
    bench.send(ParametersChanged({'variant': 'light', 'enabled': False}, task='one'))
    found = snapshot(bench.dispatcher, seen_hz={'camera': 1})
    assert list(found.networks['one'].variants) == ['light']
    assert found.networks['one'].first.accuracy == 0.8
    assert not found.tasks['one'].enabled


def _chosen(profiles, **settings):
    """Return the network that is saved of a task that runs its INT8 form by choice."""
    stages = (StageSpec('infer', ('cpu0',)),)
    variants = [
        VariantSpec(name, stages, accuracy)
        for name, accuracy in (('base', 1.0), ('int8', 0.98), ('small', 0.5))
    ]
    one = replace(task('one'), variants=tuple(variants), **settings)
    bench = Bench(one, profiles=profiles)
    return snapshot(bench.dispatcher, seen_hz={'camera': 1}).networks['one']


def _costs(**latencies_ms):
    profiles = Profiles()
    for name, latency_ms in latencies_ms.items():
        key = StageKey('one', name, 'infer', 'cpu0')
        profiles.set(key, latency_ms * MS, source='given')
    return profiles


def test_the_variant_chosen_now_hides_none_of_those_to_choose_from():
    saved = _chosen(_costs(base=4, int8=2, small=1), tolerance=0.03)
    assert list(saved.variants) == ['base', 'int8', 'small']
    assert saved.tolerance == 0.03
    assert _chosen(_costs(base=4, int8=2, small=1)).tolerance is None


def test_without_the_first_variant_the_least_accuracy_stays():
    # 0.9 of the first one's, of which no cost is known
    saved = _chosen(_costs(int8=2, small=1), tolerance=0.1)
    assert list(saved.variants) == ['int8', 'small']
    assert 0.98 * (1 - saved.tolerance) == pytest.approx(0.9, abs=1e-6)
    # the first that is left is too bad already, or the only one
    assert _chosen(_costs(int8=2, small=1), tolerance=0.01).tolerance is None
    assert _chosen(_costs(small=1), tolerance=0.1).tolerance is None


def test_a_simulated_day_is_written_and_simulated_again():
    """Every task and unit ends as busy and as late as in the run that was learned from."""
    system = load_system('robot_drone', 'orin_nx')
    runs = [Simulator(System(system), policy='edf+drop', seed=1)]
    runs[0].run(20.0)
    rates = {name: 1e3 / stream.period_ms for name, stream in system.streams.items()}
    data = snapshot_data(runs[0].dispatcher, seen_hz=rates)
    assert json.loads(json.dumps(data)) == data
    found = snapshot(runs[0].dispatcher, seen_hz=rates)
    runs.append(Simulator(System(found), policy='edf+drop', seed=2))
    runs[1].run(20.0)
    before, after = (outcome(run) for run in runs)
    for name, unit in before['units'].items():
        assert after['units'][name]['utilisation'] == pytest.approx(unit['utilisation'], abs=0.05)
    for name, one in before['tasks'].items():
        assert after['tasks'][name]['released'] == pytest.approx(one['released'], rel=0.1)
    planned = {network.name for network in problem_of(found).networks}
    assert planned == set(system.tasks)
