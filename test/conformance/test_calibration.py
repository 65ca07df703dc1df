# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""INT8 ranges measured from pictures, on the strict stand-in of TensorRT."""

from __future__ import annotations

import json
import re

import cv2
import numpy as np
import pytest
from build_command import run_build
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from fake_tensorrt import what_is_left
from fake_tensorrt import write_spec
from pictures import textured

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.tensorrt import calibration
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.perception.calibration import picture_inputs

pytest.importorskip('onnxruntime')

#: releases that measure
MEASURING = ('8.6', '10.3')


@pytest.fixture(params=MEASURING)
def fake(monkeypatch, request):
    with fake_tensorrt(monkeypatch, request.param) as fake:
        yield fake


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / 'pictures'
    folder.mkdir()
    for seed in range(5):
        # brighter from one to the next, so that it shows which were seen
        picture = (textured(40, 30, seed) * (0.4 + 0.15 * seed)).astype(np.uint8)
        cv2.imwrite(str(folder / f'{seed}.png'), picture)
    (folder / 'notes.txt').write_text('no picture')
    return folder


def _path(tmp_path, **layers):
    path = write_spec(tmp_path, **layers)
    path.write_text(f'{path.read_text()}engine_options: {{precision: int8}}\n')
    return path


def _largest(folder, path, count=5):
    """What the network sees of the pictures, made by the library without TensorRT."""
    spec, preprocessor = load_network(path), OpenCvPreprocessor()
    files = sorted(folder.glob('*.png'))[:count]
    tensors = [
        preprocessor.prepare(SourceImage.from_compressed(f.read_bytes()), spec.input)[0]
        for f in files
    ]
    return float(np.max(tensors))


def _measured(table):
    found = re.search(r'input: (\S+) of (\d+)', table.read_text())
    return float(found[1]), int(found[2])


def test_ranges_are_measured_from_the_pictures_and_the_scheduler_finds_the_engine(
    fake, folder, tmp_path, capsys
):
    path = _path(tmp_path)
    arguments = [path, '--calibrate', folder, '--cache', tmp_path / 'cache', '--json']
    code, out, err = run_build(capsys, *arguments)
    assert (code, err) == (0, '')
    (line,) = json.loads(out)
    assert (line['precision'], line['built'], fake.build.builds) == ('int8', True, 1)
    assert _measured(tmp_path / 'net.calib') == (_largest(folder, path), 5)
    # what starts the robot needs neither the pictures nor another build
    settings = BuildSettings(cache=tmp_path / 'cache')
    engine = TensorRtEngine(settings=settings, build_missing=False)
    engine.load(load_network(path), Unit('gpu0', 'gpu')).close()
    assert fake.build.builds == 1
    code, out, _ = run_build(capsys, path, '--cache', tmp_path / 'cache', '--json')
    assert code == 0 and json.loads(out)[0]['built'] is False


def test_other_pictures_make_another_table_and_another_engine(fake, folder, tmp_path, capsys):
    path = _path(tmp_path)
    arguments = [path, '--calibrate', folder, '--cache', tmp_path / 'cache', '--json']
    plans = []
    for _ in range(2):
        _, out, _ = run_build(capsys, *arguments)
        plans.append(json.loads(out)[0]['plan'])
        (folder / '4.png').unlink(missing_ok=True)
    assert plans[0] != plans[1]
    assert _measured(tmp_path / 'net.calib') == (_largest(folder, path, 4), 4)


def test_a_dla_is_built_with_what_the_gpu_measured(fake, folder, tmp_path, capsys):
    path = _path(tmp_path)
    arguments = [path, '--calibrate', folder, '--unit', 'dla1', '--cache', tmp_path / 'cache']
    code, out, err = run_build(capsys, *arguments, '--json')
    assert (code, err) == (0, '')
    (line,) = json.loads(out)
    assert (line['unit'], line['layers']['dla'], line['layers']['gpu']) == ('dla1', 1, 0)
    assert fake.build.builds == 2
    # the engine of the GPU was built on the way and is kept
    settings = BuildSettings(cache=tmp_path / 'cache')
    engine = TensorRtEngine(settings=settings, build_missing=False)
    for name in ('gpu0', 'dla0'):
        engine.load(load_network(path), Unit(name, name[:3])).close()
    assert fake.build.builds == 2


@pytest.mark.parametrize(('batch', 'batches'), [(1, 5), (2, 2), ('N', 5)])
def test_batches_are_those_the_network_takes(fake, folder, tmp_path, capsys, batch, batches):
    path = _path(tmp_path, batch=batch, max_batch=2)
    table = tmp_path / 'own.calib'
    arguments = ['--calibration', table, '--cache', tmp_path / 'cache']
    code, _, err = run_build(capsys, path, '--calibrate', folder, *arguments)
    assert (code, err) == (0, '')
    seen = 4 if batch == 2 else 5
    assert _measured(table) == (_largest(folder, path, seen), batches)
    assert not (tmp_path / 'net.calib').exists()


def test_networks_of_crops_see_whole_pictures_stretched(folder, tmp_path):
    path = write_spec(tmp_path)
    path.write_text(path.read_text().replace('yolov5', 'embedding'))
    first = next(picture_inputs(folder, '--calibrate')(load_network(path)))
    wanted = cv2.resize(cv2.imread(str(folder / '0.png')), (8, 8)).transpose(2, 0, 1)
    assert np.array_equal(first[0][0], wanted)


