# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DREAM's parts one by one: scores, drops, tuning, variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pytest
from harness import MS
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.view import View
from edge_sched_ros.policies import smart_drop
from edge_sched_ros.policies.map_score import MapScore
from edge_sched_ros.policies.map_score import ScoreSettings
from edge_sched_ros.policies.smart_drop import SmartDrop
from edge_sched_ros.policies.tuning import OnlineTuner
from edge_sched_ros.policies.variant_choice import VariantChoice

NO_SWITCH = ScoreSettings(togo_min=False, urgency_limit=100.0, switch_cost=0.0)


class Probe:
    """A dispatcher whose policy hands each view to a function, for what it decides."""

    name = 'probe'
    parameters = ()
    asks_when_busy = False

    def __init__(self, *tasks: TaskSpec, costs: dict[str, dict[str, Any]], units=('ws', 'os')):
        """Take ``costs``: ``task.variant.stage`` -> unit -> ms, or (ms, mJ)."""
        profiles = Profiles()
        for key, on in costs.items():
            for unit, cost in on.items():
                ms, mj = cost if isinstance(cost, tuple) else (cost, None)
                name = StageKey(*key.split('.'), unit)
                profiles.set(name, round(ms * MS), source='test', energy_mj=mj)
        self.look: Callable[[View], list] = lambda view: []
        self.dispatcher = LowLevelDispatcher(
            tasks=tasks,
            units=tuple(Unit(name) for name in units),
            policy='probe',
            make_policy=lambda name, values: self,
            profiles=profiles,
        )
        self.seq = 0

    def decide(self, view: View) -> list:
        """Ask the function of the moment."""
        return self.look(view)

    def frame(self, stream: str, at_ms: float) -> list:
        """Let a frame arrive."""
        self.seq += 1
        at_ns = round(at_ms * MS)
        return self.dispatcher.handle(FrameArrived(stream, self.seq, at_ns), at_ns)

    def see(self, at_ms: float, look: Callable[[View], Any]) -> Any:
        """Return what a function makes of the view at a time."""
        seen = []

        def once(view: View) -> list:
            if not seen:
                seen.append(look(view))
            return []

        self.look = once
        self.dispatcher.handle(TimerFired(), round(at_ms * MS))
        self.look = lambda view: []
        return seen[0]


def _task(name: str, deadline_ms: float, *variants: tuple[str, ...], **settings) -> TaskSpec:
    """Return a task; every variant is given by its stages, the units of all being ws and os."""
    units = settings.pop('units', ('ws', 'os'))
    made = tuple(
        VariantSpec(f'v{index}', tuple(StageSpec(stage, units) for stage in stages))
        for index, stages in enumerate(variants or (('s0',),))
    )
    stream = '' if 'after' in settings else name
    return TaskSpec(name, made, round(deadline_ms * MS), stream, **settings)


# --- scores -------------------------------------------------------------------------------


def _vector(deadline_ms: float = 19.0) -> Probe:
    """Return the vector of DREAM's form: one job, released at 0."""
    costs = {
        'a.v0.s0': {'ws': (2.0, 10.0), 'os': (6.0, 30.0)},
        'a.v0.s1': {'ws': (4.0, 5.0), 'os': (4.0, 5.0)},
    }
    probe = Probe(_task('a', deadline_ms, ('s0', 's1')), costs=costs)
    probe.frame('a', 0)
    return probe


@pytest.mark.parametrize(
    ('alpha', 'beta', 'on_ws', 'on_os'),
    [
        (1.0, 1.0, 6.75, 2.75),
        (0.5, 0.25, 3.375, 1.375),
        (0.0, 0.0, 0.5 * 4, 0.5 * 4 / 3),
        (1.0, 0.0, 2.75, 0.5 * 4 / 3 + 0.75),
        (0.0, 1.0, 6.0, 2.0),
    ],
)
def test_the_map_score_of_a_known_case(alpha, beta, on_ws, on_os):
    """Queued for 3 ms, 16 ms of slack."""
    found = _vector().see(
        3, lambda view: MapScore(view, NO_SWITCH, alpha, beta).scores(view.ready[0])
    )
    assert found == pytest.approx({'ws': on_ws, 'os': on_os})


