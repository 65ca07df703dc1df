# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched import``: the file it writes, the picture it draws, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from exports import all_exports
from networks import write_onnx
from raw_outputs import FLOAT
from raw_outputs import write_echo
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.cli.main import main
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.scenes.scene import Scene

MODELS = Path(__file__).resolve().parents[2] / 'models'
DETECTOR = MODELS / 'demo_detector.onnx'
DEPTH = MODELS / 'demo_depth.onnx'


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def import_(*arguments):
        code = 0
        try:
            main(['import', *map(str, arguments)])
        except SystemExit as error:
            code = error.code
        out, error = capsys.readouterr()
        return code, out, error

    return import_


@pytest.fixture(scope='module')
def scene(tmp_path_factory):
    path = tmp_path_factory.mktemp('scene') / 'scene.png'
    cv2.imwrite(str(path), Scene(seed=3).frame(20).image_bgr)
    return path


def test_the_file_can_be_loaded_and_says_what_is_not_certain(run):
    model = all_exports()['yolov8n'].write(Path('models'), 'people detector')
    code, out, error = run(model, '-o', 'made')
    assert (code, error) == (0, '')
    assert out.splitlines()[-1] == 'made/people detector.yaml'
    spec = load_network('made/people detector.yaml')
    assert spec.file.samefile(model)
    assert (spec.decoder, spec.input.colour, len(spec.labels)) == ('yolov8', 'rgb', 80)
    code, out, _ = run(all_exports()['yolov7-tiny'].write(Path('models')))
    assert code == 0
    assert 'not certain: Nothing names its 80 classes' in out


def test_a_network_below_the_folder_is_named_relatively(run):
    model = all_exports()['yolov8n'].write(Path('models'))
    run(model)
    assert '\nfile: models/yolov8n.onnx\n' in Path('yolov8n.yaml').read_text()


def test_a_trial_finds_what_is_in_the_picture(run, scene):
    Path('labels.txt').write_text('crate\nball\nbarrel\n')
    code, out, error = run(DETECTOR, '--labels', 'labels.txt', '--try', scene, '--json')
    assert (code, error) == (0, '')
    found = json.loads(out)
    assert found['network']['decoder'] == 'yolox'
    assert found['network']['decoder_options'] == {'strides': [8, 16]}
    assert {one['label'] for one in found['try']['items']} >= {'crate', 'ball'}
    assert cv2.imread(found['try']['picture']).shape == (480, 640, 3)


def test_a_trial_shows_depth_beside_the_picture(run, scene):
    code, out, error = run(DEPTH, '--try', scene, '--json')
    assert (code, error) == (0, '')
    found = json.loads(out)
    assert found['network']['decoder'] == 'depth_inverse'
    assert found['try']['kind'] == 'depth'
    assert found['try']['items'][0]['known'] > 0.5
    assert cv2.imread(found['try']['picture']).shape == (240, 640, 3)


def test_a_trial_tells_decoders_apart_whose_outputs_look_alike(run, scene):
    # a row for each cell of 64x64, which the network has decoded already
    rows = np.zeros((1, 84, 6), np.float32)
    rows[0, ::5] = [30, 34, 20, 24, 0.9, 0.9]
    write_onnx(Path('yolox.onnx'), outputs={'output': rows}, input_shape=[1, 3, 64, 64])
    code, out, _ = run('yolox.onnx')
    assert code == 0 and out.startswith('decoder  yolox (')
    code, out, error = run('yolox.onnx', '--try', scene, '--force')
    assert (code, error) == (0, '')
    assert out.startswith('decoder  yolox_decoded (')
    assert 'not certain: yolox is not it: ' in out
    code, _, error = run('yolox.onnx', '--try', scene, '--force', '--decoder', 'yolox')
    assert code == 2 and 'yolox_decoded would fit' in error


def test_a_trial_that_fails_leaves_the_file_to_correct(run, scene):
    # it gives zeros
    model = all_exports()['yolov8n'].write(Path())
    code, _, error = run(model, '--try', scene)
    assert code == 2
    assert error.startswith('edge-sched: --try: ') and 'constant' in error
    assert error.endswith('yolov8n.yaml is written\n')
    assert load_network('yolov8n.yaml').decoder == 'yolov8'


