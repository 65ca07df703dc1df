# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched cut``: its files, table and JSON, its options, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.system.graph import network_graph
from edge_sched_ros.system.loading import load_system

MODELS = Path(__file__).resolve().parents[2] / 'models'
DETECTOR = MODELS / 'demo_detector.onnx'


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def cut(*arguments):
        code = 0
        try:
            main(['cut', *map(str, arguments)])
        except SystemExit as error:
            code = error.code
        out, error = capsys.readouterr()
        return code, out, error

    return cut


def test_the_file_it_writes_is_a_system_file_with_the_network(run):
    code, out, error = run(DETECTOR, '--max-parts', 3, '-o', 'parts')
    assert (code, error) == (0, '')
    assert out.splitlines()[-1] == 'parts/demo_detector.segments.yaml'
    system = load_system('parts/demo_detector.segments.yaml')
    graph = network_graph(system, 'demo_detector')
    assert [segment.name for segment in graph.segments] == ['seg0', 'seg1', 'seg2']
    assert graph.inputs == ('images',)
    assert graph.tensors['images'].nbytes == 3 * 240 * 320 * 4
    variant = system.networks['demo_detector'].first
    assert variant.digest == f'sha256:{network_sha256(DETECTOR)}'
    assert Path('parts', variant.file).samefile(DETECTOR)
    for stage in variant.stages:
        assert stage.digest == f'sha256:{network_sha256(Path("parts", stage.file))}'


def test_json_says_where_the_network_can_be_cut_and_where_it_was(run):
    code, out, _ = run(DETECTOR, '--json')
    (found,) = json.loads(out)
    assert code == 0
    assert found['checked'] is True
    assert sum(part['gflops'] for part in found['segments']) == pytest.approx(found['gflops'])
    chosen = [point for point in found['points'] if point['chosen']]
    assert len(found['points']) > len(chosen) == len(found['segments']) - 1


def test_a_network_with_segments_of_another_file_is_cut_again(run):
    data = yaml.safe_load((MODELS / 'depth.yaml').read_text())
    for one in (data, *data['variants']):
        one.update(file=str(MODELS / one['file']), segments='not_there.yaml')
    Path('depth.yaml').write_text(yaml.safe_dump(data))
    code, out, error = run('depth.yaml', '--json')
    assert (code, error) == (0, '')
    for one, found in zip((data, *data['variants']), json.loads(out)):
        one['segments'] = found['segments_file']
    Path('depth.yaml').write_text(yaml.safe_dump(data))
    spec = load_network('depth.yaml')
    assert [len(one.segments.segments) for one in spec.by_variant.values()] == [4, 4]


def test_a_segment_of_another_cut_is_refused_by_name(run):
    data = yaml.safe_load((MODELS / 'depth.yaml').read_text())
    data.update(file=str(MODELS / data['file']), segments='demo_depth.segments.yaml')
    del data['variants']
    Path('depth.yaml').write_text(yaml.safe_dump(data))
    assert run('depth.yaml')[0] == 0
    Path('demo_depth.seg1.onnx').write_bytes(Path('demo_depth.seg2.onnx').read_bytes())
    with pytest.raises(ConfigError, match=r'demo_depth\.segments\.yaml: .*seg1.*cut the network'):
        load_network('depth.yaml')


def test_every_variant_of_a_network_is_cut(run):
    code, out, _ = run(MODELS / 'detector.yaml', '--json')
    assert code == 0
    files = [one['segments_file'] for one in json.loads(out)]
    assert files == ['demo_detector.segments.yaml', 'demo_detector_int8.segments.yaml']
    assert all(list(load_system(file).networks) == ['demo_detector'] for file in files)


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['no.onnx'], 'no.onnx: cannot be read: No such file or directory'),
        (['no.yaml'], 'no.yaml: cannot be read: No such file or directory'),
        ([''], "NETWORK: must be a path, not ''"),
        (['text.onnx'], 'text.onnx: is not an ONNX file'),
        ([DETECTOR, '--max-parts', '1'], '1 is not in the range 2<=x<=64'),
        ([DETECTOR, '--max-kib', '0.001'], 'cannot be cut at any of'),
        ([DETECTOR, '-o', 'text.onnx'], "'text.onnx' is a file"),
    ],
)
def test_mistakes_are_one_line(run, arguments, problem):
    Path('text.onnx').write_text('no network')
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert problem in error
    assert len(error.splitlines()) == 1


def test_a_folder_that_cannot_be_written(run):
    code, out, error = run(DETECTOR, '-o', '/proc/parts')
    assert (code, out) == (2, '')
    assert error.startswith("edge-sched: -o: '/proc/parts' cannot be created: ")


def test_the_table_names_segments_and_places(run):
    code, out, error = run(DETECTOR, '--max-parts', 2, '--points', '--no-check')
    assert (code, error) == (0, '')
    lines = out.splitlines()
    assert lines[0].startswith('demo_detector: 0.387 GFLOP, ')
    assert lines[0].endswith(', 2 segments, not checked')
    assert [line.split()[0] for line in lines if line.startswith('seg')][1:] == ['seg0', 'seg1']
    assert sum(line.startswith('cut ') for line in lines) == 1


def test_an_older_network_beside_its_segments_is_not_overwritten(run):
    """The network may have the name of one of its own segments."""
    own = Path('demo_detector.seg0.onnx')
    own.write_bytes(DETECTOR.read_bytes())
    code, _, error = run(own, '-o', '.')
    assert (code, error) == (0, '')
    assert own.read_bytes() == DETECTOR.read_bytes()


def test_segments_that_a_second_cut_does_not_replace_are_removed(run):
    assert run(DETECTOR, '--max-parts', 4, '-o', 'parts')[0] == 0
    Path('parts/demo_detector.seg9.onnx').write_text('of somebody else')
    last = sorted(Path('parts').glob('*.seg[0-8].onnx'))[2:]
    code, out, _ = run(DETECTOR, '--max-parts', 2, '-o', 'parts')
    assert code == 0
    assert out.splitlines()[-3:] == [
        *(f'removed, of an earlier cut: {path}' for path in last),
        'parts/demo_detector.segments.yaml',
    ]
    left = sorted(path.name for path in Path('parts').iterdir())
    segments = [f'demo_detector.seg{number}.onnx' for number in (0, 1, 9)]
    assert left == [*segments, 'demo_detector.segments.yaml']


@pytest.mark.parametrize('theirs', ['changed', 'elsewhere', 'link', 'not a mapping'])
def test_a_file_that_is_not_the_earlier_segment_stays(run, theirs):
    assert run(DETECTOR, '--max-parts', 3)[0] == 0
    manifest, last = Path('demo_detector.segments.yaml'), Path('demo_detector.seg2.onnx')
    kept = last
    if theirs == 'changed':
        last.write_bytes(last.read_bytes() + b'\x00')
    elif theirs == 'elsewhere':
        kept = Path('other') / last.name
        kept.parent.mkdir()
        last.rename(kept)
        manifest.write_text(manifest.read_text().replace(last.name, str(kept)))
    elif theirs == 'link':
        kept = last.rename('mine.onnx')
        last.symlink_to(kept)
    else:
        manifest.write_text('networks: [1, {stages: 2}]')
    code, out, error = run(DETECTOR, '--max-parts', 2)
    assert (code, error) == (0, '')
    assert 'removed' not in out
    assert kept.is_file() and last.exists() == (theirs != 'elsewhere')
