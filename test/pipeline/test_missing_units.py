# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One configuration on machines that do not have all it names."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from images import frame
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

ABSENT = {'dla0': 'no DLA here', 'vic0': 'VPI is not installed', 'gpu0': 'no CUDA driver'}


def _machine(*names):
    found = discover()
    units = tuple(LocalUnit(Unit(name, name.rstrip('0123456789'))) for name in names)
    return replace(found, units=units, absent=ABSENT)


def _config(tmp_path, *, engine='auto', **more):
    network = write_network(tmp_path, 'boxes', engine=engine)
    return from_parameters(
        {
            'tasks': ['detector'],
            'detector.network': str(network),
            'detector.topic': 'camera',
            'detector.deadline_ms': 600_000,
            **{name.replace('__', '.'): value for name, value in more.items()},
        }
    )


def _load(config, *names):
    """Return the loaded pipeline and the units its detector's network may use."""
    pipeline = Pipeline(config, on_end=lambda _end: None, machine=_machine(*names))
    pipeline.load()
    return pipeline, _stages(pipeline)['infer']


def _stages(pipeline):
    """Return the units of every stage of the detector, stages that run as one apart."""
    found = pipeline._loaded().tasks[0].variants[0].stages
    return {part: stage.units for stage in found for part in stage.name.split('+')}


@pytest.mark.parametrize(
    ('more', 'used', 'missing'),
    [
        ({'units': ['dla0', 'vic']}, ('cpu0', 'cpu1'), {'dla0', 'vic'}),
        ({'units': ['dla0', 'cpu1']}, ('cpu1',), {'dla0'}),
        ({'detector__units': ['dla0']}, ('cpu0', 'cpu1'), {'dla0'}),
        ({'detector__units': ['vic', 'cpu0']}, ('cpu0',), {'vic'}),
        ({'units': ['gpu', 'cpu0'], 'detector__units': ['gpu0']}, ('cpu0',), {'gpu', 'gpu0'}),
        ({}, ('cpu0', 'cpu1'), set()),
    ],
)
def test_the_work_of_missing_units_goes_to_what_exists(tmp_path, caplog, more, used, missing):
    config = _config(tmp_path, engine='simulated', **more)
    with caplog.at_level(logging.WARNING):
        pipeline, units = _load(config, 'cpu0', 'cpu1')
    status = pipeline.status()
    assert units == used
    assert set(status.missing) == missing
    assert all(reason in ABSENT.values() for reason in status.missing.values())
    assert len(caplog.records) == len(missing)
    assert all('its work goes to cpu' in record.getMessage() for record in caplog.records)
    lines = examine(status, rates_between(status, status), Limits(10**9, 10**9))
    warned = {line.name: line for line in lines if line.level == WARN}
    assert set(warned) == {f'unit {name}' for name in missing}
    assert all('cannot be used' in line.message for line in warned.values())
    pipeline.unload()


def test_the_same_configuration_uses_what_a_jetson_has(tmp_path, caplog):
    config = _config(tmp_path, engine='simulated', units=['dla0', 'vic'])
    with caplog.at_level(logging.WARNING):
        pipeline, units = _load(config, 'cpu0', 'dla0', 'vic0')
    assert units == ('dla0', 'vic0')
    # what neither can do is done by the cores, though nobody named one
    assert _stages(pipeline) == {
        'preprocess': ('cpu0',),
        'infer': ('dla0', 'vic0'),
        'postprocess': ('cpu0',),
    }
    assert [unit.name for unit in pipeline.status().units] == ['dla0', 'vic0', 'cpu0']
    assert not caplog.records and not pipeline.status().missing


def test_frames_are_answered_without_the_units_that_are_named(tmp_path):
    import threading

    ended = threading.Event()
    ends = []

    def on_end(end):
        ends.append(end)
        ended.set()

    config = _config(tmp_path, engine='simulated', detector__units=['dla0', 'vic'])
    pipeline = Pipeline(config, on_end=on_end, machine=_machine('cpu0'))
    pipeline.load()
    pipeline.start()
    pipeline.submit(frame())
    assert ended.wait(120)
    pipeline.unload()
    assert (ends[0].outcome, {s.unit for s in ends[0].stages}) == ('on_time', {'cpu0'})


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        ({'units': ['dla0']}, r"^units: 'dla0' cannot be used: no DLA here \(require_units is"),
        ({'detector__units': ['cpu', 'vic']}, r"^detector\.units: 'vic' cannot be used: VPI is"),
    ],
)
def test_units_that_are_required_must_be_there(tmp_path, more, message):
    config = _config(tmp_path, engine='simulated', require_units=True, **more)
    with pytest.raises(ConfigError, match=message):
        _load(config, 'cpu0')
    _load(_config(tmp_path, engine='simulated', require_units=True), 'cpu0')


def test_an_engine_is_not_sent_to_units_it_cannot_serve(tmp_path, caplog):
    """A machine with a GPU and only a CPU engine: the GPU's worker would run it on any core."""
    network = {'engine': 'simulated'}
    config = _config(tmp_path, **network)
    machine = _machine('cpu0', 'gpu0')
    only_cpu = [replace_kinds(found, ('cpu',)) for found in machine.engines]
    machine = replace(machine, engines=tuple(only_cpu))
    pipeline = Pipeline(config, on_end=lambda _end: None, machine=machine)
    pipeline.load()
    assert pipeline._loaded().tasks[0].variants[0].stages[0].units == ('cpu0',)
    named = Pipeline(
        _config(tmp_path, **network, detector__units=['gpu0']),
        on_end=lambda _end: None,
        machine=machine,
    )
    named.load()
    assert named._loaded().tasks[0].variants[0].stages[0].units == ('cpu0',)
    assert named.status().missing == {'gpu0': 'boxes runs on cpu only'}
    nowhere = Pipeline(
        _config(tmp_path, **network, units=['gpu']), on_end=lambda _end: None, machine=machine
    )
    with pytest.raises(ConfigError, match=r'units: boxes runs on cpu only.*only units are gpu0'):
        nowhere.load()


def replace_kinds(found, kinds):
    """Return a backend that serves other kinds of units."""
    backend = found.backend
    if found.name == 'simulated':
        backend = type('OnlyCpu', (type(backend),), {'kinds': kinds})()
    return replace(found, kinds=kinds, backend=backend)


def test_a_part_of_a_missing_gpu_is_missing_with_its_reason(tmp_path):
    parts = ['gpu0.a=0.75', 'gpu0.b=0.25']
    config = _config(tmp_path, engine='simulated', gpu_parts=parts, units=['gpu0.a', 'cpu0'])
    pipeline, units = _load(config, 'cpu0', 'cpu1')
    assert units == ('cpu0',)
    assert pipeline.status().missing == {'gpu0.a': 'no CUDA driver'}
    strict = _config(tmp_path, gpu_parts=parts, units=['gpu0.a'], require_units=True)
    with pytest.raises(ConfigError, match=r"units: 'gpu0\.a' cannot be used: no CUDA"):
        _load(strict, 'cpu0')