def test_a_network_that_takes_more_than_a_picture(run, scene, tmp_path):
    def write(name):
        shape = [1, 3, 8, 8]
        nodes = [
            onnx.helper.make_node('Sub', ['image', name], ['d']),
            onnx.helper.make_node('Abs', ['d'], ['a']),
            onnx.helper.make_node('Add', ['a', 'image'], ['b']),
            onnx.helper.make_node('ReduceMean', ['b'], ['depth'], axes=[1], keepdims=1),
        ]
        infos = {
            key: onnx.helper.make_tensor_value_info(key, onnx.TensorProto.FLOAT, own)
            for key, own in {'image': shape, name: shape, 'depth': [1, 1, 8, 8]}.items()
        }
        graph = onnx.helper.make_graph(nodes, 'g', [infos['image'], infos[name]], [infos['depth']])
        opset = [onnx.helper.make_opsetid('', 17)]
        model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
        onnx.save(model, tmp_path / f'{name}.onnx')

    for name in ('prev_image', 'right_image'):
        write(name)
    options = ('--decoder', 'depth_metric', '--try', scene)
    code, out, error = run('prev_image.onnx', *options)
    assert (code, error) == (0, '') and 'depth: known at' in out
    code, _, error = run('right_image.onnx', *options)
    assert code == 2 and 'one picture is not enough' in error
    assert load_network('right_image.yaml').inputs[0].source == 'second_image'


def test_a_file_that_was_changed_is_tried_again(run, scene):
    run(DEPTH)
    before = Path('demo_depth.yaml').read_text()
    Path('demo_depth.yaml').write_text(before + 'decoder_options: {min_m: 90.0}\n')
    code, out, error = run('demo_depth.yaml', '--try', scene)
    assert (code, error) == (0, '')
    assert 'drawn in demo_depth.try.png\nsuspicious: ' in out
    assert 'of the depth is out of min_m to max_m' in out
    code, _, error = run('demo_depth.yaml')
    assert code == 2 and '--try: is missing' in error
    code, _, error = run('demo_depth.yaml', '--try', scene, '--decoder', 'yolox')
    assert code == 2 and '--decoder: has no effect with demo_depth.yaml' in error


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['none.onnx'], 'none.onnx: there is no such file'),
        (['labels.txt'], 'labels.txt: is not an ONNX file, or is cut off'),
        ([DEPTH, '--try', 'none.png'], '--try: there is no file none.png'),
        ([DEPTH, '--try', 'labels.txt'], '--try: labels.txt: '),
        ([DEPTH, '--at', '3'], '--at: has no effect without --try'),
        ([DEPTH, '--size', '3'], "--size: must be WIDTHxHEIGHT in pixels, not '3'"),
        ([DEPTH, '--labels', 'coco'], '--labels: the results of depth_inverse have no classes'),
        ([DEPTH, '--name', 'a/b'], "--name: must be a name for a file, not 'a/b'"),
        ([DEPTH, '--decoder', 'yolov8'], 'yolov8 needs one output'),
        ([DEPTH, '--decoder', 'yolo8'], "did you mean 'yolov8'"),
        ([DEPTH, '--decoder', 'there_is:None'], 'there_is: cannot be imported'),
        ([DEPTH, '-o', 'labels.txt/x'], '-o: '),
        (
            [DEPTH, '-o', 'out/near.yaml'],
            "--output: must be a folder, not the file 'out/near.yaml': give its folder, and "
            '--name near',
        ),
    ],
)
def test_a_mistake_is_one_line(run, arguments, problem):
    Path('labels.txt').write_text('crate\n')
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert error.startswith('edge-sched: ') and error.count('\n') == 1
    assert problem in error
    assert not list(Path().glob('*.yaml'))


def test_a_file_that_exists_is_replaced_only_when_asked(run):
    Path('demo_depth.yaml').write_text('mine')
    code, _, error = run(DEPTH)
    assert code == 2 and "-o: 'demo_depth.yaml' exists: give --force" in error
    assert Path('demo_depth.yaml').read_text() == 'mine'
    code, _, _ = run(DEPTH, '--force')
    assert code == 0
    assert load_network('demo_depth.yaml').decoder == 'depth_inverse'


def test_a_network_without_colours_is_tried_on_the_image_of_a_bag_as_it_is(run, tmp_path):
    pytest.importorskip('onnxruntime')
    shape = (6, 8, 5)
    kind, store = 'sensor_msgs/msg/Image', typestore()
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    message = make(kind, height=6, width=8, encoding='8UC5', step=40, data=pixels.reshape(-1))
    with Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection('/camera', kind, typestore=store)
        writer.write(connection, 1, store.serialize_cdr(message, kind))
    raw = {'width': 8, 'height': 6, 'colour': 'raw', 'channels': 5, 'layout': 'nhwc'}
    write_echo(tmp_path, {'x': ((1, *shape), FLOAT)}, input=raw)
    code, out, error = run('echo.yaml', '--try', 'bag')
    assert (code, error) == (0, '') and 'drawn in echo.try.png' in out
    # enlarged, so that text on it can be read
    assert cv2.imread('echo.try.png').shape == (480, 640, 3)
    cv2.imwrite('colours.png', pixels[:, :, :3])
    code, _, error = run('echo.yaml', '--try', 'colours.png')
    assert code == 2 and error.count('\n') == 1
    assert 'has 3 channels, the network takes 5' in error
