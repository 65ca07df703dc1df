# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs known from the start: read, doubted, measured while configuring."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from images import frame
from networks import write_network
from profiles import cost
from profiles import measured_on
from profiles import profile_data
from profiles import stages

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.profiling.additions import digest
from edge_sched_ros.profiling.fingerprint import read_fingerprint

JOINT = 'preprocess+infer+postprocess'


@pytest.fixture
def network(tmp_path):
    return write_network(tmp_path, 'net')


def _data(networks=None, **more):
    """Return a profile of this machine."""
    here = read_fingerprint()
    measured = measured_on(
        machine=here.machine.model_dump(), versions=dict(here.versions), power_mode=here.power_mode
    )
    data = profile_data(measured=measured, **more)
    if networks is not None:
        data['networks'] = networks
    return data


def _stages(units):
    times = {'preprocess': 1.0, 'infer': 40.0, 'postprocess': 2.0}
    return stages(**{stage: {unit: cost(ms) for unit in units} for stage, ms in times.items()})


def _elsewhere(**more):
    """Return a profile of this machine in another mode."""
    data = _data(_known(), **more)
    data['measured']['power_mode'] = 'another mode'
    return data


def _pipeline(network, folder, data=None, *, unit='cpu0', **parameters):
    values = {
        'tasks': ['detector'],
        'detector.network': str(network),
        'detector.topic': 'camera',
        'detector.deadline_ms': 600_000,
        'detector.units': [unit],
        **parameters,
    }
    if data is not None:
        (folder / 'profiles.yaml').write_text(yaml.safe_dump(data))
        values['profiles'] = str(folder / 'profiles.yaml')
    return Pipeline(from_parameters(values), on_end=lambda _end: None)


@pytest.fixture
def load(network, tmp_path):
    """Return a function that loads a pipeline; all are freed at the end."""
    made = []

    def loaded(data=None, **parameters):
        pipeline = _pipeline(network, tmp_path, data, unit=first_unit(), **parameters)
        made.append(pipeline)
        pipeline.load()
        return pipeline

    yield loaded
    for pipeline in made:
        pipeline.unload()


def first_unit() -> str:
    import os

    return f'cpu{min(os.sched_getaffinity(0))}'


def _cost(pipeline, stage=JOINT):
    return pipeline._running().read(
        lambda dispatcher, _: dispatcher.profiles.cost('detector', 'base', stage, first_unit())
    )


def _health(pipeline):
    status = pipeline.status()
    limits = Limits(error_after_ns=10**9, silent_after_ns=10**9)
    lines = examine(status, rates_between(status, status), limits)
    return {line.name: line for line in lines}


def _known():
    return {'net': {'variants': {'base': {'stages': _stages([first_unit()])}}}}


def test_nothing_is_known_unless_asked(load):
    pipeline = load()
    assert _cost(pipeline) is None
    assert 'profiles' not in _health(pipeline)


def test_costs_of_a_file_are_known_from_the_start(load):
    pipeline = load(_data(_known(), transitions=[{'from': 'cpu0', 'to': 'gpu0', 'ms': 0.5}]))
    found = _cost(pipeline)
    assert found.expected_ns(1) == 43_000_000
    assert found.source == 'profile'
    line = _health(pipeline)['profiles']
    assert (line.level, line.values['learned']) == (OK, '')


def test_another_machine_is_a_warning(load, caplog):
    caplog.set_level(logging.WARNING)
    pipeline = load(_elsewhere())
    assert _cost(pipeline).expected_ns(1) == 43_000_000, 'better than nothing'
    line = _health(pipeline)['profiles']
    assert line.level == WARN
    assert 'power_mode was another mode, is ' in line.message
    warnings = [record.getMessage() for record in caplog.records]
    assert any('profiles.yaml may be wrong here: power_mode was' in text for text in warnings)


def test_costs_of_another_machine_are_no_reason_not_to_start(load, caplog):
    caplog.set_level(logging.WARNING)
    late = {'detector.deadline_ms': 20.0, 'detector.period_ms': 100.0, 'admission': 'refuse'}
    with pytest.raises(ConfigError, match="admission: refuse: 'detector' would miss"):
        load(_data(_known()), **late)
    load(_elsewhere(), **late)
    warnings = [record.getMessage() for record in caplog.records]
    assert any('(not refused: power_mode was another mode' in text for text in warnings), warnings


def test_with_time_to_measure_costs_of_another_machine_are_replaced(load):
    pipeline = load(_elsewhere(), profile_at_configure_s=0.3)
    assert 1_000_000 <= _cost(pipeline).expected_ns(1) != 43_000_000
    assert _health(pipeline)['profiles'].values['measured'] == f'net on {first_unit()}'


def test_costs_of_another_file_of_the_network_are_not_used(load, tmp_path):
    known = _known()
    known['net']['variants']['base']['sha256'] = '0123456789abcdef'
    pipeline = load(_data(known))
    assert _cost(pipeline) is None
    assert 'net has a changed file' in _health(pipeline)['profiles'].message


