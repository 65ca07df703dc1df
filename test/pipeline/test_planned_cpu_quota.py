# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A CPU quota is said when a pipeline is loaded, in its status, and where frames were missed."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from networks import write_network
from sysfs import Tree

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.rates import TaskRate
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

CORES = tuple(LocalUnit(Unit(f'cpu{core}', 'cpu'), core) for core in range(2))
LIMITS = Limits(1 << 60, 1 << 60)


@pytest.fixture
def load(tmp_path):
    """Return a function that loads a pipeline on two cores, one of them spare."""
    loaded = []

    def loading(text, **more):
        tree = Tree(tmp_path / 'root')
        tree.cgroup_v2({'/robot': text}, '/robot')
        network = write_network(tmp_path, 'boxes', engine='simulated')
        values = {
            'tasks': ['detector'],
            'detector.network': str(network),
            'detector.topic': 'camera',
            **more,
        }
        spare = CORES[1:] if text != 'max' else ()
        machine = replace(discover(), units=CORES[: 2 - len(spare)], spare=spare)
        pipeline = Pipeline(
            from_parameters(values), on_end=lambda _end: None, machine=machine, root=tree.root
        )
        pipeline.load()
        loaded.append(pipeline)
        return pipeline, tree

    yield loading
    for pipeline in loaded:
        pipeline.unload()


def _line(pipeline, before):
    now = pipeline.status()
    lines = examine(now, rates_between(before, now), LIMITS)
    return next((line for line in lines if line.name == 'cpu quota'), None)


def test_no_quota_says_nothing(load, caplog):
    pipeline, _ = load('max')
    assert pipeline.status().quota is None
    assert _line(pipeline, pipeline.status()) is None
    assert 'cpu_quota' not in summary(pipeline.status())
    assert 'period' not in caplog.text


def test_it_is_logged_when_loaded_and_in_the_summary(load, caplog):
    with caplog.at_level(logging.WARNING):
        pipeline, tree = load('50000 100000')
    assert (
        '1 CPU unit has 0.5 CPUs (50 ms of CPU time in 100 ms, control group /robot): when it is '
        'used up, everything stops' in caplog.text
    )
    tree.throttled('/robot', 7, 0, 0)
    pipeline.start()
    tree.throttled('/robot', 27, 12, 400)
    pipeline.stop()
    assert summary(pipeline.status())['cpu_quota'] == {
        'cpus': 0.5,
        'period_ms': 100.0,
        'group': '/robot',
        'cpu_units': 1,
        'periods': 20,
        'throttled': 12,
        'stopped_s': 0.4,
    }


def test_diagnostics_name_it_as_the_cause(load):
    pipeline, tree = load('50000 100000')
    before = pipeline.status()
    line = _line(pipeline, before)
    assert (line.level, line.values['throttled']) == (WARN, '0')
    tree.throttled('/robot', 10, 4, 150)
    line = _line(pipeline, before)
    said = 'the CPU quota stopped this process in 4 of 10 periods, for 150 ms'
    assert line.level == WARN
    assert line.message.endswith(said)
    now = pipeline.status()
    rates = replace(rates_between(before, now), tasks={'detector': TaskRate(9, 5, 4.0)})
    task = examine(now, rates, LIMITS)[0]
    assert task.message == f'5 of 9 missed their deadline ({said})'


def test_enough_for_the_units_in_use_is_well_until_it_stops_something(load):
    pipeline, tree = load('150000 100000')
    before = pipeline.status()
    assert _line(pipeline, before).level == OK
    tree.throttled('/robot', 10, 1, 1)
    assert _line(pipeline, before).level == WARN
    # it can be changed while the process runs
    tree.write('sys/fs/cgroup/robot/cpu.max', '300000 100000')
    assert _line(pipeline, before) is None


@pytest.mark.parametrize(('units', 'used'), [([''], 1), (['cpu'], 1), (['cpu0', 'cpu1'], 2)])
def test_cores_beyond_it_are_used_by_who_names_them(load, units, used):
    pipeline, _ = load('150000 100000', units=[name for name in units if name])
    assert len(pipeline.status().units) == used
    assert _line(pipeline, pipeline.status()).level == (WARN if used == 2 else OK)


def test_admission_knows_it(load):
    pipeline, _ = load('25000 100000')
    assert pipeline._known().cpus == 0.25
    pipeline, _ = load('max')
    assert pipeline._known().cpus is None
