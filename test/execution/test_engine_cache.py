# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines on disk: used again only where they fit, whole or not at all, and counted by place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from dataclasses import fields
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from children import join
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import write_spec
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sysfs import COMPUTERS

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.power_mode import PowerMode
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt import cache
from edge_sched_ros.execution.tensorrt import making
from edge_sched_ros.execution.tensorrt import toolchain
from edge_sched_ros.execution.tensorrt.own_plan import accept
from edge_sched_ros.execution.tensorrt.placement import check_on_dla
from edge_sched_ros.execution.tensorrt.placement import check_strict
from edge_sched_ros.execution.tensorrt.placement import count_layers
from edge_sched_ros.execution.tensorrt.placement import Placement
from edge_sched_ros.execution.tensorrt.plan_register import check_known
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.tensorrt.shapes import resolve
from edge_sched_ros.execution.tensorrt.tables import check_can_measure

pytest.importorskip('onnxruntime')

GPU = Unit('gpu', 'gpu')
DLA = Unit('dla0', 'dla')
KEY = cache.EngineKey(
    tensorrt='10.3.0',
    device='Orin',
    compute_capability='8.7',
    multiprocessors=16,
    module='NVIDIA Jetson AGX Orin Developer Kit',
    l4t='36.4.3',
    dla_cores=2,
    network_sha256='ab' * 32,
    precision='fp16',
    unit_kind='dla',
    shapes='1..1x3x8x8',
    gpu_fallback=False,
)
LAYERS = Placement(dla=1, gpu=0, reformat=2, tensors=2)


@pytest.fixture
def fake(monkeypatch):
    with fake_tensorrt(monkeypatch) as fake:
        yield fake


def _engine(folder, **arguments):
    settings = BuildSettings(cache=folder / 'engines')
    return TensorRtEngine(settings=settings, **arguments)


# --- keys and files -----------------------------------------------------------------------------

_OTHER = {str: '?', int: 77, bool: True}


@pytest.mark.parametrize('name', [field.name for field in fields(cache.EngineKey)])
def test_any_value_of_the_key_makes_another_engine(tmp_path, name):
    other = replace(KEY, **{name: _OTHER[type(getattr(KEY, name))]})
    cache.store(tmp_path, 'net', KEY, b'plan', LAYERS, 1.0)
    assert cache.find(tmp_path, KEY).read() == b'plan'
    assert cache.find(tmp_path, other) is None
    assert name in KEY.differences(other) and KEY.differences(KEY) == ''


@settings(deadline=None, max_examples=50)
@given(
    plan=st.binary(),
    counts=st.tuples(*[st.integers(0, 99)] * 4),
    device=st.text(max_size=20),
    built_s=st.floats(0, 1e4),
)
def test_what_is_stored_is_found(tmp_path_factory, plan, counts, device, built_s):
    folder = tmp_path_factory.mktemp('engines')
    key, layers = replace(KEY, device=device), Placement(*counts)
    stored = cache.store(folder, 'net', key, plan, layers, built_s)
    assert cache.find(folder, key) == stored
    assert (stored.read(), stored.placement) == (plan, layers)


def test_a_new_engine_replaces_the_old_one(tmp_path):
    cache.store(tmp_path, 'net', KEY, b'old', LAYERS, 1.0)
    cache.store(tmp_path, 'net', KEY, b'new', LAYERS, 1.0)
    assert cache.find(tmp_path, KEY).read() == b'new'
    assert sorted(file.suffix for file in tmp_path.glob('[!.]*')) == ['.json', '.plan']


def test_an_engine_that_another_process_replaced_is_read_as_it_is_now(tmp_path):
    mine = cache.store(tmp_path, 'net', KEY, b'mine', LAYERS, 1.0)
    cache.store(tmp_path, 'net', KEY, b'theirs', LAYERS, 1.0)
    assert not mine.plan.exists() and mine.read() == b'theirs'


