# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A real network, whole and in segments, on one device and on two: the same answers."""

from __future__ import annotations

import secrets
import shutil
import threading

import numpy as np
import pytest
import yaml
from children import join
from children import wait_until

from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.coordinator.assemble import FleetSettings
from edge_sched_ros.fleet.coordinator.assemble import make_coordinator
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.resources import share_of

FRAMES = 6


class Alternate:
    """A policy that runs a network in pieces, by turns on the devices there are."""

    name = 'alternate'
    parameters = ()

    def cuts(self, task, view):
        count = len(task.graph.segments)
        return (blocks(task.graph, range(1, count)),)

    def assign(self, job, view):
        parts = view.cuts[job.task][0].partitions if job.cut is None else job.open
        names = [getattr(part, 'name', part) for part in parts]
        devices = sorted(view.devices)
        return [
            Assignment(name, devices[index % len(devices)], job.deadline_ns)
            for index, name in enumerate(names)
        ]


@pytest.fixture(scope='module')
def detectors(tmp_path_factory):
    """Return the YAML files of the bundled detector, whole and in three segments."""
    pytest.importorskip('onnx')
    from edge_sched_ros.execution.network_digest import network_sha256
    from edge_sched_ros.planning.cutting.cut import cut_network
    from edge_sched_ros.planning.cutting.segments_file import write_segments

    folder = tmp_path_factory.mktemp('networks')
    models = share_of() / 'models'
    shutil.copy(models / 'demo_detector.onnx', folder)
    data = yaml.safe_load((models / 'detector.yaml').read_text())
    data.pop('variants', None)
    whole = folder / 'detector.yaml'
    whole.write_text(yaml.safe_dump(data))
    file = folder / 'demo_detector.onnx'
    found = cut_network(file, 3, check=False)
    segments = write_segments(found, folder, 'detector', network_sha256(file)).path
    in_segments = folder / 'in_segments.yaml'
    in_segments.write_text(yaml.safe_dump({**data, 'segments': segments.name}))
    return whole, in_segments


def _answers(network, *, others, policy):
    """Return what a coordinator with so many more devices finds in some frames, and its parts."""
    config = from_parameters(
        {
            'tasks': ['detector'],
            'detector.network': str(network),
            'detector.topic': 'camera',
            'detector.deadline_ms': 60_000.0,
            'detector.queue_depth': 100,
        }
    )
    ends = []
    parts = make_coordinator(
        config,
        FleetSettings(policy='alternate'),
        on_end=ends.append,
        make_policy=lambda _name, _values: policy,
    )
    devices = []
    for index in range(others):
        loaded = load_device(config)
        device = DeviceServer(
            f'other{index}',
            networks=loaded.networks,
            runner=loaded.runner,
            port=parts.bus,
            instance=secrets.randbits(63),
        )
        parts.bus.join_device(device)
        devices.append((device, loaded))
    stop = threading.Event()

    def beat():
        while not stop.wait(0.05):  # short on purpose
            parts.tick()
            for device, _ in devices:
                device.tick()

    thread = threading.Thread(target=beat)
    parts.start()
    for device, _ in devices:
        device.start()
    thread.start()
    try:
        members = parts.coordinator.members
        wait_until(lambda: sum(one.joined for one in members) == 1 + others, 'the devices')
        generator = np.random.default_rng(3)
        for seq in range(FRAMES):
            pixels = generator.integers(0, 255, 240 * 320 * 3, np.uint8)
            image = SourceImage.from_raw(
                pixels, width=320, height=240, encoding='bgr8', step=3 * 320
            )
            parts.coordinator.submit(Frame('camera', seq, seq, 'lens', image))
            # a newer frame may overtake an older one on another device
            wait_until(lambda: len(ends) == seq + 1, 'the answer')  # noqa: B023
        parts.coordinator.read(lambda dispatcher: dispatcher.validate())
        wait_until(lambda: not parts.home.account.in_flight, 'the account')
        parts.home.validate()
        done = dict(parts.coordinator.done)
    finally:
        stop.set()
        join(thread)
        parts.stop()
        for device, loaded in devices:
            device.stop()
            loaded.close()
    assert [end.outcome for end in ends] == ['on_time'] * FRAMES
    return {end.frame.seq: end.result for end in ends}, done


@pytest.mark.parametrize('others', [0, 1, 2])
def test_segments_on_devices_give_the_bits_of_the_whole_network(detectors, others):
    whole, in_segments = detectors
    wanted, _ = _answers(whole, others=0, policy=Alternate())
    found, done = _answers(in_segments, others=others, policy=Alternate())
    assert len(done) == 1 + others
    for seq, one in wanted.items():
        other = found[seq]
        assert isinstance(one, Detections) and isinstance(other, Detections)
        assert len(one) > 0 or seq
        for key in ('boxes_xyxy', 'scores', 'class_ids'):
            assert np.array_equal(getattr(one, key), getattr(other, key))


@pytest.mark.parametrize(
    'policy', ['whole_network', 'balanced_cut', 'earliest_finish', 'least_loaded']
    + ['deadline_split', 'look_ahead'],
)  # fmt: skip
def test_every_policy_answers_over_two_devices(detectors, policy):
    from edge_sched_ros.plugins.high_level_policies import make_high_level_policy

    _, in_segments = detectors
    found, _ = _answers(in_segments, others=1, policy=make_high_level_policy(policy))
    assert len(found) == FRAMES
