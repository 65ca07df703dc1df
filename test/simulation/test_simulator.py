# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulator: the same for the same seed, true to cost and law, for every policy."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import settings
from systems import Log
from systems import MS
from systems import one_stage
from systems import random_systems
from systems import simulate
from systems import system

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System

SECONDS = 0.25

#: drawn systems are small as they are, and shrinking them takes minutes
DRAWN = {
    'deadline': None,
    'phases': (Phase.explicit, Phase.reuse, Phase.generate),
    'suppress_health_check': [HealthCheck.too_slow],
}

BUSY: tuple[dict[str, Any], dict[str, Any]] = (
    {
        'name': 'busy',
        'streams': {'camera': {'period_ms': 9.0, 'arrivals': 'poisson'}},
        'tasks': {
            'detect': {'network': 'n', 'stream': 'camera', 'max_in_flight': 2},
            'track': {
                'network': 'm',
                'after': 'detect',
                'probability': 0.6,
                'fan_out': [1, 5],
                'queue_depth': 2,
            },
            'depth': {'network': 'n', 'period_ms': 14.0, 'jitter_ms': 2.0},
        },
        'networks': {
            'n': {
                'variants': {
                    'best': {
                        'stages': [
                            {'name': 'a', 'cost': {'gpu': 3.0, 'dla': 5.0}, 'exit_chance': 0.2},
                            {'name': 'b', 'cost': {'gpu': 2.0, 'dla': 4.0}, 'chance': 0.5},
                            {'name': 'c', 'cost': {'gpu': 1.0}},
                        ]
                    },
                    'light': {
                        'stages': [{'name': 'a', 'cost': {'gpu': 2.0, 'dla': 3.0}}],
                        'accuracy': 0.8,
                    },
                }
            },
            'm': {'stages': [{'name': 'a', 'cost': {'gpu': 1.0}, 'per_item': 0.5}]},
        },
    },
    {
        'name': 'duo',
        'units': {
            'g': {'kind': 'gpu', 'slots': 2, 'active_mw': 9000, 'idle_mw': 500},
            'd': {'kind': 'dla', 'active_mw': 3000, 'idle_mw': 200},
        },
        'latency_cv': 0.2,
        'transitions': [{'from': 'd', 'to': 'g', 'ms': 0.4}],
        'contention': {'model': 'pairwise', 'slowdown': {'gpu': {'dla': 1.2}}},
    },
)


def _replay(made: System, policy: str, log: Log) -> None:
    """Feed the events, as they would be kept in a file, into a fresh dispatcher."""
    dispatcher = LowLevelDispatcher(
        tasks=made.tasks,
        units=made.units,
        policy=policy,
        make_policy=make_policy,
        profiles=made.profiles(),
    )
    for at, event, decisions in log.entries:
        kept = from_dict(json.loads(json.dumps(to_dict(event))))
        assert dispatcher.handle(kept, at) == decisions


def _check_log(simulator: Simulator, log: Log) -> None:
    """Check what must hold of any run, by its log alone."""
    slots = {unit.name: unit.slots for unit in simulator.system.units}
    tasks = {task.name: task for task in simulator.system.tasks}
    assert log.in_order
    releases = log.releases
    spans = log.spans
    edges = defaultdict(list)
    of_job = defaultdict(list)
    for span in spans:
        edges[span.run.unit] += [(span.begin_ns, 1), (span.end_ns, -1)]
        of_job[span.run.job].append(span)
        stages = tasks[span.run.task].variant(span.run.variant).stages
        (stage,) = (stage for stage in stages if stage.name == span.run.stage)
        assert span.run.unit in stage.units
    for unit, changes in edges.items():
        inside = 0
        # at the same time, ends come before begins
        for _, change in sorted(changes):
            inside += change
            assert inside <= slots[unit], unit
    for job, own in of_job.items():
        for before, after in pairwise(own):
            assert before.finished is not None
            assert after.begin_ns >= before.end_ns
            assert after.run.variant == before.run.variant
            assert int(after.run.stage[1:]) > int(before.run.stage[1:])
        assert own[0].begin_ns >= releases[job].release_ns
    answered = {answer.job: at for at, answer in log.decisions(Complete)}
    for at, answer in log.decisions(Complete):
        release = releases[answer.job]
        assert answer.on_time == (at <= release.deadline_ns)
        assert answer.response_ns == at - release.release_ns
        # a stage may end a little before its answer was handled, never after
        assert max(timing.finished_ns for timing in answer.stages) <= at
    for at, release in log.decisions(Release):
        if release.parent is not None and release.items:
            assert answered[release.parent] <= at
    ends = [decision.job for kind in (Complete, Drop, Fail) for _, decision in log.decisions(kind)]
    assert len(ends) == len(set(ends))
    never_ended = [release for job, release in releases.items() if job not in set(ends)]
    assert not never_ended
    for name, account in simulator.dispatcher.ledger.tasks.items():
        assert account.in_flight == 0
        assert account.released == account.ended
        assert account.released == sum(release.task == name for release in releases.values())


