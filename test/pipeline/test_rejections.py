# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with messages is said once for each thing, and never without end."""

from __future__ import annotations

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.pipeline.health.rejections import Rejections


def test_each_encoding_is_said_once_for_each_topic():
    said = []
    rejections = Rejections(said.append)
    for _ in range(5):
        for topic in ('front', 'rear'):
            for encoding in ('yuv411', '32FC3'):
                error = FrameError('unknown_encoding', f"'{encoding}' is not", about=encoding)
                assert rejections.note(topic, error) == 'unknown_encoding'
    assert said == [
        f"{topic}: frame rejected: '{encoding}' is not"
        for topic in ('front', 'rear')
        for encoding in ('yuv411', '32FC3')
    ]


def test_other_errors_are_unreadable_messages():
    said = []
    assert Rejections(said.append).note('imu', KeyError('x')) == 'unreadable'
    assert said == ["imu: message rejected: KeyError: 'x'"]


def test_damaged_names_are_not_said_without_end():
    said = []
    rejections = Rejections(said.append)
    for number in range(1000):
        rejections.note('front', FrameError('unknown_encoding', 'no', about=str(number)))
    more = ' (further cases of unknown_encoding on this topic are only counted)'
    assert said == ['front: frame rejected: no'] * 7 + [f'front: frame rejected: no{more}']