def test_costs_of_the_same_file_are_used(load, tmp_path):
    known = _known()
    known['net']['variants']['base']['sha256'] = digest(tmp_path / 'net.onnx')
    assert _cost(load(_data(known))).expected_ns(1) == 43_000_000


def test_costs_of_other_weights_beside_the_same_file_are_not_used(load, tmp_path):
    from onnx import helper
    from onnx import TensorProto

    tensor = TensorProto(data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key='location', value='weights.bin')
    model = helper.make_model(helper.make_graph([], 'graph', [], [], [tensor]))
    (tmp_path / 'net.onnx').write_bytes(model.SerializeToString())
    (tmp_path / 'weights.bin').write_bytes(b'as measured')
    known = _known()
    known['net']['variants']['base']['sha256'] = digest(tmp_path / 'net.onnx')
    assert _cost(load(_data(known))).expected_ns(1) == 43_000_000
    (tmp_path / 'weights.bin').write_bytes(b'trained anew')
    pipeline = load(_data(known))
    assert _cost(pipeline) is None
    assert 'net has a changed file' in _health(pipeline)['profiles'].message


def test_what_nobody_knows_is_told(load):
    pipeline = load(_data({}))
    assert _cost(pipeline) is None
    line = _health(pipeline)['profiles']
    assert line.level == OK
    assert line.values['learned'] == f'net/base {JOINT} on {first_unit()}'


def test_what_is_missing_is_measured_while_configuring(load):
    pipeline = load(profile_at_configure_s=0.3)
    found = _cost(pipeline)
    assert found.expected_ns(1) >= 1_000_000, 'the network waits for a millisecond'
    line = _health(pipeline)['profiles']
    assert line.values['measured'] == f'net on {first_unit()}'
    assert line.values['learned'] == ''


def test_what_is_known_is_not_measured(load):
    pipeline = load(_data(_known()), profile_at_configure_s=0.3)
    assert _cost(pipeline).expected_ns(1) == 43_000_000
    assert _health(pipeline)['profiles'].values['measured'] == ''


def test_it_runs_after_it_was_measured(network, tmp_path):
    ends = []
    pipeline = _pipeline(network, tmp_path, unit=first_unit(), profile_at_configure_s=0.1)
    pipeline._on_end = ends.append
    pipeline.load()
    pipeline.start()
    pipeline.submit(frame(width=64, height=64))
    pipeline.stop()
    pipeline.unload()
    assert len(ends) == 1


def test_a_network_that_fails_while_it_is_measured_is_no_obstacle(tmp_path, caplog):
    simulate = {'outputs': [[1, 4, 7]], 'fail_every': 1}
    network = write_network(tmp_path, 'net', decoder_options={'simulate': simulate})
    pipeline = _pipeline(network, tmp_path, unit=first_unit(), profile_at_configure_s=0.1)
    pipeline.load()
    assert _cost(pipeline) is None
    assert 'SimulatedFaultError' in caplog.text
    pipeline.unload()


@pytest.mark.parametrize(
    ('change', 'problem'),
    [
        ({'format': 3}, 'format: is 3; this can read format 1'),
        ({'version': 1, 'machine': {}}, 'version: was written by an older edge-sched profile'),
        ({'memory_mb': 4.0}, 'memory_mb: is in another unit of measure'),
    ],
)
def test_a_file_that_cannot_be_used(network, tmp_path, change, problem):
    pipeline = _pipeline(network, tmp_path, {**_data(_known()), **change}, unit=first_unit())
    with pytest.raises(ConfigError, match=problem) as caught:
        pipeline.load()
    assert str(tmp_path / 'profiles.yaml') in str(caught.value)
    with pytest.raises(RuntimeError, match='not loaded'):
        pipeline.status()


def test_a_file_that_is_not_there(network, tmp_path):
    with pytest.raises(ConfigError, match=r"profiles: there is no file 'none\.yaml'"):
        _pipeline(network, tmp_path, **{'profiles': 'none.yaml'})


def test_a_file_is_found_beside_the_parameters(network, tmp_path):
    (tmp_path / 'p.yaml').write_text(yaml.safe_dump(_data(_known())))
    values = {
        'tasks': ['detector'],
        'profiles': 'p.yaml',
        'detector': {'network': str(network), 'topic': 'camera'},
    }
    parameters = tmp_path / 'params.yaml'
    parameters.write_text(yaml.safe_dump({'scheduler': {'ros__parameters': values}}))
    assert Path(from_file(parameters).profiles) == tmp_path / 'p.yaml'


def test_a_pinned_variant_and_the_others_are_known(load):
    # the file itself is the only variant here: pinning it changes nothing of what is known
    pipeline = load(_data(_known()), **{'detector.variant': 'base'})
    assert _cost(pipeline).expected_ns(1) == 43_000_000