@pytest.mark.parametrize('policy', policy_names())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_systems())
def test_any_system_keeps_the_law_under_any_policy(policy, drawn):
    """``simulate`` validates every invariant after every event."""
    made = system(*drawn)
    simulator, log = simulate(made, policy=policy, seconds=SECONDS)
    _check_log(simulator, log)
    _replay(made, policy, log)


@pytest.mark.parametrize('policy', policy_names())
def test_the_same_seed_gives_the_same_run_and_another_seed_another(policy):
    first, again, other = (simulate(system(*BUSY), policy=policy, seed=s)[1] for s in (5, 5, 6))
    # not compared in the assertion: telling thousands of entries apart takes pytest minutes
    same = first.entries == again.entries
    assert same
    assert len(first.entries) > 100
    assert [event for _, event in first.events(FrameArrived)] != [
        event for _, event in other.events(FrameArrived)
    ]


def _draws(log: Log) -> tuple[list, dict, dict]:
    """Return arrivals, what frames found, and which stages they did without."""
    found, skipped = {}, {}
    releases = log.releases
    for _, event in log.events(StageFinished):
        release = releases[event.job]
        if event.items_for is not None:
            found[(release.task, release.seq)] = event.items_for
    for span in log.spans:
        if span.finished is not None:
            run, release = span.run, releases[span.run.job]
            key = (run.task, release.seq, run.variant, run.stage)
            skipped[key] = span.finished.skip
    return log.events(FrameArrived), found, skipped


@settings(max_examples=40, **DRAWN)
@given(random_systems(cascades_change=False))
def test_every_policy_meets_the_same_draws(drawn):
    runs = [
        _draws(simulate(system(*drawn), policy=policy, seconds=SECONDS)[1])
        for policy in ('fcfs', 'horizon', 'round_robin+drop')
    ]
    for other in runs[1:]:
        assert other[0] == runs[0][0]
        for mine, theirs in zip(runs[0][1:], other[1:]):
            common = mine.keys() & theirs.keys()
            assert {key: mine[key] for key in common} == {key: theirs[key] for key in common}


def test_two_policies_meet_the_same_work():
    """The times of the same stage of the same frame on the same unit are equal."""
    workload, platform = BUSY
    platform = {**platform, 'contention': 'none', 'transitions': []}
    platform['units'] = {'g': {'kind': 'gpu'}, 'd': {'kind': 'dla'}}
    times: list[dict] = []
    for policy in ('fcfs', 'least_slack'):
        _, log = simulate(system(workload, platform), policy=policy, seed=3)
        times.append({})
        for span in log.spans:
            run = span.run
            key = (run.task, log.releases[run.job].seq, run.variant, run.stage, run.unit)
            times[-1][key] = (run.items, span.end_ns - span.begin_ns)
    common = times[0].keys() & times[1].keys()
    assert len(common) > 100
    assert len({times[0][key] for key in common}) > 50
    assert {key: times[0][key] for key in common} == {key: times[1][key] for key in common}


