# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator runs trackers, programs, cascades and triggers, and answers as one device does."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from children import join
from children import TIMEOUT_S
from children import wait_until
from result_kinds import write_kinds

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.level_depth import LevelDepth
from edge_sched_ros.fleet.coordinator.assemble import FleetSettings
from edge_sched_ros.fleet.coordinator.assemble import make_coordinator
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.settings import device_config
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.nodes.devices.frame_intake import CoordinatorFrames
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.scenes.scene import Scene

FRAMES = 5
#: of devices, so that none is lost because the machine is busy
_LONG_NS = 600 * 10**9
#: of each task, so that no answer is late or dropped then
CALM = {'deadline_ms': 600_000.0, 'queue_depth': 100}
#: what runs where there is nothing to choose: each task of a kind that a coordinator once refused
TASKS = {
    'detector': {'network': 'detector.yaml', 'topic': 'camera', 'score_threshold': 0.4},
    'tracker': {'network': 'embedding.yaml', 'after': 'detector', 'min_hits': 1.0},
    'told': {'program': 'own_cascade:Told', 'after': 'tracker'},
    'clean': {'program': 'denoise', 'topic': 'camera'},
    'clean_detector': {'network': 'detector.yaml', 'after': 'clean', 'every_n': 2},
    'depth': {'network': 'depth.yaml', 'after': 'told'},
    # the boxes of a tracker at home, and depth from whichever device
    'objects': {'program': 'detections_3d', 'after': ['tracker', 'depth']},
}
CAMERA = CameraModel(np.array([[300.0, 0, 160], [0, 300.0, 120], [0, 0, 1]]), np.eye(3, 4))
OWN_CODE = '''
class Told:
    """Counts boxes, over all frames, in two stages."""

    stages = ('look', 'say')
    stateful = True
    output = 'none'

    def __init__(self):
        self.seen = 0

    def run(self, stage, context):
        if stage == 'look':
            context.scratch = len(context.parent)
            return 0
        self.seen += context.scratch
        context.result = (context.frame.seq, context.items, context.scratch, self.seen)
        return self.seen

    def set_option(self, name, value):
        raise KeyError(name)

    def reset(self):
        self.seen = 0

    def close(self):
        pass


class Broken(Told):
    def run(self, stage, context):
        raise SystemExit('not today')


class NotReset(Told):
    def reset(self):
        raise RuntimeError('still warm')
'''


@pytest.fixture(scope='module')
def own_code(tmp_path_factory):
    """Put programs of a user where they can be imported."""
    folder = tmp_path_factory.mktemp('own_code')
    (folder / 'own_cascade.py').write_text(OWN_CODE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield


@pytest.fixture(scope='module')
def wanted(own_code):
    """Return what one device answers, by task."""
    return _by_task(_of_one_device(TASKS))


def _config(tasks):
    # a coordinator runs the networks themselves where nothing else is asked for
    values = {'tasks': list(tasks), 'fast_variants': False}
    for name, one in tasks.items():
        values |= {f'{name}.{key}': value for key, value in {**CALM, **one}.items()}
    return from_parameters(values)


def _frames(stream='camera'):
    scene = Scene(seed=4)
    for seq in range(FRAMES):
        picture = scene.frame(40 + 2 * seq).image_bgr
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
        )
        yield Frame(stream, seq, 1000 + seq, 'lens', image, camera=lambda _: CAMERA)