def test_time_to_go_is_the_mean_or_the_least():
    def both(view):
        job = view.ready[0]
        fast = ScoreSettings(togo_min=True, urgency_limit=100.0, switch_cost=0.0)
        mean, least = MapScore(view, NO_SWITCH, 1, 1), MapScore(view, fast, 1, 1)
        return [
            mean.togo_ns(job, job.variant),
            mean.togo_ns(job, job.variant, best=True),
            least.togo_ns(job, job.variant),
        ]

    assert _vector().see(3, both) == [8 * MS, 6 * MS, 6 * MS]


def test_skips_and_exits_shorten_the_time_to_go():
    stages = (
        StageSpec('s0', ('ws',), exit_chance=0.25),
        StageSpec('s1', ('ws',), chance=0.5),
        StageSpec('s2', ('ws',)),
    )
    task = TaskSpec('a', (VariantSpec('v0', stages),), 100 * MS, 'a')
    costs = {f'a.v0.s{index}': {'ws': 8.0} for index in range(3)}
    probe = Probe(task, costs=costs, units=('ws',))
    probe.frame('a', 0)

    def togo(view):
        return MapScore(view, NO_SWITCH, 1, 1).togo_ns(view.ready[0], view.ready[0].variant)

    assert probe.see(1, togo) == pytest.approx((8 + 0.75 * 0.5 * 8 + 0.75 * 8) * MS)


def test_a_change_of_task_costs_what_the_settings_say():
    settings = ScoreSettings(togo_min=False, urgency_limit=100.0, switch_cost=0.3)
    probe = _vector()
    probe.dispatcher.units['ws'].last_task = 'a'
    found = probe.see(3, lambda view: MapScore(view, settings, 1, 1).scores(view.ready[0]))
    assert found == pytest.approx({'ws': 6.75, 'os': 2.75 - 0.3})


@pytest.mark.parametrize('alpha', [0.0, 1.0, 2.5])
def test_one_unit_leaves_urgency_and_starvation(alpha):
    costs = {'a.v0.s0': {'ws': (2.0, 10.0)}, 'a.v0.s1': {'ws': (4.0, 5.0)}}
    probe = Probe(_task('a', 19, ('s0', 's1'), units=('ws',)), costs=costs, units=('ws',))
    probe.frame('a', 0)
    found = probe.see(3, lambda view: MapScore(view, NO_SWITCH, alpha, 0).scores(view.ready[0]))
    assert found == pytest.approx({'ws': 6 / 16 + alpha * 3 / 2})


def test_starvation_counts_from_the_stage_before():
    probe = _vector()
    probe.look = lambda view: [
        Run(job.id, 'a', job.stage.name, 'ws', 'v0') for job in view.ready if not job.started
    ]
    probe.dispatcher.handle(TimerFired(), 1 * MS)
    probe.look = lambda view: []
    probe.dispatcher.handle(StageFinished(0, 's0', 'ws', 1 * MS, 3 * MS), 3 * MS)
    found = probe.see(5, lambda view: MapScore(view, NO_SWITCH, 1, 0).scores(view.ready[0]))
    assert found == pytest.approx(dict.fromkeys(('ws', 'os'), 4 / 14 * 2 + 2 / 4))


@pytest.mark.parametrize('deadline_ms', [3.0, 2.0])
def test_without_slack_urgency_is_finite(deadline_ms):
    settings = ScoreSettings(togo_min=False, urgency_limit=42.0, switch_cost=0.0)
    probe = _vector(deadline_ms)
    found = probe.see(3, lambda view: MapScore(view, settings, 0, 0).urgency(view.ready[0]))
    assert found == 42.0


def test_urgency_never_passes_its_limit_with_little_slack():
    settings = ScoreSettings(togo_min=False, urgency_limit=42.0, switch_cost=0.0)
    found = _vector(3.1).see(3, lambda v: MapScore(v, settings, 0, 0).urgency(v.ready[0]))
    assert found == 42.0


# --- smart drop ---------------------------------------------------------------------------


def _overloaded(
    *,
    a_deadline_ms: float = 20.0,
    b_deadline_ms: float = 20.0,
    dropped: int = 0,
    child: bool = False,
) -> Probe:
    """
    Return a case where ``a`` should be dropped, unless a setting is changed.

    ``a`` takes 30 ms anywhere; ``b`` takes 10 or 50, so it is in danger and may make it.
    """
    tasks = [_task('a', a_deadline_ms), _task('b', b_deadline_ms)]
    costs = {'a.v0.s0': {'ws': 30.0, 'os': 30.0}, 'b.v0.s0': {'ws': 10.0, 'os': 50.0}}
    if child:
        tasks.append(_task('c', 100, after='a'))
    probe = Probe(*tasks, costs=costs)
    probe.frame('a', 0)
    probe.frame('b', 0)
    recent = probe.dispatcher.ledger.tasks['a'].recent
    recent.extend([(True, True)] * dropped + [(False, False)] * (9 - dropped))
    return probe