def test_cascades_are_drawn_as_often_as_they_should():
    _, log = simulate(system(*BUSY), seconds=20.0, policy='edf')
    found = [event.items_for['track'] for _, event in log.events(StageFinished) if event.items_for]
    busy = [items for items in found if items]
    assert len(busy) / len(found) == pytest.approx(0.6, abs=0.05)
    assert {
        items: round(busy.count(items) / len(busy), 1) for items in set(busy)
    } == dict.fromkeys(range(1, 6), 0.2)


# --- hand-made cases: paces ----------------------------------------------------------------


def _pair(contention: Any, **units: Any) -> dict[str, Any]:
    return {
        'units': {'g': {'kind': 'gpu'}, 'd': {'kind': 'dla'}, **units},
        'contention': contention,
    }


def _two_tasks(
    g_ms: float, d_ms: float, *, d_phase: float = 0.0, g_gbps: float = 0, d_gbps: float = 0
) -> dict[str, Any]:
    """Return a job on ``g`` at 0 and one on ``d`` at its phase, once in the run."""
    return {
        'tasks': {
            'a': {'network': 'na', 'period_ms': 5000.0, 'phase_ms': 0.0},
            'b': {'network': 'nb', 'period_ms': 5000.0, 'phase_ms': d_phase},
        },
        'networks': {
            'na': {
                'stages': [
                    {'name': 'x', 'cost': {'g': {'latency_ms': g_ms, 'demand_gbps': g_gbps}}}
                ]
            },
            'nb': {
                'stages': [
                    {'name': 'x', 'cost': {'d': {'latency_ms': d_ms, 'demand_gbps': d_gbps}}}
                ]
            },
        },
    }


def _answers(workload: dict, platform: dict) -> tuple[float, float]:
    _, log = simulate(system(workload, platform))
    (a,), (b,) = log.answered_ms('a'), log.answered_ms('b')
    return a, b


def test_pairwise_contention_lengthens_by_the_factor_while_the_other_is_busy():
    table = {'model': 'pairwise', 'slowdown': {'gpu': {'dla': 1.5}, 'dla': {'g': 1.25}}}
    a, b = _answers(_two_tasks(10, 4), _pair(table))
    # d: 4 ms by 1.25; g does 5 / 1.5 of its work meanwhile and the rest alone
    assert b == pytest.approx(5.0, abs=1e-5)
    assert a == pytest.approx(5 + 10 - 5 / 1.5, abs=1e-5)


def test_pairwise_contention_begins_when_the_other_comes():
    table = {'model': 'pairwise', 'slowdown': {'gpu': {'dla': 2.0}}}
    a, b = _answers(_two_tasks(10, 3, d_phase=4), _pair(table))
    assert b == pytest.approx(7.0, abs=1e-5)
    assert a == pytest.approx(11.5, abs=1e-5)


def test_pairwise_factors_of_several_others_multiply():
    table = {'model': 'pairwise', 'slowdown': {'gpu': {'dla': 1.5, 'cpu': 1.2}}}
    workload = _two_tasks(10, 100)
    workload['tasks']['c'] = {'network': 'nc', 'period_ms': 5000.0, 'phase_ms': 0.0}
    workload['networks']['nc'] = {'stages': [{'name': 'x', 'cost': {'cpu': 100.0}}]}
    a, _ = _answers(workload, _pair(table, c={'kind': 'cpu'}))
    assert a == pytest.approx(18.0, abs=1e-5)


@pytest.mark.parametrize(
    ('g_gbps', 'd_gbps', 'factor'),
    [
        (30, 30, 1.0),  # at the knee
        (30, 80, 1.5),  # 1 + 1 * (110 - 60) / 100
        (80, 30, 1.5 / 1.2),  # over what it takes alone: 1 + 1 * (80 - 60) / 100
        (200, 200, 2.5 / 2.4),  # the limit over 1 + 1 * (200 - 60) / 100
        (60, 300, 2.5),  # the limit
        (0, 200, 1.0),  # pulls at nothing
        (110, 0, 1.0),  # alone, as it was measured
    ],
)
def test_piecewise_contention_rises_from_its_knee_to_its_limit(g_gbps, d_gbps, factor):
    model = {
        'model': 'piecewise',
        'knee_gbps': 60,
        'slope': 1,
        'bandwidth_gbps': 100,
        'limit': 2.5,
    }
    a, _ = _answers(_two_tasks(4, 100, g_gbps=g_gbps, d_gbps=d_gbps), _pair(model))
    assert a == pytest.approx(4 * factor, abs=1e-5)


