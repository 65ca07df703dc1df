# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What admission makes of changes of tasks, by what the dispatcher knows."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from networks import write_network

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.pipeline.admission import admission
from edge_sched_ros.pipeline.admission.admission import Admission
from edge_sched_ros.pipeline.admission.demand import demands
from edge_sched_ros.pipeline.admission.demand import look
from edge_sched_ros.pipeline.health.health import admission_health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.plugins.policies import make_policy

MS = 1_000_000
S = 1_000_000_000
CORES = ('cpu0', 'cpu1')


def spec(name, *, variants=('base',), hz=20.0, deadline_ms=50.0, **settings):
    """Return a task of one stage on both cores."""
    stage = StageSpec('infer', CORES)
    values = {'stream': f'{name}_camera', 'period_ns': round(S / hz) if hz else 0, **settings}
    if 'after' in settings:
        del values['stream']
    return TaskSpec(
        name,
        tuple(VariantSpec(variant, (stage,)) for variant in variants),
        round(deadline_ms * MS),
        **values,
    )


class Desk:
    """A dispatcher and admission in front of it."""

    def __init__(self, *tasks, costs_ms, mode='warn', policy='edf+drop'):
        profiles = Profiles()
        for (task, variant), ms in costs_ms.items():
            for unit in CORES:
                key = StageKey(task, variant, 'infer', unit)
                profiles.set(key, round(ms * MS), source='given')
        self.dispatcher = LowLevelDispatcher(
            tasks=tasks,
            units=tuple(Unit(name) for name in CORES),
            policy=policy,
            make_policy=make_policy,
            profiles=profiles,
        )
        self.admission = Admission(lambda: look(self.dispatcher), mode)

    def change(self, task, **values):
        """Ask for a change, and make it where it is not refused."""
        ruling = self.admission.consider({task: values})
        if not ruling.refused:
            for name in {**self.admission.pins, **ruling.pins}:
                pin = {'variant': ruling.pins.get(name, '')}
                self.dispatcher.handle(ParametersChanged(pin, task=name), 0)
            self.admission.pins = ruling.pins
            self.dispatcher.handle(ParametersChanged(values, task=task), 0)
        return ruling


def two(mode, **settings):
    """Two tasks that fit: half of each core is free."""
    return Desk(
        spec('front'),
        spec('rear', **settings),
        costs_ms={('front', 'base'): 20.0, ('rear', 'base'): 30.0},
        mode=mode,
    )


def test_what_fits_is_admitted_without_a_word():
    assert two('refuse').change('rear', deadline_ns=45 * MS).text == ''


@pytest.mark.parametrize(
    'change',
    [
        {'period_ns': 12 * MS},
        {'deadline_ns': 25 * MS},
    ],
)
def test_each_mode_has_its_own_answer(change):
    for mode, refused, said in (
        ('off', False, False),
        ('warn', False, True),
        ('refuse', True, True),
        ('degrade', True, True),  # there is no lighter variant
    ):
        desk = two(mode)
        ruling = desk.change('rear', **change)
        assert (ruling.refused, bool(ruling.text)) == (refused, said), mode
        key, value = next(iter(change.items()))
        assert (getattr(desk.dispatcher.tasks['rear'], key) == value) is not refused
    assert ruling.task == 'rear'
    assert "'rear' would miss its deadline" in ruling.text


def test_the_one_that_would_miss_is_named_though_it_is_not_the_one_changed():
    tight = spec('tight', deadline_ms=21.0, priority=0)
    other = spec('other', hz=10.0, deadline_ms=400.0, max_in_flight=2, enabled=False, priority=1)
    costs = {('tight', 'base'): 20.0, ('other', 'base'): 150.0}
    ruling = Desk(tight, other, costs_ms=costs, mode='refuse').change('other', enabled=True)
    assert ruling.refused
    assert ruling.task == 'tight'
    assert 'p99' in ruling.reason and 'cpu' in ruling.reason