class Fleet:
    """A coordinator with two more devices in this process, each with threads of its own."""

    def __init__(self, tasks, *, networks=('detector.yaml', 'embedding.yaml', 'depth.yaml'),
                 **settings):  # fmt: skip
        self.ends, self.config = [], _config(tasks)
        self.parts = make_coordinator(
            self.config,
            FleetSettings(lost_after_ns=_LONG_NS, **settings),
            on_end=self.ends.append,
        )
        self.frames = CoordinatorFrames(
            self.parts.coordinator, self.config, reset=self.parts.programs.reset
        )
        self._devices, self._stop = [], threading.Event()
        values = {one.name: one.default for one in DEVICE_PARAMETERS}
        for name in ('left', 'right') if networks else ():
            loaded = load_device(device_config({**values, 'networks': list(networks)}))
            device = DeviceServer(
                name, networks=loaded.networks, runner=loaded.runner, port=self.parts.bus,
                instance=secrets.randbits(63),
                lease_ns=_LONG_NS,
            )  # fmt: skip
            self.parts.bus.join_device(device)
            self._devices.append((device, loaded))
        self._thread = threading.Thread(target=self._beat)

    def _beat(self):
        while not self._stop.wait(0.05):  # short on purpose
            self.parts.tick()
            for device, _ in self._devices:
                device.tick()

    def __enter__(self):
        self.parts.start()
        for device, _ in self._devices:
            device.start()
        self._thread.start()
        members = self.parts.coordinator.members
        count = 1 + len(self._devices)
        wait_until(lambda: sum(one.joined for one in members) == count, 'the devices')
        return self

    def answer(self, frame):
        """Let a frame arrive, and wait until every job that comes of it has ended."""
        self.frames.submit(frame)
        wait_until(lambda: not self.parts.coordinator.in_flight, 'the answers')

    def account(self, task):
        return self.parts.coordinator.read(lambda core: core.ledger.tasks[task])

    def __exit__(self, *_):
        self._stop.set()
        join(self._thread)
        self.parts.coordinator.read(lambda core: core.validate())
        self.parts.stop()
        for device, loaded in self._devices:
            device.stop()
            loaded.close()


def _of_one_device(tasks):
    ends, changed = [], threading.Condition()

    def on_end(end):
        with changed:
            ends.append(end)
            changed.notify_all()

    pipeline = Pipeline(_config(tasks), on_end=on_end)
    pipeline.load()
    pipeline.start()
    try:
        for frame in _frames():
            pipeline.submit(frame)
            with changed:
                assert changed.wait_for(lambda: not _in_flight(pipeline), TIMEOUT_S)
    finally:
        pipeline.unload()
    return ends


def _in_flight(pipeline):
    return sum(one.in_flight for one in pipeline.status().tasks)


def _plain(end):
    """Return what must be equal of an end."""
    result = end.result
    if isinstance(result, Detections):
        arrays = (result.boxes_xyxy, result.scores, result.class_ids, result.track_ids)
        told = tuple(None if one is None else one.tolist() for one in arrays)
    elif isinstance(result, Detections3D):
        arrays = (result.positions_m, result.sizes_m, result.scores, result.track_ids)
        told = tuple(one.tolist() for one in arrays)
    elif isinstance(result, SourceImage):
        told = result.bgr().tobytes()
    elif hasattr(result, 'depth_m'):
        told = np.asarray(result.depth_m).tobytes()
    else:
        told = result
    # by name: the order of starts on two devices is only known as well as their clocks
    stages = tuple(sorted(one.stage for one in end.stages))
    return (end.outcome, end.reason, end.frame.stamp_ns, end.items, end.variant, stages, told)


def _by_task(ends):
    found = {}
    for end in ends:
        found.setdefault(end.task, []).append(_plain(end))
    return found


@pytest.mark.parametrize(('policy', 'home_runs'), [('least_loaded', False), ('look_ahead', True)])
def test_it_answers_as_one_device_does(wanted, policy, home_runs):
    with Fleet(TASKS, policy=policy, home_runs=home_runs) as fleet:
        for frame in _frames():
            fleet.answer(frame)
        done = dict(fleet.parts.coordinator.done)
        found = _by_task(fleet.ends)
    assert {name: len(ends) for name, ends in wanted.items()} == {
        name: (FRAMES + 1) // one.get('every_n', 1) if 'every_n' in one else FRAMES
        for name, one in TASKS.items()
    }
    assert any(one[-1][0] for one in wanted['tracker']), 'there is something to track'
    assert any(one[-1][0] for one in wanted['objects']), 'there are objects in space'
    for name in TASKS:
        assert found[name] == wanted[name], name
    assert {task for device, task in done if device == 'home'} >= {'tracker', 'told', 'clean'}
    if not home_runs:
        elsewhere = {task for device, task in done if device != 'home'}
        assert elsewhere == {'detector', 'tracker', 'clean_detector', 'depth'}