def _verdicts(probe: Probe) -> tuple[str | None, dict[str, int]]:
    drop = SmartDrop(cap=0.2, window=10)

    def look(view):
        picked = drop.pick(view, MapScore(view, NO_SWITCH, 1, 1))
        return None if picked is None else picked.task

    return probe.see(1, look), drop.verdicts


@pytest.mark.parametrize('dropped', [0, 1])
def test_a_job_is_dropped_when_all_four_conditions_hold(dropped):
    found = _verdicts(_overloaded(dropped=dropped))
    assert found == ('a', {smart_drop.DROP: 1, smart_drop.REACHABLE: 1})


@pytest.mark.parametrize(
    ('change', 'code'),
    [
        ({'a_deadline_ms': 31.0}, smart_drop.REACHABLE),
        ({'b_deadline_ms': 31.0}, smart_drop.NOT_OVERLOADED),
        ({'dropped': 2}, smart_drop.DROP_CAP),
        ({'child': True}, smart_drop.HAS_DEPENDENTS),
    ],
)
def test_each_condition_alone_refuses(change, code):
    picked, verdicts = _verdicts(_overloaded(**change))
    assert picked is None
    expected = {smart_drop.REACHABLE: 1}
    expected[code] = expected.get(code, 0) + 1
    assert verdicts == expected


def test_only_the_latest_frames_count_for_the_cap():
    probe = _overloaded()
    recent = probe.dispatcher.ledger.tasks['a'].recent
    recent.clear()
    recent.extend([(True, True)] * 5 + [(False, False)] * 10)
    assert _verdicts(probe)[0] == 'a'


def test_the_largest_violation_goes():
    costs = {f'{name}.v0.s0': {'ws': 30.0, 'os': 30.0} for name in 'abc'}
    probe = Probe(_task('a', 20), _task('b', 12), _task('c', 15), costs=costs)
    for name in 'abc':
        probe.frame(name, 0)
    assert _verdicts(probe) == ('b', {smart_drop.DROP: 3})


# --- tuning -------------------------------------------------------------------------------


@dataclass
class FakeView:
    """What the tuner reads of a view: a task of 10 ms whose account a test fills."""

    now_ns: int = 0
    tasks: dict = field(default_factory=lambda: {'a': None})
    accounts: dict = field(default_factory=lambda: {'a': TaskAccount()})

    def period_ns(self, _task):
        return 10 * MS


def _bowl(point: tuple[float, float], best: tuple[float, float]) -> float:
    """Return a share of misses, least at the best point."""
    return 0.1 + 0.1 * sum((one - two) ** 2 for one, two in zip(point, best))


class Tuning:
    """A tuner over windows of a synthetic cost."""

    def __init__(self, best: tuple[float, float], start: tuple[float, float] = (1.0, 1.0)) -> None:
        self.best = best
        self.tuner = OnlineTuner(start)
        self.view = FakeView()
        self.tuner.update(self.view)

    def window(self, frames: int = 100_000) -> None:
        """Let a window pass at the tuner's point, all energy spent in the worst way."""
        account = self.view.accounts['a']
        missed = round(frames * _bowl(self.tuner.point, self.best))
        account.on_time += frames - missed
        account.late += missed
        account.energy_mj += frames
        account.worst_energy_mj += frames
        self.view.now_ns += 100 * MS
        self.tuner.update(self.view)

    def settle(self) -> int:
        """Return how many windows it takes."""
        for count in range(1, 100):
            self.window()
            if self.tuner.settled:
                return count
        raise AssertionError('does not settle')


@pytest.mark.parametrize(
    ('best', 'within'),
    [((1.0, 1.0), 0.13), ((1.5, 0.6), 0.3), ((0.4, 1.9), 0.3), ((2.0, 2.0), 0.51)],
)
def test_the_tuner_settles_near_the_best_point_within_five_steps(best, within):
    tuning = Tuning(best)
    windows = tuning.settle()
    # the start, then at most four neighbours in each step
    assert windows <= 1 + 5 * 4
    assert tuning.tuner.point == pytest.approx(best, abs=within)
    assert _bowl(tuning.tuner.point, best) <= _bowl((1.0, 1.0), best)