@pytest.mark.parametrize(
    ('spoil', 'message'),
    [
        (lambda f, p: [file.unlink() for file in f.glob('*.png')], r'pictures has no pictures'),
        (lambda f, p: (f / '3.png').write_bytes(b'nothing'), r'3\.png: cannot be used for cal'),
        (
            lambda f, p: p.write_text(p.read_text().replace('width: 8', 'width: 6')),
            r'pictures become float32\[1, 3, 8, 6\], the network takes float32\[1, 3, 8, 8\]',
        ),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_leaves_nothing(
    fake, folder, tmp_path, capsys, spoil, message
):
    path = _path(tmp_path)
    spoil(folder, path)
    code, out, err = run_build(capsys, path, '--calibrate', folder, '--cache', tmp_path / 'cache')
    assert (code, out) == (2, '') and re.search(message, err), err
    assert err.count('\n') == 1
    assert not (tmp_path / 'net.calib').exists()
    assert not list((tmp_path / 'cache').glob('*.plan'))


def test_too_few_pictures_for_one_batch(fake, folder, tmp_path, capsys):
    path = _path(tmp_path, batch=8)
    code, _, err = run_build(capsys, path, '--calibrate', folder, '--cache', tmp_path / 'cache')
    assert code == 2 and 'there are 5 pictures, a batch is 8' in err


def test_a_network_that_says_its_ranges_is_not_measured(fake, folder, tmp_path, capsys):
    path = _path(tmp_path, ranges=True)
    code, _, err = run_build(capsys, path, '--calibrate', folder, '--cache', tmp_path / 'cache')
    assert code == 2 and 'has ranges of its own (Q/DQ operators)' in err
    assert fake.build.builds == 0


def test_a_table_that_cannot_be_written_is_said_before_the_build(fake, folder, tmp_path, capsys):
    path = _path(tmp_path)
    table = path.parent / 'net.calib'
    table.mkdir()
    code, _, err = run_build(capsys, path, '--calibrate', folder)
    assert code == 2 and 'net.calib: cannot be written; name another file' in err
    assert 'is a folder' in err and err.count('\n') == 1
    assert fake.build.builds == 0


def test_a_release_without_calibrators_says_what_to_do(monkeypatch, folder, tmp_path, capsys):
    assert set(FLAVOURS) - set(MEASURING) == {'11.0'}
    with fake_tensorrt(monkeypatch, '11.0') as fake:
        code, _, err = run_build(capsys, _path(tmp_path), '--calibrate', folder)
        assert code == 2 and fake.build.builds == 0
    assert re.search(r'--calibrate: TensorRT 11\.0\.0 measures no ranges: .*Q/DQ', err)


@pytest.mark.parametrize(
    'arguments', [['--precision', 'fp16'], ['--calibration', 'x.calib', 'another.yaml']]
)
def test_options_that_exclude_each_other(folder, tmp_path, capsys, arguments):
    code, _, err = run_build(capsys, _path(tmp_path), '--calibrate', folder, *arguments)
    assert code == 2 and '--calibrat' in err


# --- mutations: the stand-in would notice -------------------------------------------------------


def _mutant(tmp_path, folder):
    settings = BuildSettings(
        cache=tmp_path / 'cache', precision='int8', samples=picture_inputs(folder, '--calibrate')
    )
    path = write_spec(tmp_path)
    TensorRtEngine(settings=settings).load(load_network(path), Unit('gpu0', 'gpu')).close()
    return _measured(tmp_path / 'net.calib') == (_largest(folder, path), 5)


def test_without_mutation_all_is_well(fake, tmp_path, folder):
    assert _mutant(tmp_path, folder)


def _no_address(feed, names, real=calibration.Feed.next):
    found = real(feed, names)
    return None if found is None else list(feed._allocations.values())


def _small(feed, names, real=calibration.Feed.next):
    feed._allocations = feed._allocations or {'input': feed._drv.mem_alloc(4)}
    return real(feed, names)


def _freed(feed, names, real=calibration.Feed.next):
    found = real(feed, names)
    feed.free()
    return found


@pytest.mark.parametrize('next_batch', [_no_address, _small, _freed])
def test_a_mutation_of_feeding_is_noticed(monkeypatch, tmp_path, folder, next_batch):
    monkeypatch.setattr(calibration.Feed, 'next', next_batch)
    with fake_tensorrt(monkeypatch, '10.3', freed=False) as fake:
        with pytest.raises((fake.faults.SegfaultError, ConfigError)):
            assert _mutant(tmp_path, folder)


def test_memory_that_stays_is_noticed(monkeypatch, tmp_path, folder):
    monkeypatch.setattr(calibration.Feed, 'free', lambda self: None)
    with fake_tensorrt(monkeypatch, '10.3', freed=False) as fake:
        assert _mutant(tmp_path, folder)
        assert what_is_left(fake) == ['device memory']


def test_a_table_that_is_not_copied_is_noticed(monkeypatch, tmp_path, folder):
    monkeypatch.setattr(calibration, 'bytes', lambda cache: cache, raising=False)
    with fake_tensorrt(monkeypatch, '10.3', freed=False):
        with pytest.raises((TypeError, AttributeError)):
            assert _mutant(tmp_path, folder)


def test_a_calibrator_nobody_keeps_is_noticed(monkeypatch, tmp_path, folder):
    from edge_sched_ros.execution.tensorrt import precision

    def forget(self, api, builder, config, network, spec, real=precision.Precision.apply):
        real(self, api, builder, config, network, spec)
        self._calibrator = None

    monkeypatch.setattr(precision.Precision, 'apply', forget)
    with fake_tensorrt(monkeypatch, '10.3', freed=False) as fake:
        with pytest.raises(fake.faults.SegfaultError, match='int8_calibrator was freed'):
            _mutant(tmp_path, folder)