def test_two_that_share_a_unit_go_half_as_fast():
    units = {'units': {'u': {'slots': 2}}}
    workload = _two_tasks(4, 4, d_phase=2)
    for network in workload['networks'].values():
        network['stages'][0]['cost'] = {'u': 4.0}
    a, b = _answers(workload, units)
    # a is half done when b comes; each gets half until a ends at 6, then b has it alone
    assert (a, b) == pytest.approx((6.0, 8.0), abs=1e-5)


def test_one_slot_runs_one_after_the_other():
    workload = _two_tasks(4, 4, d_phase=2)
    for network in workload['networks'].values():
        network['stages'][0]['cost'] = {'u': 4.0}
    assert _answers(workload, {'units': {'u': {}}}) == (4.0, 8.0)


# --- hand-made cases: clocks, hand-over, energy --------------------------------------------


def test_a_slower_clock_in_the_middle_of_a_stage_lengthens_the_rest():
    workload = one_stage({'u': {'latency_ms': 10.0, 'energy_mj': 8.0}})
    workload['changes'] = [{'at_s': 0.006, 'unit': 'u', 'set': {'mode': 'slow'}}]
    platform = {'units': {'u': {'modes': {'slow': {'speed': 0.5, 'energy': 0.25}}}}}
    simulator, log = simulate(system(workload, platform), seconds=0.15)
    assert log.took_ms('t') == pytest.approx([6 + 4 / 0.5, 20.0], abs=1e-5)
    second = log.spans[1].finished
    assert second.energy_mj == pytest.approx(2.0)
    assert simulator.dispatcher.units['u'].speed == 0.5


def test_the_energy_of_a_stage_goes_by_the_clocks_it_ran_at():
    """60 % of the work at the one, 40 % at the other."""
    workload = one_stage({'u': {'latency_ms': 10.0, 'energy_mj': 8.0}})
    workload['changes'] = [{'at_s': 0.006, 'unit': 'u', 'set': {'mode': 'slow'}}]
    platform = {'units': {'u': {'modes': {'slow': {'speed': 0.5, 'energy': 0.25}}}}}
    _, log = simulate(system(workload, platform), seconds=0.05)
    assert log.spans[0].finished.energy_mj == pytest.approx(0.6 * 8 + 0.4 * 8 * 0.25)


def test_a_faster_clock_and_back():
    workload = one_stage({'u': 10.0})
    workload['changes'] = [
        {'at_s': 0.002, 'unit': 'u', 'set': {'speed': 2.0}},
        {'at_s': 0.004, 'unit': 'u', 'set': {'speed': 1.0}},
    ]
    _, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.05)
    assert log.took_ms('t') == pytest.approx([2 + 2 + 4], abs=1e-5)


def _handed_over(speed: float = 1.0) -> list[float]:
    workload = one_stage({})
    workload['networks']['n']['stages'] = [
        {'name': 'x', 'cost': {'g': 3.0}},
        {'name': 'y', 'cost': {'d': 2.0}},
        {'name': 'z', 'cost': {'d': 1.0}},
    ]
    if speed != 1:
        workload['changes'] = [{'at_s': 0.0, 'unit': 'd', 'set': {'speed': speed}}]
    platform = {**_pair('none'), 'transitions': [{'from': 'gpu', 'to': 'dla', 'ms': 0.5}]}
    _, log = simulate(system(workload, platform), seconds=0.05)
    return log.took_ms('t')


def test_a_hand_over_between_units_delays_and_within_a_unit_does_not():
    assert _handed_over() == pytest.approx([3.0, 2.5, 1.0], abs=1e-5)


