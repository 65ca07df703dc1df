# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched build``: engines ahead of time, and the truth where there can be none."""

from __future__ import annotations

import json

import pytest
from build_command import run_build
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from fake_tensorrt import write_spec

pytest.importorskip('onnxruntime')


@pytest.fixture(params=FLAVOURS)
def fake(monkeypatch, request):
    with fake_tensorrt(monkeypatch, request.param) as fake:
        fake.flavour = request.param
        yield fake


def test_it_has_help(capsys):
    code, out, _ = run_build(capsys, '--help')
    assert code == 0 and out.startswith('Usage: edge-sched build')
    for option in ('unit', 'precision', 'strict-dla', 'allow-gpu-fallback', 'calibrate', 'cache'):
        assert f'--{option}' in out


def test_engines_are_built_once_and_told_as_json(fake, capsys, tmp_path):
    paths = [write_spec(tmp_path, name, depth=depth) for name, depth in (('a', 1), ('b', 2))]
    for built in (True, False):
        code, out, err = run_build(capsys, *paths, '--cache', tmp_path / 'cache', '--json')
        assert (code, err) == (0, '')
        found = json.loads(out)
        assert [line['network'] for line in found] == ['a', 'b']
        assert [line['built'] for line in found] == [built, built]
        assert all(line['plan'].startswith(str(tmp_path / 'cache')) for line in found)
        assert found[0]['precision'] == ('strong' if fake.flavour == '11.0' else 'fp16')
        assert found[0]['layers']['dla'] == 0 and found[0]['layers']['gpu'] > 0
    assert fake.build.builds == 2


def test_people_see_how_many_layers_fell_back(fake, capsys, tmp_path):
    path = write_spec(tmp_path, matmul=True, half=fake.flavour == '11.0')
    arguments = [path, '--unit', 'dla1', '--cache', tmp_path / 'cache']
    code, _, error = run_build(capsys, *arguments)
    assert code == 2 and 'the DLA cannot run layer MatMul_1' in error
    code, out, _ = run_build(capsys, *arguments, '--allow-gpu-fallback', '--json')
    assert code == 0
    assert json.loads(out)[0]['layers'] == {'dla': 2, 'gpu': 1, 'reformat': 2, 'tensors': 2}
    code, out, _ = run_build(capsys, *arguments, '--allow-gpu-fallback')
    assert code == 0 and 'was there' in out and 'on GPU' in out


def test_a_damaged_engine_is_built_anew(fake, capsys, tmp_path):
    path = write_spec(tmp_path)
    run_build(capsys, path, '--cache', tmp_path / 'cache')
    (plan,) = (tmp_path / 'cache').glob('*.plan')
    plan.write_bytes(b'')
    code, out, _ = run_build(capsys, path, '--cache', tmp_path / 'cache', '--json')
    assert code == 0 and json.loads(out)[0]['built'] is True
    assert plan.read_bytes() != b''


def test_progress_is_told_where_the_release_does(fake, tmp_path):
    from edge_sched_ros.execution.network import load_network
    from edge_sched_ros.execution.tensorrt import prepare
    from edge_sched_ros.execution.tensorrt.settings import BuildSettings
    from edge_sched_ros.execution.tensorrt.target import Target
    from edge_sched_ros.execution.tensorrt.toolchain import load_toolchain

    spec, seen = load_network(write_spec(tmp_path)), []
    settings = BuildSettings(cache=tmp_path / 'cache')
    tools, target = load_toolchain(), Target('gpu', 'gpu', 0)
    prepare.prepare(tools, spec, target, settings, progress=seen.append)
    # every release begins, which is all that the oldest tells
    assert seen == [0.0, *([] if fake.flavour == '8.6' else [0.25, 0.5, 0.75, 1.0, 1.0])]


def test_an_interrupted_build_ends_and_leaves_nothing(fake, tmp_path):
    from edge_sched_ros.execution.network import load_network
    from edge_sched_ros.execution.tensorrt import prepare
    from edge_sched_ros.execution.tensorrt.settings import BuildSettings
    from edge_sched_ros.execution.tensorrt.target import Target
    from edge_sched_ros.execution.tensorrt.toolchain import load_toolchain

    if fake.flavour == '8.6':
        pytest.skip('this release does not say how far it is')

    def interrupt(done):
        # not before TensorRT builds
        if done:
            raise KeyboardInterrupt

    settings = BuildSettings(cache=tmp_path / 'cache')
    tools, target = load_toolchain(), Target('gpu', 'gpu', 0)
    spec = load_network(write_spec(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare(tools, spec, target, settings, progress=interrupt)
    assert not list((tmp_path / 'cache').glob('*'))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--unit', 'cpu0'], "--unit: must be gpu or a DLA core like dla0, not 'cpu0'"),
        (['--unit', 'gpu0.a'], 'which runs the engines of the whole: name gpu0'),
        (['--unit', 'dla7'], 'dla7: TensorRT finds 2 DLA cores on this machine'),
        (['--unit', 'gpu3'], 'gpu3: there are 1 CUDA devices'),
        (['--precision', 'int4'], "invalid value for '--precision'"),
        (['--strict-dla', '--allow-gpu-fallback'], 'exclude each other'),
        (['--unit', 'dla0', '--precision', 'fp32'], 'a DLA computes in fp16 or int8'),
        (['--cache', '/proc/none'], 'cannot be created'),
    ],
)
def test_mistakes_are_one_clear_line(fake, capsys, tmp_path, arguments, message):
    path = write_spec(tmp_path)
    code, out, error = run_build(capsys, path, '--cache', tmp_path / 'cache', *arguments)
    assert (code, out) == (2, '')
    assert message in error and 'Traceback' not in error


def test_networks_that_are_none(fake, capsys, tmp_path):
    assert run_build(capsys)[0] == 2
    code, _, error = run_build(capsys, tmp_path / 'none.yaml')
    assert code == 2 and 'none.yaml: cannot be read' in error
    path = write_spec(tmp_path)
    (tmp_path / 'net.plan').write_bytes(b'')
    path.write_text(path.read_text().replace('net.onnx', 'net.plan'))
    code, _, error = run_build(capsys, path)
    assert code == 2 and 'net.plan is already an engine' in error


def test_without_tensorrt_it_says_so(monkeypatch, capsys, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, 'pycuda.driver', None)
    code, out, error = run_build(capsys, write_spec(tmp_path))
    assert (code, out) == (2, '')
    assert error.startswith('edge-sched: build: engines cannot be built on this machine: ')
    assert error.count('\n') == 1
