# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The C++ program gives the answers of the node's own programs."""

from __future__ import annotations

import struct
import subprocess

import numpy as np
import pytest
from children import TIMEOUT_S

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from benchmarks.side_by_side.baseline.boxes import detections_of
from benchmarks.side_by_side.baseline.programs import answer
from benchmarks.side_by_side.baseline.programs import programs_of
from benchmarks.side_by_side.contenders.baselines import ONE
from benchmarks.side_by_side.cpp import build
from benchmarks.side_by_side.cpp.spec_file import write_spec
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.scenes.scene import Scene

pytestmark = pytest.mark.skipif(bool(build.problem()), reason=build.problem())

#: as many pictures as the program answers
_FRAMES = 20
#: one step of single precision there: its exponential is not numpy's in the last bit
_PX = 3.1e-5


@pytest.fixture(scope='module')
def pictures():
    scene = Scene(seed=7, width=WIDTH, height=HEIGHT, fps=15.0)
    return np.stack([scene.frame(index).image_bgr for index in range(_FRAMES)])


@pytest.fixture(scope='module')
def workload():
    return bundled(cameras=1)


@pytest.fixture(scope='module')
def messages(pictures, workload, tmp_path_factory):
    """Return the serialised answers of the program, picture by picture, by task."""
    folder = tmp_path_factory.mktemp('peer')
    spec = write_spec(workload, 10.0, folder / 'spec.txt')
    np.save(folder / 'pictures.npy', pictures[None])
    command = [build.executable(), 'answers', '--spec', spec]
    done = subprocess.run(
        [*command, '--pictures', folder / 'pictures.npy'], capture_output=True, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr
    return _by_picture(done.stdout, [task.name for task in workload.tasks])


def _by_picture(data, names):
    found, at = [], 0
    while at < len(data):
        turn = {}
        for name in names:
            (size,) = struct.unpack_from('<I', data, at)
            turn[name] = data[at + 4 : at + 4 + size]
            at += 4 + size
        found.append(turn)
    return found


@pytest.fixture(scope='module')
def answers(pictures, workload):
    """Return the answers of the node's programs, picture by picture, by task."""
    programs = programs_of(workload, list(workload.tasks), ONE)
    found = []
    for number, picture in enumerate(pictures):
        image = SourceImage.from_raw(
            picture.reshape(-1), width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
        )
        frame, turn = Frame('', number, number, '', image), {}
        for task in workload.tasks:
            turn[task.name] = answer(programs[task.name], frame, turn.get(task.parent))
        found.append(turn)
    return found


@pytest.mark.parametrize('task', ['detect0', 'track0'])
def test_boxes_are_those_of_the_node(messages, answers, task):
    assert len(messages) == len(answers) == _FRAMES
    assert sum(len(turn[task]) for turn in answers) > _FRAMES
    for turn, (theirs, ours) in enumerate(zip(messages, answers)):
        message = deserialize_message(theirs[task], Detection2DArray)
        assert (message.header.stamp.sec, message.header.frame_id) == (turn, 'camera')
        found, wanted = detections_of(message, ours[task].labels), ours[task]
        assert found.class_ids.tolist() == wanted.class_ids.tolist()
        np.testing.assert_allclose(found.boxes_xyxy, wanted.boxes_xyxy, rtol=0, atol=_PX)
        np.testing.assert_allclose(found.scores, wanted.scores, rtol=0, atol=1e-6)
        ids = [] if wanted.track_ids is None else [str(number) for number in wanted.track_ids]
        assert [box.id for box in message.detections] == (ids or [''] * len(found))


def test_depth_is_that_of_the_node(messages, answers):
    for theirs, ours in zip(messages, answers):
        message = deserialize_message(theirs['depth0'], Image)
        wanted = ours['depth0'].depth_m
        assert (message.encoding, message.height, message.width) == ('32FC1', *wanted.shape)
        found = np.frombuffer(message.data, np.float32).reshape(wanted.shape)
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_network_that_the_program_does_not_have_is_refused(workload, tmp_path):
    network = tmp_path / 'other.yaml'
    detector = workload.networks['detect']
    with open(detector) as file:
        text = file.read().replace('decoder: yolox', 'decoder: yolov8')
    folder = detector.rpartition('/')[0]
    network.write_text(text.replace('file: demo', f'file: {folder}/demo'))
    workload = bundled(cameras=1, kinds=('detect',))
    workload.networks['detect'] = str(network)
    with pytest.raises(BenchFault, match=r'other.yaml: decoder: .* does not have yolov8'):
        write_spec(workload, 10.0, tmp_path / 'spec.txt')


def test_a_wrong_line_is_named(tmp_path):
    spec = tmp_path / 'spec.txt'
    spec.write_text('library x\nnetwork detect wings=2\n')
    done = subprocess.run(
        [build.executable(), 'answers', '--spec', spec],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert (done.returncode, done.stderr) == (1, f'peer: {spec}:2: unknown: wings=2\n')