def test_a_priority_that_harms_another_is_refused_and_one_that_does_not_is_taken():
    tasks = (spec('a', deadline_ms=60.0, hz=15.0), spec('b', deadline_ms=60.0, hz=15.0))
    third = spec('c', deadline_ms=200.0, hz=5.0, max_in_flight=2)
    costs = {('a', 'base'): 25.0, ('b', 'base'): 25.0, ('c', 'base'): 130.0}
    desk = Desk(*tasks, third, costs_ms=costs, mode='refuse')
    assert not desk.change('a', priority=1).refused
    ruling = desk.change('c', priority=2)
    assert ruling.refused == (ruling.task in ('a', 'b'))


def test_what_gets_lighter_is_never_refused():
    desk = Desk(
        spec('front'),
        spec('rear'),
        costs_ms={('front', 'base'): 70.0, ('rear', 'base'): 80.0},
        mode='refuse',
    )
    for values in (
        {'deadline_ns': 60 * MS},
        {'every_n': 2},
        {'period_ns': 90 * MS},
        {'period_ns': 0},
        {'enabled': False},
    ):
        assert not desk.change('rear', **values).refused
    # front misses by itself, and rear is not to blame: alone on its core it is in time
    desk.change('rear', every_n=4)
    assert desk.change('rear', enabled=True, deadline_ns=2000 * MS).text == ''


def test_nothing_is_refused_for_lack_of_knowledge():
    unknown_cost = Desk(spec('a'), spec('b', enabled=False), costs_ms={('a', 'base'): 20.0})
    unknown_cost.admission.mode = 'refuse'
    assert not unknown_cost.change('b', enabled=True).text
    unknown_rate = two('refuse', hz=0)
    assert not unknown_rate.change('rear', deadline_ns=31 * MS).text
    known = look(unknown_rate.dispatcher)
    asked, unknown = demands(known, known.tasks, {})
    assert [task.name for task in asked] == ['front']
    assert 'no period_ms' in unknown['rear']
    asked, unknown = demands(known, known.tasks, {'rear_camera': 25.0})
    assert asked[1].rate_per_s == 25.0 and not unknown


def test_the_rate_is_what_is_seen_or_declared_whichever_is_more():
    known = look(two('warn').dispatcher)
    for seen_hz, expected in ((None, 20.0), (33.0, 33.0), (4.0, 20.0)):
        seen = {} if seen_hz is None else {'rear_camera': seen_hz}
        asked, _ = demands(known, known.tasks, seen)
        assert {task.name: task.rate_per_s for task in asked}['rear'] == pytest.approx(expected)


def test_cascades_come_as_often_as_what_they_come_after():
    desk = Desk(
        spec('first', every_n=2),
        spec('then', after='first', every_n=5, hz=0),
        spec('last', after='then', hz=0),
        costs_ms={('first', 'base'): 1.0, ('then', 'base'): 1.0, ('last', 'base'): 1.0},
    )
    known = look(desk.dispatcher)
    asked, unknown = demands(known, known.tasks, {})
    rates = {task.name: task.rate_per_s for task in asked}
    assert rates == pytest.approx({'first': 10.0, 'then': 2.0, 'last': 2.0})
    assert not unknown
    off = {**known.tasks, 'first': replace(known.tasks['first'], enabled=False)}
    assert demands(known, off, {}) == ([], {})


def test_speed_and_lost_units_count():
    desk = two('warn')
    desk.dispatcher.handle(UnitChanged('cpu0', 'available', speed=0.5), 0)
    desk.dispatcher.handle(UnitChanged('cpu1', 'unavailable'), 0)
    known = look(desk.dispatcher)
    assert known.slots == {'cpu0': 1}
    ((unit, ms),) = known.costs['front', 'base'][0].units
    assert (unit, ms) == ('cpu0', pytest.approx(40.0))


# --- degrade ------------------------------------------------------------------------------


def degradable(*, mode='degrade', tiny=True):
    variants = ('base', 'small', 'tiny') if tiny else ('base', 'small')
    costs = {('a', 'base'): 30.0, ('b', 'base'): 40.0, ('b', 'small'): 18.0, ('b', 'tiny'): 6.0}
    return Desk(
        spec('a', hz=20.0, priority=1, max_in_flight=2),
        spec('b', hz=20.0, variants=variants, max_in_flight=2),
        costs_ms=costs,
        mode=mode,
    )