def test_an_engine_that_this_user_did_not_build_is_not_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_STATE_HOME', str(tmp_path / 'state'))
    stored = cache.store(tmp_path / 'engines', 'net', KEY, b'plan', LAYERS, 1.0)
    assert stored.read() == b'plan'
    # whoever can change the plan can change the checksum beside it
    evil = hashlib.sha256(b'evil').hexdigest()
    described = tmp_path / 'engines' / f'{KEY.digest}.json'
    described.write_text(described.read_text().replace(stored.plan_sha256, evil))
    stored.plan.write_bytes(b'evil')
    with pytest.raises(ConfigError, match='neither built nor accepted'):
        cache.find(tmp_path / 'engines', KEY).read()
    accept(stored.plan)
    assert cache.find(tmp_path / 'engines', KEY).read() == b'evil'
    note = tmp_path / 'state' / 'edge_sched_ros' / 'plans' / evil
    note.chmod(0o666)
    with pytest.raises(ConfigError, match=f'{evil}: is not used: .* can be written'):
        cache.find(tmp_path / 'engines', KEY).read()


def test_an_engine_that_others_can_write_is_not_loaded(tmp_path):
    stored = cache.store(tmp_path / 'engines', 'net', KEY, b'plan', LAYERS, 1.0)
    for path in (stored.plan, stored.plan.parent):
        before = path.stat().st_mode
        path.chmod(0o777)
        with pytest.raises(ConfigError, match='can be written by everybody'):
            stored.read()
        path.chmod(before)
    assert stored.read() == b'plan'
    (tmp_path / 'engines' / f'{KEY.digest}.json').chmod(0o666)
    with pytest.raises(ConfigError, match='can be written by everybody'):
        cache.find(tmp_path / 'engines', KEY)


def test_only_engines_are_accepted(tmp_path, capsys):
    (tmp_path / 'net.onnx').write_bytes(b'')
    with pytest.raises(ConfigError, match='is not an engine'):
        accept(tmp_path / 'net.onnx')
    (tmp_path / 'net.engine').write_bytes(b'plan')
    main(['build', '--accept', str(tmp_path / 'net.engine')])
    assert 'accepted' in capsys.readouterr().out
    check_known(hashlib.sha256(b'plan').hexdigest(), tmp_path / 'net.engine')


def test_two_who_store_the_same_engine_at_a_time_lose_none(tmp_path, monkeypatch):
    """One has written its plan and does not name it yet when the other comes."""
    real, others = cache.write_atomically, []

    def write(path, data):
        if path.suffix == '.json' and not others:
            others.append(threading.Thread(target=_store_and_note, args=(tmp_path, found)))
            others[0].start()
            # kept out, it does not end before this one has written
            others[0].join(0.2)  # short on purpose
        real(path, data)

    found = []
    monkeypatch.setattr(cache, 'write_atomically', write)
    mine = cache.store(tmp_path, 'net', KEY, b'mine', LAYERS, 1.0)
    join(others[0])
    assert cache.find(tmp_path, KEY).read() in (b'mine', b'theirs')
    assert mine.read() and found[0].read()
    assert len(list(tmp_path.glob('*.plan'))) == 1


def _store_and_note(folder, found):
    found.append(cache.store(folder, 'net', KEY, b'theirs', LAYERS, 1.0))


def test_what_nobody_named_is_left_alone(tmp_path):
    """It may be another process's, without locks on its file system, and named next."""
    cache.store(tmp_path, 'net', KEY, b'old', LAYERS, 1.0)
    unnamed = tmp_path / f'net-dla-fp16-{KEY.digest}-01234567.plan'
    unnamed.write_bytes(b'under way')
    cache.store(tmp_path, 'net', KEY, b'new', LAYERS, 1.0)
    assert unnamed.exists() and len(list(tmp_path.glob('*.plan'))) == 2