def test_how_much_is_known_is_told(load, tmp_path):
    unit = first_unit()
    assert _health(load(_data({})))['profiles'].message.startswith('no costs known')
    message = _health(load(_data(_known())))['profiles'].message
    assert message == 'costs known from the start'
    # two networks of which one is known
    both = {
        'tasks': ['detector', 'other'],
        'other.network': str(write_network(tmp_path, 'other')),
        'other.topic': 'camera',
        'other.units': [unit],
    }
    message = _health(load(_data(_known()), **both))['profiles'].message
    assert message == '1 of 2 costs known from the start, the others are learned'


def _by_hand():
    """Return a file somebody wrote from published costs."""
    own = stages(preprocess={'cpu': 2.0}, infer={'cpu': 2.0}, postprocess={'cpu': 2.0})
    return {'networks': {'net': {'stages': own}}}


def test_a_file_nobody_measured_is_used_with_a_remark(load, caplog):
    caplog.set_level(logging.INFO)
    pipeline = load(_by_hand())
    assert _cost(pipeline).expected_ns(1) == 6_000_000
    line = _health(pipeline)['profiles']
    assert line.level == OK
    assert line.message.startswith('costs known from the start; ')
    assert line.message.endswith('profiles.yaml does not name the machine of its costs')
    assert 'does not name the machine' in caplog.text


def test_what_a_file_nobody_measured_does_not_say_is_measured(load):
    data = _by_hand()
    data['networks']['net']['stages'][1]['cost'] = {'gpu': 5.0}
    pipeline = load(data, profile_at_configure_s=0.3)
    assert _cost(pipeline).expected_ns(1) >= 1_000_000
    line = _health(pipeline)['profiles']
    assert line.values['measured'] == f'net on {first_unit()}' and line.level == OK


def test_a_stage_the_network_does_not_have_is_named(load, caplog):
    known = _known()
    known['net']['variants']['base']['stages'][1]['name'] = 'infre'
    with caplog.at_level(logging.WARNING):
        pipeline = load(_data(known))
    key = 'networks.net.variants.base.stages.infre: is not a stage of net'
    assert f'profiles.yaml: {key} (it has preprocess, infer, postprocess)' in caplog.text
    line = _health(pipeline)['profiles']
    assert line.level == WARN and key in line.message and 'no costs known' in line.message


@pytest.mark.parametrize('measure_s', [0.0, 0.3])
def test_listed_costs_of_an_accelerator_stay_known(network, tmp_path, measure_s):
    """Whatever else is measured, and though a measurement of another file does not count."""
    machine = replace(
        discover(), units=(LocalUnit(Unit('cpu0', 'cpu')), LocalUnit(Unit('gpu0', 'gpu')))
    )
    stale = {'variants': {'base': {'sha256': '0' * 16, 'stages': _stages(['gpu0'])}}}
    for networks in ({}, {'net': stale}):
        data = {'costs': {'net': {'gpu': 5.0}}, 'networks': networks}
        (tmp_path / 'profiles.yaml').write_text(yaml.safe_dump(data))
        values = {
            'tasks': ['detector'],
            'detector.network': str(network),
            'detector.topic': 'camera',
            'profiles': str(tmp_path / 'profiles.yaml'),
            'profile_at_configure_s': measure_s,
        }
        pipeline = Pipeline(from_parameters(values), on_end=lambda _end: None, machine=machine)
        pipeline.load()
        try:
            use = pipeline._profile_use
            assert not any('infer on gpu0' in one for one in use.missing)
            assert any('infer on cpu0' in one for one in use.missing) == (not measure_s)
            found = pipeline._running().read(
                lambda dispatcher, _: dispatcher.profiles.cost('detector', 'base', 'infer', 'gpu0')
            )
            assert found.expected_ns(1) == 5_000_000
        finally:
            pipeline.unload()


def test_measuring_ends_when_it_is_told_to(network, tmp_path):
    asked = []

    def should_stop():
        asked.append(True)
        return len(asked) > 3

    pipeline = _pipeline(network, tmp_path, unit=first_unit(), profile_at_configure_s=3600.0)
    pipeline.load(should_stop=should_stop)
    found = _cost(pipeline)
    pipeline.unload()
    # fewer runs than any median is sure after
    assert 3 < len(asked) < 6
    assert found.expected_ns(1) >= 1_000_000, 'what was timed until then counts'


def test_a_folder_is_no_profile(network, tmp_path):
    (tmp_path / 'costs').mkdir()
    with pytest.raises(ConfigError, match=r"profiles: '.*costs' is a folder, not a file"):
        _pipeline(network, tmp_path, profiles=str(tmp_path / 'costs'))


def test_what_a_node_saved_is_known_when_it_begins_again(load, tmp_path):
    saved = tmp_path / 'saved.yaml'
    before = load(_data(_known()), **{'detector.period_ms': 100.0})
    before.write_system(str(saved))
    pipeline = load(yaml.safe_load(saved.read_text()))
    assert _cost(pipeline).expected_ns(1) == _cost(before).expected_ns(1) == 43_000_000
    line = _health(pipeline)['profiles']
    assert (line.level, line.values['learned']) == (OK, '')