def test_lighter_variants_make_room_and_go_when_it_is_not_needed():
    desk = degradable()
    ruling = desk.change('a', period_ns=16 * MS)
    assert not ruling.text
    assert set(ruling.pins) == {'b'}
    assert desk.dispatcher.tasks['b'].variants[0].name == ruling.pins['b'] != 'base'
    # no lighter than it must be: with the next heavier one somebody would miss
    names = ['base', 'small', 'tiny']
    heavier = names[names.index(ruling.pins['b']) - 1]
    known = look(desk.dispatcher)
    asked, _ = demands(known, known.tasks, {}, {'b': heavier})
    assert any(not one.feasible for one in admission.predict(asked, known.slots).values())
    desk.change('a', period_ns=50 * MS)
    assert desk.admission.pins == {}
    assert [one.name for one in desk.dispatcher.tasks['b'].variants] == names


def test_what_even_the_lightest_cannot_save_is_refused():
    desk = degradable()
    ruling = desk.change('a', period_ns=10 * MS)
    assert ruling.refused and ruling.text
    assert desk.admission.pins == {}


def test_the_least_urgent_goes_first():
    costs = {(name, kind): ms for name in 'ab' for kind, ms in (('base', 40.0), ('small', 10.0))}
    costs['c', 'base'] = 20.0
    for urgent, other in ('ab', 'ba'):
        desk = Desk(
            spec(urgent, variants=('base', 'small'), priority=2, max_in_flight=2),
            spec(other, variants=('base', 'small'), priority=1, max_in_flight=2),
            spec('c', priority=3, enabled=False),
            costs_ms=costs,
            mode='degrade',
        )
        assert set(desk.change('c', enabled=True).pins) == {other}


def test_lighter_variants_stay_while_they_are_needed():
    desk = degradable()
    pins = desk.change('a', period_ns=16 * MS).pins
    assert desk.change('a', deadline_ns=55 * MS).pins == pins
    assert desk.dispatcher.tasks['b'].variants[0].name == pins['b']


def test_a_variant_of_unknown_cost_saves_nothing():
    desk = degradable()
    desk.dispatcher.profiles._costs.pop(('b', 'small', 'infer'))
    desk.dispatcher.profiles._costs.pop(('b', 'tiny', 'infer'))
    assert desk.change('a', period_ns=16 * MS).refused


def test_a_users_own_variant_stays():
    desk = degradable()
    desk.change('b', variant='base')
    assert desk.change('a', period_ns=16 * MS).refused
    assert desk.dispatcher.tasks['b'].variants[0].name == 'base'
    assert desk.admission.pins == {}


# --- what is reported -----------------------------------------------------------------------


def _inputs(count):
    return {'rear_camera': InputAccount(received=count)}


def test_the_outlook_follows_rates_and_is_not_made_anew_for_nothing(monkeypatch):
    desk = two('warn', hz=0)
    asked = []
    predict = admission.predict

    def counted(*arguments):
        asked.append(arguments)
        return predict(*arguments)

    monkeypatch.setattr(admission, 'predict', counted)
    desk.admission.update(_inputs(0), 0)
    assert 'rear' in desk.admission.outlook.unknown
    line = admission_health(desk.admission.outlook, 'warn')
    assert (line.level, line.name) == (OK, 'admission')
    assert 'its rate' in line.values['rear_unknown']
    for second in range(1, 30):
        desk.admission.update(_inputs(60 * second), second * S)
    assert 0 < len(asked) <= 4
    assert not desk.admission.outlook.unknown
    line = admission_health(desk.admission.outlook, 'warn')
    assert line.level == WARN
    assert 'rear would miss' in line.message
    assert float(line.values['rear_predicted_p99_ms']) > 50.0
    settled = len(asked)
    for second in range(30, 90):
        desk.admission.update(_inputs(60 * second), second * S)
    assert len(asked) == settled
    desk.admission.mode = 'off'
    desk.admission.update(_inputs(9999), 99 * S)
    assert not desk.admission.outlook.verdicts


# --- the pipeline ---------------------------------------------------------------------------