@pytest.mark.parametrize('call', ['replace', 'fsync'])
def test_an_interrupted_write_leaves_the_old_engine(tmp_path, monkeypatch, call):
    cache.store(tmp_path, 'net', KEY, b'old', LAYERS, 1.0)
    before = sorted(tmp_path.iterdir())

    def full(*_arguments):
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(ConfigError, match='cannot be written: No space left on device'):
            cache.store(tmp_path, 'net', KEY, b'new', LAYERS, 1.0)
    assert sorted(tmp_path.iterdir()) == before
    assert cache.find(tmp_path, KEY).read() == b'old'


def test_the_plan_is_on_disk_before_what_names_it(tmp_path, monkeypatch):
    written = []
    real = cache.write_atomically
    monkeypatch.setattr(
        cache,
        'write_atomically',
        lambda path, data: (written.append(path.suffix), real(path, data)),
    )
    cache.store(tmp_path, 'net', KEY, b'plan', LAYERS, 1.0)
    assert written == ['.plan', '.json']


def test_a_damaged_plan_and_a_damaged_description(tmp_path):
    stored = cache.store(tmp_path, 'net', KEY, b'plan', LAYERS, 1.0)
    stored.plan.write_bytes(b'pla')
    with pytest.raises(ConfigError, match=r'\.plan: is damaged'):
        cache.find(tmp_path, KEY).read()
    description = tmp_path / f'{KEY.digest}.json'
    good = json.loads(description.read_text())
    for bad in (
        '',
        '[]',
        '{}',
        json.dumps({**good, 'format': 99}),
        json.dumps({**good, 'key': 3}),
    ):
        description.write_text(bad)
        with pytest.raises(ConfigError, match=r'\.json: is damaged: ') as caught:
            cache.find(tmp_path, KEY)
        assert '\n' not in str(caught.value)
    stored.plan.unlink()
    description.write_text(json.dumps(good))
    assert cache.find(tmp_path, KEY) is None


def test_a_description_of_another_engine_is_refused(tmp_path):
    cache.store(tmp_path, 'net', KEY, b'plan', LAYERS, 1.0)
    description = tmp_path / f'{KEY.digest}.json'
    data = json.loads(description.read_text())
    data['key']['device'] = 'Xavier'
    description.write_text(json.dumps(data))
    with pytest.raises(ConfigError, match='is of another engine: device Xavier instead of Orin'):
        cache.find(tmp_path, KEY)


def test_a_description_cannot_name_a_file_elsewhere(tmp_path):
    cache.store(tmp_path, 'net', KEY, b'plan', LAYERS, 1.0)
    description = tmp_path / f'{KEY.digest}.json'
    data = json.loads(description.read_text())
    description.write_text(json.dumps({**data, 'plan': '/etc/passwd'}))
    assert cache.read_description(description).plan == tmp_path / 'passwd'


@pytest.mark.parametrize(
    ('named', 'begins'), [('/var/x', '/var/x'), ('relative', '/home/u/.cache'), ('', '/home/u')]
)
def test_the_folder_is_the_users_cache(monkeypatch, named, begins):
    monkeypatch.setenv('XDG_CACHE_HOME', named)
    monkeypatch.setenv('HOME', '/home/u')
    folder = cache.default_folder()
    assert str(folder).startswith(begins)
    assert folder.parts[-2:] == ('edge_sched_ros', 'engines')


# --- where layers run ---------------------------------------------------------------------------

_DLA = {'Name': '{ForeignNode[conv1...relu9]}', 'LayerType': 'DLA'}
_FUSED = {'Name': '{ForeignNode[attention]}', 'LayerType': 'Myelin'}
_CONV = {'Name': 'conv2 + relu', 'LayerType': 'CaskConvolution'}
_COPY = {'Name': 'Reformatting CopyNode for Input Tensor 0 to conv', 'LayerType': 'Reformat'}


@given(st.lists(st.sampled_from([_DLA, _FUSED, _CONV, _COPY])))
def test_every_layer_is_counted_once(layers):
    found = count_layers(json.dumps({'Layers': layers}), tensors=2)
    assert found.dla == layers.count(_DLA)
    assert found.gpu == layers.count(_FUSED) + layers.count(_CONV)
    assert found.reformat == layers.count(_COPY)