def test_the_tuner_stays_in_its_box():
    tuning = Tuning((9.0, -9.0))
    seen = set()
    for _ in range(25):
        seen.add(tuning.tuner.point)
        tuning.window()
    assert all(0 <= value <= 2 for point in seen for value in point)
    assert tuning.tuner.point == (2.0, 0.0)


def test_a_settled_tuner_stays_while_the_load_does():
    tuning = Tuning((1.5, 0.6))
    tuning.settle()
    point = tuning.tuner.point
    tuning.best = (0.3, 0.3)
    for frames in (100_000, 110_000, 115_000, 85_000, 100_000):
        tuning.window(frames)
        assert tuning.tuner.settled
        assert tuning.tuner.point == point


@pytest.mark.parametrize('frames', [125_000, 75_000])
def test_a_change_of_load_starts_the_search_again(frames):
    tuning = Tuning((1.5, 0.6))
    tuning.settle()
    tuning.window()
    tuning.best = (0.3, 0.3)
    tuning.window(frames)
    assert not tuning.tuner.settled
    assert tuning.settle() <= 1 + 5 * 4
    assert tuning.tuner.point == pytest.approx((0.3, 0.3), abs=0.3)


def test_a_window_without_frames_is_no_measurement():
    """Nothing ended, so nothing was missed: that says nothing good of a point."""
    tuning = Tuning((1.0, 1.0))
    tuning.window()
    moved = tuning.tuner.point
    assert moved != (1.0, 1.0)
    tuning.window(0)
    while not tuning.tuner.settled:
        tuning.window()
    assert tuning.tuner.point == pytest.approx((1.0, 1.0), abs=0.13)


# --- variants -----------------------------------------------------------------------------


def _levels(backlogs_ms: list[float], hysteresis: float = 0.1) -> list[str]:
    """Return the variant of each of several jobs: 30 or 10 ms, 100 ms of slack, one unit."""
    tasks = _task('a', 100, ('s0',), ('s0',), units=('ws',)), _task('b', 90, units=('ws',))
    costs = {'a.v0.s0': {'ws': 30.0}, 'a.v1.s0': {'ws': 10.0}, 'b.v0.s0': {'ws': 1.0}}
    choice = VariantChoice(hysteresis)
    probe = Probe(*tasks, costs=costs, units=('ws',))
    chosen = []
    for index, backlog_ms in enumerate(backlogs_ms):
        at_ms = 1000 * index

        def togo(job, variant, backlog_ms=backlog_ms):
            if job.task == 'b':
                return backlog_ms * MS
            return {'v0': 30 * MS, 'v1': 10 * MS}[variant.name]

        def look(view, togo=togo):
            if {job.task for job in view.ready} != {'a', 'b'}:
                return []
            return choice.decide(view, togo)

        probe.look = look
        probe.frame('b', at_ms)
        decisions = probe.frame('a', at_ms)
        changes = [d.variant for d in decisions if isinstance(d, UseVariant)]
        release = next(d for d in decisions if isinstance(d, Release))
        chosen.append(changes[-1] if changes else 'v0')
        assert probe.dispatcher.jobs[release.job].variant.name == chosen[-1]
    return chosen


def test_a_lighter_variant_under_load_and_back_with_hysteresis():
    assert _levels([0, 80, 65, 55, 65]) == ['v0', 'v1', 'v1', 'v0', 'v0']


def test_without_hysteresis_the_variant_goes_back_at_once():
    assert _levels([0, 80, 65], hysteresis=0.0) == ['v0', 'v1', 'v0']


def test_the_lightest_variant_where_none_will_do():
    assert _levels([95]) == ['v1']