def test_a_hand_over_does_not_go_by_the_clock_of_the_unit():
    """As the core expects it: ``View.cost_ns`` divides the cost by the speed, and only that."""
    assert _handed_over(0.5) == pytest.approx([3.0, 4.5, 2.0], abs=1e-5)


def test_a_hand_over_is_no_part_of_what_is_learned_of_the_stage():
    workload = one_stage({})
    workload['networks']['n']['stages'] = [
        {'name': 'x', 'cost': {'g': 3.0}},
        {'name': 'y', 'cost': {'d': 2.0}},
    ]
    platform = {**_pair('none'), 'transitions': [{'from': 'g', 'to': 'd', 'ms': 0.5}]}
    simulator, _ = simulate(system(workload, platform))
    assert simulator.dispatcher.profiles.expected_ns('t', 'base', 'y', 'd', 1) == 2 * MS


def test_every_further_item_takes_and_costs_more():
    workload = one_stage({'u': 1.0})
    workload['tasks']['after'] = {'network': 'm', 'after': 't', 'fan_out': [4, 4]}
    workload['networks']['m'] = {
        'stages': [
            {'name': 'x', 'cost': {'u': {'latency_ms': 2.0, 'energy_mj': 6.0}}, 'per_item': 0.5}
        ]
    }
    _, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.05)
    assert log.took_ms('after') == pytest.approx([2 + 3 * 1.0], abs=1e-5)
    assert log.spans[-1].finished.energy_mj == pytest.approx(6 + 3 * 3)


@pytest.mark.parametrize('policy', ['fcfs', 'edf+drop', 'dream', 'horizon'])
def test_energies_of_tasks_and_units_add_up(policy):
    simulator, log = simulate(system(*BUSY), policy=policy, seconds=2.0)
    found = outcome(simulator)
    spent = sum(event.energy_mj for _, event in log.events(StageFinished))
    assert spent > 100
    assert sum(task['energy_mj'] for task in found['tasks'].values()) == pytest.approx(spent)
    idle = 0.0
    for name, unit in simulator.system.platform.units.items():
        state = simulator.dispatcher.units[name]
        idle += unit.idle_mw * (found['seconds'] - state.busy_ns / unit.slots / 1e9)
    assert sum(unit['energy_mj'] for unit in found['units'].values()) == pytest.approx(
        spent + idle, abs=1e-4
    )
    assert found['energy_mj'] == pytest.approx(spent + idle, abs=1e-4)


def test_a_run_lasts_until_its_last_frame_and_no_longer():
    """Nothing happens after 0.5 s, so nothing idles and nothing is used after that."""
    workload = one_stage({'u': 50.0})
    platform = {'units': {'u': {'idle_mw': 1000.0, 'active_mw': 3000.0}}}
    simulator, _ = simulate(system(workload, platform), seconds=0.5)
    found = outcome(simulator)
    assert found['seconds'] <= 0.5
    assert found['units']['u']['utilisation'] == pytest.approx(0.5, abs=0.06)


def test_an_end_that_was_foreseen_and_did_not_come_does_not_lengthen_the_run():
    workload = _two_tasks(10, 4, d_phase=1)
    for network, latency_ms in (('na', 10.0), ('nb', 4.0)):
        workload['networks'][network]['stages'][0]['cost'] = {'u': latency_ms}
    simulator, log = simulate(system(workload, {'units': {'u': {'slots': 2}}}), seconds=0.005)
    assert log.answered_ms('a') == pytest.approx([14.0], abs=1e-5)
    assert simulator.now_ns == log.entries[-1][0]


def test_frames_come_in_order_with_the_longest_jitter():
    workload = one_stage({'u': 0.1}, period_ms=1.0, jitter_ms=1.0)
    _, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.1)
    events = log.events(FrameArrived)
    assert [event.seq for _, event in events] == list(range(len(events)))
    assert [at for at, _ in events] == sorted(event.release_ns for _, event in events)
    assert log.in_order


# --- hand-made cases: every policy ----------------------------------------------------------