def test_layers_that_are_only_names():
    names = ['{ForeignNode[a]}', 'conv', 'Reformatting CopyNode for Output Tensor 0']
    found = count_layers(json.dumps({'Layers': names}), tensors=2)
    assert found == Placement(dla=1, gpu=1, reformat=1, tensors=2)


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"Layers": 3}'])
def test_an_inspector_that_tells_nothing_is_no_proof(text):
    with pytest.raises(ValueError):
        count_layers(text, tensors=2)


@pytest.mark.parametrize(
    ('placement', 'problem'),
    [
        (Placement(1, 0, 2, 2), ''),
        (Placement(1, 1, 0, 2), '1 layers run on the GPU'),
        (Placement(2, 0, 0, 2), 'it is 2 parts'),
        (Placement(0, 0, 0, 2), 'it is 0 parts'),
        (Placement(1, 0, 3, 2), '3 layers rearrange'),
    ],
)
def test_what_strict_means(placement, problem):
    if not problem:
        check_strict(placement, where='net')
        return
    with pytest.raises(ConfigError, match=problem):
        check_strict(placement, where='net')


def test_an_engine_for_a_dla_that_is_wholly_on_the_gpu_is_no_dla_engine():
    check_on_dla(Placement(1, 5, 9, 2), False, where='net')
    with pytest.raises(ConfigError, match=r'no layer of it runs on the DLA \(3 on the GPU\)'):
        check_on_dla(Placement(0, 3, 0, 2), False, where='net')
    with pytest.raises(ConfigError, match='not strictly'):
        check_on_dla(Placement(1, 5, 9, 2), True, where='net')


# --- engines are found again, or refused --------------------------------------------------------


def test_an_engine_is_built_once(fake, tmp_path):
    spec = load_network(write_spec(tmp_path))
    for _ in range(3):
        _engine(tmp_path).load(spec, GPU).close()
    assert fake.build.builds == 1
    assert any((tmp_path / 'engines').glob('timing-*.cache'))
    spec.file.write_bytes(spec.file.read_bytes())
    _engine(tmp_path).load(spec, GPU).close()
    assert fake.build.builds == 1
    write_spec(tmp_path, depth=2)
    _engine(tmp_path).load(spec, GPU).close()
    assert fake.build.builds == 2


def test_a_timing_cache_that_does_not_fit_is_no_error(fake, tmp_path):
    spec = load_network(write_spec(tmp_path))
    _engine(tmp_path).load(spec, GPU).close()
    (file,) = (tmp_path / 'engines').glob('timing-*.cache')
    file.write_bytes(b'of another machine')
    write_spec(tmp_path, depth=2)
    _engine(tmp_path).load(spec, GPU).close()
    assert file.read_bytes() == b'timing'


@pytest.mark.parametrize(
    ('variable', 'value', 'difference'),
    [
        ('FAKE_TENSORRT_VERSION', '10.7.0', 'tensorrt 10.3.0 instead of 10.7.0'),
        ('FAKE_DEVICE_NAME', 'Xavier', 'device Orin instead of Xavier'),
        ('FAKE_DLA_CORES', '0', 'dla_cores 2 instead of 0'),
        # modules of one family have one name: AGX Orin and Orin NX
        ('FAKE_MULTIPROCESSORS', '8', 'multiprocessors 16 instead of 8'),
    ],
)
def test_an_engine_from_elsewhere_is_not_taken(monkeypatch, tmp_path, variable, value, difference):
    path = write_spec(tmp_path)
    with fake_tensorrt(monkeypatch):
        _engine(tmp_path).load(load_network(path), GPU).close()
    monkeypatch.setenv(variable, value)
    with fake_tensorrt(monkeypatch) as fake:
        spec = load_network(path)
        with pytest.raises(ConfigError, match=difference) as caught:
            _engine(tmp_path, build_missing=False).load(spec, GPU)
        assert 'edge-sched build' in str(caught.value) and '\n' not in str(caught.value)
        _engine(tmp_path).load(spec, GPU).close()
        assert fake.build.builds == 1