def test_dream_switches_variants_with_the_load_of_a_run():
    """A second task comes at 0.5 s and goes at 1 s."""
    workload = {
        'tasks': {
            'a': {'network': 'n', 'period_ms': 20.0, 'phase_ms': 1.0, 'queue_depth': 2},
            'b': {'network': 'm', 'period_ms': 20.0, 'phase_ms': 0.0, 'enabled': False},
        },
        'networks': {
            'n': {
                'variants': {
                    'best': {'stages': [{'name': 'x', 'cost': {'u': 12.0}}]},
                    'light': {
                        'stages': [{'name': 'x', 'cost': {'u': 4.0}}],
                        'accuracy': 0.9,
                    },
                }
            },
            'm': {'stages': [{'name': 'x', 'cost': {'u': 12.0}}]},
        },
        'changes': [
            {'at_s': 0.495, 'task': 'b', 'set': {'enabled': True}},
            {'at_s': 0.995, 'task': 'b', 'set': {'enabled': False}},
        ],
    }
    made = system(workload, {'units': {'u': {}}})
    simulator, log = simulate(made, policy='dream', seconds=1.5, tune=0)
    by_time = [(at / 1e9, run.variant) for at, run in log.decisions(Run) if run.task == 'a']
    assert {variant for at, variant in by_time if at < 0.49} == {'best'}
    assert {variant for at, variant in by_time if 0.55 < at < 0.99} == {'light'}
    assert {variant for at, variant in by_time if at > 1.05} == {'best'}
    assert simulator.dispatcher.ledger.tasks['a'].late == 0


def test_the_tuner_tries_nothing_while_nothing_is_missed():
    tuning = Tuning((1.5, 0.6))
    account = tuning.view.accounts['a']
    for _ in range(5):
        account.on_time += 100
        tuning.view.now_ns += 100 * MS
        tuning.tuner.update(tuning.view)
    assert tuning.tuner.point == (1.0, 1.0) and not tuning.tuner.settled
    tuning.settle()
    assert tuning.tuner.point == pytest.approx((1.5, 0.6), abs=0.3)


# --- the mapping --------------------------------------------------------------------------


def _ran_on(**settings: bool) -> list[tuple[str, str]]:
    """Run a long and a short job on a fast unit and on one that is too slow for the short one."""
    workload = {
        'networks': {
            'long': {'cost': {'fast': 20.0}},
            'short': {'cost': {'fast': 4.0, 'slow': 60.0}},
        },
        'tasks': {
            'long': {'network': 'long', 'period_ms': 100.0, 'phase_ms': 0.0},
            'short': {'network': 'short', 'period_ms': 100.0, 'phase_ms': 1.0, 'deadline_ms': 50},
        },
    }
    platform = {'units': {'fast': {'kind': 'gpu'}, 'slow': {'kind': 'cpu'}}}
    made = system(workload, platform)
    _, log = simulate(made, policy='dream', seconds=0.09, tune=False, **settings)
    return [(span.run.task, span.run.unit) for span in log.spans]


def test_a_frame_waits_for_a_busy_unit_rather_than_take_one_that_is_too_slow():
    assert _ran_on(wait=True) == [('long', 'fast'), ('short', 'fast')]
    assert _ran_on(wait=False) == [('long', 'fast'), ('short', 'slow')]


def _order(**settings: bool) -> list[str]:
    """Run two jobs that wait for one unit: the one with the greater urgency has more time."""
    workload = {
        'networks': {
            'first': {'cost': {'cpu0': 5.0}},
            'long': {'cost': {'cpu0': 20.0}},
            'short': {'cost': {'cpu0': 2.0}},
        },
        'tasks': {
            'first': {'network': 'first', 'period_ms': 100.0, 'phase_ms': 0.0},
            'long': {'network': 'long', 'period_ms': 100.0, 'phase_ms': 1.0, 'deadline_ms': 60},
            'short': {'network': 'short', 'period_ms': 100.0, 'phase_ms': 1.0, 'deadline_ms': 20},
        },
    }
    made = system(workload, {'units': {'cpu0': {}}})
    parameters = {'tune': False, 'alpha': 0.0, 'beta': 0.0, **settings}
    _, log = simulate(made, policy='dream', seconds=0.09, **parameters)
    return [span.run.task for span in log.spans]


def test_a_frame_goes_first_that_would_be_late_behind_the_greatest_score():
    # 20 of 56 ms left are more than 2 of 16, but behind it the short one is late
    assert _order(guard=True) == ['first', 'short', 'long']
    assert _order(guard=False)[:2] == ['first', 'long']


@pytest.mark.parametrize(('drops', 'ran'), [(True, 0), (False, 1)])
def test_a_frame_that_cannot_be_on_time_is_dropped(drops, ran):
    workload = {
        'networks': {'n': {'cost': {'cpu0': 20.0}}},
        'tasks': {'t': {'network': 'n', 'period_ms': 100.0, 'phase_ms': 0.0, 'deadline_ms': 10}},
    }
    made = system(workload, {'units': {'cpu0': {}}})
    _, log = simulate(made, policy='dream', seconds=0.05, tune=False, drop_unreachable=drops)
    assert len(log.spans) == ran