def test_a_trigger_takes_the_latest_picture_or_fails_by_name():
    tasks = {
        'detector': {
            'network': 'detector.yaml', 'topic': 'camera', 'trigger_topic': 'imu',
            'trigger_type': 'sensor_msgs/msg/Imu',
        },
        'tracker': {'network': 'embedding.yaml', 'after': 'detector'},
    }  # fmt: skip
    with Fleet(tasks, networks=()) as fleet:
        fleet.answer(Frame('imu', 0, 5, 'lens'))
        picture = next(_frames())
        fleet.answer(picture)
        fleet.answer(Frame('imu', 1, 7, 'lens'))
        ends = fleet.ends[:]
    assert [(end.task, end.outcome, end.reason) for end in ends] == [
        ('detector', 'failed', 'no_fresh_image'), ('tracker', 'dropped', 'upstream'),
        ('detector', 'on_time', ''), ('tracker', 'on_time', ''),
    ]  # fmt: skip
    assert ends[0].frame is None and ends[2].frame is picture


def test_boxes_are_followed_at_home():
    tasks = {
        'detector': {'network': 'detector.yaml', 'topic': 'camera', 'every_n': 2},
        'follower': {
            'program': 'flow_track', 'topic': 'camera', 'detections_from': 'detector',
        },
    }  # fmt: skip
    with Fleet(tasks, networks=('detector.yaml',), home_runs=False) as fleet:
        for frame in _frames():
            fleet.answer(frame)
        followed = [end.result for end in fleet.ends if end.task == 'follower']
        labels = fleet.parts.programs.labels_of('follower')
    assert len(followed) == FRAMES and len(followed[-1])
    assert labels == ('crate', 'ball', 'barrel')


def test_own_code_that_fails_touches_no_other_task(own_code):
    tasks = {
        'broken': {'program': 'own_cascade:Broken', 'topic': 'camera'},
        'after': {'program': 'own_cascade:Told', 'after': 'broken'},
        'lost': {'program': 'own_cascade:Missing', 'topic': 'camera'},
        'cold': {'program': 'own_cascade:NotReset', 'topic': 'camera'},
        'detector': {'network': 'detector.yaml', 'topic': 'camera'},
    }
    with pytest.raises(ConfigError, match=r'lost\.program'):
        Fleet(tasks, networks=())
    del tasks['lost']
    with Fleet(tasks, networks=()) as fleet:
        for frame in _frames():
            fleet.answer(frame)
        assert fleet.account('broken').failed == {'SystemExit': FRAMES}
        assert fleet.account('after').dropped == {'upstream': FRAMES}
        assert fleet.account('cold').released == 0
        assert fleet.parts.programs.out == {'cold': 'its reset failed: RuntimeError: still warm'}
        assert fleet.account('detector').on_time == FRAMES