def test_the_key_says_which_module_and_system_it_is(fake, tmp_path, monkeypatch):
    tree = COMPUTERS['agx_orin_jp6'].tree(tmp_path / 'root')
    monkeypatch.setattr(toolchain, 'read_module', lambda: read_module(tree.root))
    monkeypatch.setattr(toolchain, 'read_release', lambda: read_release(tree.root))
    spec = load_network(write_spec(tmp_path))
    _engine(tmp_path).load(spec, GPU).close()
    (description,) = (tmp_path / 'engines').glob('*.json')
    key = cache.read_description(description).key
    assert (key.l4t, 'AGX Orin' in key.module) == ('36.4.3', True)


def test_what_tactics_took_in_another_power_mode_is_not_used(fake, tmp_path, monkeypatch):
    spec = load_network(write_spec(tmp_path))
    for depth, mode in enumerate(('MAXN', 'MAXN', 'MODE_15W'), 1):
        monkeypatch.setattr(making, 'read_power_mode', lambda name=mode: PowerMode(name))
        write_spec(tmp_path, depth=depth)
        _engine(tmp_path).load(spec, GPU).close()
    assert fake.build.builds == 3
    assert len(list((tmp_path / 'engines').glob('timing-*.cache'))) == 2


def test_a_damaged_engine_is_one_clear_line(fake, tmp_path):
    spec = load_network(write_spec(tmp_path))
    _engine(tmp_path).load(spec, GPU).close()
    (plan,) = (tmp_path / 'engines').glob('*.plan')
    plan.write_bytes(plan.read_bytes()[:-9])
    with pytest.raises(ConfigError, match=r'\.plan: is damaged'):
        _engine(tmp_path).load(spec, GPU)


def _own_plan(tmp_path: Path, **changes) -> Path:
    """A network whose YAML names the plan itself."""
    _engine(tmp_path).load(load_network(write_spec(tmp_path)), GPU).close()
    (plan,) = (tmp_path / 'engines').glob('*.plan')
    (description,) = (tmp_path / 'engines').glob('*.json')
    shutil.copy(plan, tmp_path / 'own.plan')
    data = json.loads(description.read_text())
    data['key'].update(changes)
    (tmp_path / 'own.plan.json').write_text(json.dumps(data))
    path = tmp_path / 'own.yaml'
    path.write_text((tmp_path / 'net.yaml').read_text().replace('net.onnx', 'own.plan'))
    return path


def test_a_plan_of_the_users_own(fake, tmp_path):
    network = _engine(tmp_path).load(load_network(_own_plan(tmp_path)), GPU)
    assert network.inputs[0].shape == (1, 3, 8, 8)
    network.close()
    with pytest.raises(ConfigError, match='unit_kind gpu instead of dla'):
        _engine(tmp_path).load(load_network(tmp_path / 'own.yaml'), Unit('dla0', 'dla'))
    (tmp_path / 'own.plan').write_bytes(b'half of it')
    with pytest.raises(ConfigError, match=r'cannot load .*own\.plan: it is damaged'):
        _engine(tmp_path).load(load_network(tmp_path / 'own.yaml'), GPU)
    (tmp_path / 'own.plan.json').unlink()
    with pytest.raises(ConfigError, match='nothing says what it was built for'):
        _engine(tmp_path).load(load_network(tmp_path / 'own.yaml'), GPU)


@pytest.mark.parametrize(
    'name',
    [
        'tensorrt',
        'device',
        'compute_capability',
        'multiprocessors',
        'module',
        'l4t',
        'dla_cores',
    ],
)
def test_a_plan_of_the_users_own_from_elsewhere(fake, tmp_path, name):
    counts = ('dla_cores', 'multiprocessors')
    path = _own_plan(tmp_path, **{name: 7 if name in counts else 'other'})
    with pytest.raises(ConfigError, match=f'it was built for {name} (other|7) instead of'):
        _engine(tmp_path).load(load_network(path), GPU)