def test_a_pipeline_warns_or_refuses_at_start(tmp_path, monkeypatch, caplog):
    network = write_network(tmp_path, 'net')
    values = {'tasks': ['t'], 't.network': str(network), 't.topic': 'camera', 't.period_ms': 40.0}
    slow = {}

    def known(dispatcher, now_ns=0):
        for name, task in dispatcher.tasks.items():
            for stage in task.variants[0].stages:
                for unit in stage.units:
                    key = StageKey(name, 'base', stage.name, unit)
                    dispatcher.profiles.set(key, slow['ms'] * MS, source='given')
        return look(dispatcher, now_ns)

    monkeypatch.setattr('edge_sched_ros.pipeline.pipeline.look', known)
    for mode, ms, log, refused in (
        ('warn', 1, False, False),
        ('warn', 900, True, False),
        ('refuse', 1, False, False),
        ('refuse', 900, False, True),
    ):
        slow['ms'] = ms
        caplog.clear()
        pipeline = Pipeline(from_parameters({**values, 'admission': mode}), on_end=print)
        with caplog.at_level(logging.WARNING):
            if refused:
                with pytest.raises(ConfigError, match="admission: refuse: 't' would miss"):
                    pipeline.load()
            else:
                pipeline.load()
        assert ("'t' would miss its deadline" in caplog.text) is log
        pipeline.unload()


def test_an_accepted_change_is_looked_at_at_once():
    """Not after the ten seconds that a drift of costs waits."""
    desk = two('warn', hz=5.0)
    desk.admission.update({}, 0)
    assert not any(one.reason for one in desk.admission.outlook.verdicts.values())
    assert desk.change('rear', period_ns=10 * MS).text
    desk.admission.renew()
    desk.admission.update({}, S)
    assert desk.admission.outlook.verdicts['rear'].reason


def test_off_without_quotes_is_a_boolean_to_yaml_and_means_off():
    named = next(one for one in SCHEDULER_PARAMETERS if one.name == 'admission')
    assert named.check(False) == 'off'
    with pytest.raises(ConfigError, match=r'must be text, not True: .*quotes'):
        named.check(True)
    policy = next(one for one in SCHEDULER_PARAMETERS if one.name == 'policy')
    with pytest.raises(ConfigError, match='must be text, not False'):
        policy.check(False)


def test_minimum_rates_are_checked_by_the_sum_of_their_demands():
    """Two cores, 60 ms a result: 30 results a second need 90 % of both, 40 need 120 %."""
    tasks = (spec('a', min_rate_hz=20.0, hz=5.0), spec('b', priority=-1, hz=5.0))
    costs_ms = {('a', 'base'): 60.0, ('b', 'base'): 60.0}
    desk = Desk(*tasks, costs_ms=costs_ms, mode='refuse')
    assert not desk.change('b', min_rate_hz=10.0).refused
    ruling = desk.change('b', min_rate_hz=20.0)
    assert ruling.refused
    assert ruling.text == (
        "'b' would miss its min_rate_hz: the minimum rates of a (20/s), b (20/s) need 120% of "
        'cpu0, cpu1'
    )
    desk.admission.mode = 'warn'
    assert not desk.change('b', min_rate_hz=20.0).refused
    # a change of something else is not blamed for it
    assert 'min_rate_hz' not in desk.change('a', priority=1).text
    desk.admission.renew()
    desk.admission.update({}, 0)
    line = admission_health(desk.admission.outlook, 'warn')
    assert line.level == WARN and line.message.startswith('the minimum rates of a (20/s), b')


def test_a_minimum_rate_of_a_cascade_counts_for_the_tasks_before_it():
    tasks = (spec('a', hz=5.0), spec('b', after='a', deadline_ms=500.0))
    costs_ms = {('a', 'base'): 60.0, ('b', 'base'): 10.0}
    desk = Desk(*tasks, costs_ms=costs_ms, mode='refuse')
    assert not desk.change('b', min_rate_hz=25.0).refused
    ruling = desk.change('b', min_rate_hz=30.0)
    assert ruling.refused and 'a (30/s), b (30/s)' in ruling.text