@pytest.mark.parametrize('policy', policy_names())
def test_a_job_in_time_is_run_though_its_stream_has_ended(policy):
    """It waits for 29 ms, longer than its period; its deadline is far away."""
    workload = _two_tasks(30, 2, d_phase=1)
    workload['tasks']['b'].update(period_ms=10.0, deadline_ms=60.0)
    for network, latency_ms in (('na', 30.0), ('nb', 2.0)):
        workload['networks'][network]['stages'][0]['cost'] = {'u': latency_ms}
    _, log = simulate(system(workload, {'units': {'u': {}}}), policy=policy, seconds=0.005)
    assert log.answered_ms('b') == [32.0]


@pytest.mark.parametrize('policy', policy_names())
def test_stages_that_take_no_time_do_not_confuse_a_policy(policy):
    """So do all whose cost nobody knows yet."""
    workload = _two_tasks(5, 3, d_phase=1)
    workload['networks'] = {
        'na': {'stages': [{'name': 'x', 'cost': {'u': 5.0}}, {'name': 'y', 'cost': {'u': 0.0}}]},
        'nb': {'stages': [{'name': 'x', 'cost': {'u': 3.0}}]},
    }
    _, log = simulate(system(workload, {'units': {'u': {}}}), policy=policy, seconds=0.005)
    assert len(log.answered_ms('a')) == len(log.answered_ms('b')) == 1


@pytest.mark.parametrize('policy', policy_names())
def test_a_deadline_that_is_just_now_can_be_met_in_no_time(policy):
    workload = _two_tasks(5, 0, d_phase=1)
    workload['tasks']['b']['deadline_ms'] = 4.0
    for network, latency_ms in (('na', 5.0), ('nb', 0.0)):
        workload['networks'][network]['stages'][0]['cost'] = {'u': latency_ms}
    simulator, _ = simulate(system(workload, {'units': {'u': {}}}), policy=policy, seconds=0.005)
    account = simulator.dispatcher.ledger.tasks['b']
    assert account.ended == 1
    assert account.late == 0


@pytest.mark.parametrize('policy', ['edf+drop', 'horizon', 'horizon+drop'])
def test_what_is_always_dropped_is_tried_at_times(policy):
    """Ten early drops in a row, then one is run anyway: costs may have changed."""
    workload = one_stage({'u': 20.0}, period_ms=30.0, deadline_ms=10.0)
    simulator, log = simulate(system(workload, {'units': {'u': {}}}), policy=policy, seconds=1.0)
    account = simulator.dispatcher.ledger.tasks['t']
    assert log.answered_ms('t') == [10 * 30 + 20.0, 21 * 30 + 20.0, 32 * 30 + 20.0]
    assert account.dropped == {'deadline_unreachable': 31}
    assert account.late == 3


# --- hand-made cases: what changes ----------------------------------------------------------


def test_a_lost_unit_takes_its_job_with_it_and_comes_back_empty():
    workload = one_stage({'u': 30.0}, period_ms=50.0)
    workload['changes'] = [
        {'at_s': 0.01, 'unit': 'u', 'set': {'state': 'unavailable'}},
        {'at_s': 0.06, 'unit': 'u', 'set': {'state': 'available'}},
    ]
    simulator, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.12)
    account = simulator.dispatcher.ledger.tasks['t']
    assert account.failed == {'unit_lost': 1}
    assert account.dropped == {'no_unit': 1}
    assert log.answered_ms('t') == [130.0]


def test_a_change_of_rate_holds_from_the_frame_after_the_next():
    workload = one_stage({'u': 1.0}, period_ms=10.0)
    workload['changes'] = [{'at_s': 0.025, 'task': 't', 'set': {'period_ms': 20.0}}]
    _, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.1)
    assert [at / MS for at, _ in log.events(FrameArrived)] == [0, 10, 20, 30, 50, 70, 90]


def test_a_change_after_the_last_job_does_not_make_the_run_longer():
    workload = one_stage({'u': 1.0}, period_ms=10.0)
    workload['changes'] = [{'at_s': 5.0, 'task': 't', 'set': {'period_ms': 20.0}}]
    simulator, _ = simulate(system(workload, {'units': {'u': {}}}), seconds=0.1)
    assert simulator.now_ns == 91 * MS