def test_a_plan_that_only_claims_to_be_from_here(monkeypatch, tmp_path):
    with fake_tensorrt(monkeypatch):
        path = _own_plan(tmp_path, tensorrt='10.9.0')
    monkeypatch.setenv('FAKE_TENSORRT_VERSION', '10.9.0')
    with fake_tensorrt(monkeypatch):
        with pytest.raises(ConfigError, match=r'cannot load this engine: .* Version tag'):
            _engine(tmp_path).load(load_network(path), GPU)


def _own_dla_plan(tmp_path, layers, options=''):
    """A DLA engine with fallback of some layers, its description changed."""
    folder = tmp_path / 'engines'
    built = BuildSettings(cache=folder, allow_gpu_fallback=True)
    spec = load_network(write_spec(tmp_path, matmul=True))
    TensorRtEngine(settings=built).load(spec, DLA).close()
    (plan,), (description,) = folder.glob('*.plan'), folder.glob('*.json')
    shutil.copy(plan, tmp_path / 'own.plan')
    data = json.loads(description.read_text())
    data['layers'].update(layers)
    (tmp_path / 'own.plan.json').write_text(json.dumps(data))
    path = tmp_path / 'own.yaml'
    path.write_text((tmp_path / 'net.yaml').read_text().replace('net.onnx', 'own.plan') + options)
    return load_network(path)


def test_a_plan_of_the_users_own_is_as_strict_as_its_yaml_says(fake, tmp_path):
    _engine(tmp_path).load(_own_dla_plan(tmp_path, {}), DLA).close()
    spec = _own_dla_plan(tmp_path, {}, 'engine_options: {strict_dla: true}\n')
    with pytest.raises(ConfigError, match=r'own\.yaml: file: is not strictly a DLA engine'):
        _engine(tmp_path).load(spec, DLA)


def test_a_plan_of_the_users_own_for_a_dla_that_has_no_layer_on_it(fake, tmp_path):
    spec = _own_dla_plan(tmp_path, {'dla': 0, 'gpu': 3})
    with pytest.raises(ConfigError, match=r'no layer of it runs on the DLA \(3 on the GPU\)'):
        _engine(tmp_path).load(spec, DLA)


# --- ranges -------------------------------------------------------------------------------------


def test_a_folder_for_ranges_that_is_not_there_is_made_later(tmp_path):
    api = SimpleNamespace(trt=SimpleNamespace(IInt8EntropyCalibrator2=object), version='10.3')
    check_can_measure(api, 'int8', tmp_path / 'new' / 'folder' / 't.calib')
    (tmp_path / 'file').write_bytes(b'')
    with pytest.raises(ConfigError, match=r't\.calib: cannot be written; name another file'):
        check_can_measure(api, 'int8', tmp_path / 'file' / 't.calib')


# --- open dimensions ----------------------------------------------------------------------------


@given(batch=st.integers(1, 64), shape=st.lists(st.sampled_from([-1, 5]), min_size=4, max_size=4))
def test_open_dimensions_come_from_the_yaml_and_closed_ones_stay(tmp_path_factory, batch, shape):
    path = tmp_path_factory.getbasetemp() / 'shapes'
    path.mkdir(exist_ok=True)
    spec = load_network(write_spec(path))
    found = resolve(spec, 'input', tuple(shape), batch)
    assert [f == (w if s == -1 else s) for f, w, s in zip(found, (batch, 3, 8, 8), shape)] == [
        True
    ] * 4


@pytest.mark.parametrize('shape', [(1, -1), (1, -1, 8), (-1, 3, -1, 8, 8)])
def test_open_dimensions_nobody_knows(tmp_path, shape):
    spec = load_network(write_spec(tmp_path))
    with pytest.raises(ConfigError, match="input 'input' has the open shape"):
        resolve(spec, 'input', shape, 1)