def test_depth_of_a_topic_is_joined_to_boxes():
    tasks = {
        'detector': {'network': 'detector.yaml', 'topic': 'camera'},
        'objects': {'program': 'detections_3d', 'after': 'detector', 'depth_topic': 'depth'},
    }
    with Fleet(tasks, networks=()) as fleet:
        fleet.parts.programs.use_depths(fleet.frames.depths)
        assert fleet.parts.programs.needs_camera('objects')
        assert not fleet.parts.programs.needs_camera('detector')
        picture = next(_frames())
        fleet.answer(picture)
        depth = LevelDepth(*picture.image.size)
        fleet.answer(Frame('depth', 1, picture.stamp_ns + 1, 'lens', None, depth))
        fleet.answer(replace(picture, seq=1, stamp_ns=picture.stamp_ns + 1))
        # the depth of a source that starts again is of another scene
        fleet.frames.source_restarted('depth')
        fleet.answer(replace(picture, seq=2, stamp_ns=picture.stamp_ns + 1))
        ends = [end for end in fleet.ends if end.task == 'objects']
    assert [(end.outcome, end.reason) for end in ends] == [
        ('failed', 'no_depth'), ('on_time', ''), ('failed', 'no_depth'),
    ]  # fmt: skip
    assert len(ends[1].result) and np.allclose(ends[1].result.positions_m[:, 2], 1, atol=0.2)


def test_tracks_begin_anew_when_their_source_does():
    tasks = {name: TASKS[name] for name in ('detector', 'tracker')}
    with Fleet(tasks, networks=()) as fleet:
        fleet.answer(next(_frames()))
        fleet.frames.source_restarted('camera')
        fleet.answer(next(_frames()))
        first, second = (end.result.track_ids for end in fleet.ends if end.task == 'tracker')
    assert len(first) and not set(first) & set(second)


@pytest.mark.parametrize('policy', ['look_ahead', 'earliest_finish'])
def test_a_variant_that_makes_the_deadline_runs_on_a_device(policy):
    tasks = {'detector': {'network': 'detector.yaml', 'topic': 'camera', 'variant': 'int8'}}
    with Fleet(tasks, networks=('detector.yaml',), policy=policy, home_runs=False) as fleet:
        for frame in _frames():
            fleet.answer(frame)
        fleet.parts.coordinator.change_task('detector', {'variant': ''})
        fleet.answer(Frame('camera', 99, 99, 'lens', next(_frames()).image))
        assert fleet.account('detector').variants == {'int8': FRAMES, 'base': 1}
    assert [end.variant for end in fleet.ends] == ['int8'] * FRAMES + ['base']
    assert all(isinstance(end.result, Detections) for end in fleet.ends)


def test_results_of_every_kind_come_from_another_device(tmp_path):
    kinds = ('yolo_seg', 'yolo_pose', 'segmentation')
    files = {kind: file for kind, file in write_kinds(tmp_path).items() if kind in kinds}
    told = Path(files['segmentation'])
    more = yaml.safe_load(told.read_text())
    more['decoder_options'] = {**more.get('decoder_options', {}), 'send_confidence': True}
    told.write_text(yaml.safe_dump(more))
    tasks = {task: {'network': file, 'topic': 'camera'} for task, file in files.items()}
    tasks['follower'] = {'program': 'box_track', 'after': 'yolo_pose', 'min_hits': 1}
    with Fleet(tasks, networks=tuple(files.values()), home_runs=False) as fleet:
        fleet.answer(next(_frames()))
        found = {end.task: end.result for end in fleet.ends}
        extras = {task: fleet.parts.programs.extras_of(task) for task in tasks}
        promised = {
            one.form.expected['result'].answer
            for _, device in fleet._devices
            for one in device.networks.values()
        }
    # another device cannot give anything else
    assert promised == {Detections, ClassMap}
    assert len(found['yolo_seg'].masks) == 2 and found['yolo_seg'].masks.whole(0).any()
    assert found['yolo_pose'].keypoint_names == ('nose', 'tail')
    assert found['follower'].keypoints.shape == (2, 2, 3)
    assert found['follower'].track_ids.tolist() == [1, 2]
    assert set(np.unique(found['segmentation'].class_ids)) == {1, 2}
    assert found['segmentation'].values is None
    assert found['segmentation'].confidence().max() > 0.5
    assert extras['yolo_seg'] == ('masks',)
    assert extras['yolo_pose'] == extras['follower'] == ('keypoints',)
