# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every variant of a network is an engine of its own, and the scheduler finds each."""

from __future__ import annotations

import json

import pytest
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import write_layers
from fake_tensorrt import write_spec

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

pytest.importorskip('onnxruntime')

ACCURACY = '{metric: m, value: 0.8, source: a test}'


@pytest.fixture
def fake(monkeypatch):
    with fake_tensorrt(monkeypatch, '10.3') as fake:
        yield fake


def _write(folder):
    """Write a network with an INT8 form of its own file, one with ranges, and one for CPUs."""
    path = write_spec(folder)
    write_layers(folder / 'ranges.onnx', ranges=True)
    (folder / 'net.calib').write_bytes(b'TRT-8601-EntropyCalibration2')
    variants = ''.join(
        f'- {{name: {name}, accuracy: {ACCURACY}, {more}}}\n'
        for name, more in (
            ('table', 'file: net.onnx, engine_options: {precision: int8}'),
            ('ranges', 'file: ranges.onnx, kinds: [gpu], engine_options: {precision: int8}'),
            ('cpus', 'file: ranges.onnx, kinds: [cpu]'),
        )
    )
    path.write_text(f'{path.read_text()}accuracy: {ACCURACY}\nvariants:\n{variants}')
    return path


def _build(capsys, folder, *arguments):
    main(['build', *map(str, arguments), '--cache', str(folder / 'cache'), '--json'])
    return {line['variant']: line for line in json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize('unit', ['gpu', 'dla0'])
def test_each_variant_has_an_engine_that_the_scheduler_finds(fake, capsys, tmp_path, unit):
    path = _write(tmp_path)
    found = _build(capsys, tmp_path, path, '--unit', unit)
    precisions = {name: line['precision'] for name, line in found.items()}
    # the stand-in of a DLA knows no Q/DQ operators either
    ranges = {'ranges': 'int8'} if unit == 'gpu' else {}
    assert precisions == {'base': 'fp16', 'table': 'int8', **ranges}
    assert len({line['plan'] for line in found.values()}) == len(precisions)
    again = _build(capsys, tmp_path, path, '--unit', unit)
    assert not any(line['built'] for line in again.values())
    settings = BuildSettings(cache=tmp_path / 'cache')
    engine = TensorRtEngine(settings=settings, build_missing=False)
    specs = load_network(path).by_variant
    for name in found:
        engine.load(
            specs[name], Unit('gpu0', 'gpu') if unit == 'gpu' else Unit(unit, 'dla')
        ).close()
    other = Unit('dla1', 'dla') if unit == 'gpu' else Unit('gpu0', 'gpu')
    with pytest.raises(ConfigError, match='has no engine of net'):
        engine.load(specs['table'], other)


def test_a_precision_asked_for_is_for_the_networks_own_file(fake, capsys, tmp_path):
    found = _build(capsys, tmp_path, _write(tmp_path), '--precision', 'fp32')
    assert {name: line['precision'] for name, line in found.items()} == {'base': 'fp32'}


def test_people_see_which_variant_it_is(fake, capsys, tmp_path):
    main(['build', str(_write(tmp_path)), '--cache', str(tmp_path / 'cache')])
    out = capsys.readouterr().out
    assert 'net/table' in out and 'net/ranges' in out and 'net/cpus' not in out