def test_a_change_of_a_cascade_holds():
    workload = one_stage({'u': 1.0}, period_ms=10.0)
    workload['tasks']['c'] = {'network': 'n', 'after': 't', 'probability': 0.0}
    workload['changes'] = [
        {'at_s': 0.05, 'task': 'c', 'set': {'probability': 1.0, 'fan_out': [2, 2]}}
    ]
    _, log = simulate(system(workload, {'units': {'u': {}}}), seconds=0.1)
    children = [(at, r.items) for at, r in log.decisions(Release) if r.task == 'c']
    assert children == [((51 + 10 * index) * MS, 2) for index in range(5)]


@pytest.mark.parametrize('at_s', [0.5, 3.0])
def test_the_watchdog_gives_up_a_stage_that_hangs(at_s):
    """Also after the device had nothing to do for longer than the watchdog waits."""
    workload = one_stage({'u': 1.0}, period_ms=10_000.0)
    workload['tasks']['late'] = {
        'network': 'n',
        'period_ms': 10_000.0,
        'phase_ms': at_s * 1e3,
    }
    workload['changes'] = [{'at_s': at_s - 0.1, 'unit': 'u', 'set': {'speed': 1e-4}}]
    simulator, log = simulate(system(workload, {'units': {'u': {}}}), seconds=4.0)
    assert simulator.dispatcher.ledger.tasks['late'].failed == {'unit_hung': 1}
    assert [at / 1e9 for at, _ in log.decisions(Fail)] == [at_s + 2.0]


# --- what the core is told -------------------------------------------------------------------


def test_there_is_one_timer_and_a_sooner_one_takes_its_place():
    """Each unit's watchdog is its own wish; wishes that were overtaken once came back twofold."""
    tasks = {
        f't{index}': {'network': 'n', 'period_ms': 7.0 + index, 'max_in_flight': 9}
        for index in range(4)
    }
    networks = {'n': {'stages': [{'name': 'x', 'cost': {'cpu': 5.5}}]}}
    units = {f'cpu{index}': {'kind': 'cpu'} for index in range(4)}
    made = system({'tasks': tasks, 'networks': networks}, {'units': units, 'latency_cv': 0.3})
    fired = 0

    def listen(_at_ns, event, _decisions):
        nonlocal fired
        fired += isinstance(event, TimerFired)

    Simulator(made, policy='fcfs', seed=1, listener=listen).run(20.0)
    # a stage takes 5 ms and the watchdog two seconds, so nothing is near hanging
    assert fired < 20


def test_a_task_on_every_second_frame_has_twice_the_period():
    workload = one_stage({'u': 1.0})
    workload['streams'] = {'s': {'period_ms': 10.0}}
    workload['tasks'] = {
        'shared': {'network': 'n', 'stream': 's', 'every_n': 2},
        'own': {'network': 'n', 'period_ms': 10.0, 'every_n': 2},
        'after': {'network': 'n', 'after': 'shared'},
        'after_own': {'network': 'n', 'after': 'own'},
    }
    periods = {task.name: task.period_ns for task in system(workload, {'units': {'u': {}}}).tasks}
    assert periods == dict.fromkeys(periods, 20 * MS)


def test_costs_are_known_beforehand_by_their_mean():
    made = system(*BUSY)
    profiles = made.profiles()
    assert profiles.expected_ns('detect', 'best', 'a', 'g', 1) == 3 * MS
    assert profiles.expected_ns('detect', 'best', 'a', 'd', 1) == 5 * MS
    assert profiles.expected_ns('track', 'base', 'a', 'g', 4) == 2.5 * MS
    assert profiles.transition_ns('d', 'g') == 0.4 * MS
    assert profiles.transition_ns('g', 'd') == 0


def test_a_slowdown_lengthens_every_stage():
    workload = one_stage({'u': 4.0})
    plain = system(workload, {'units': {'u': {}}})
    slow = System(plain.workload, plain.platform, slowdown=2.5)
    assert simulate(slow, seconds=0.05)[1].took_ms('t') == [10.0]
