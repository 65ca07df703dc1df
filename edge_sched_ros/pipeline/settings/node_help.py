# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``--help`` of a node prints: what it is for, an example, its topics and parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS

_WIDTH = 98


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """
    Parameters that belong together.

    :param prefix: before each name
    """

    title: str
    specs: Sequence[ParameterSpec]
    prefix: str = ''


@dataclass(frozen=True, slots=True)
class NodeHelp:
    """
    A node in words.

    :param example: lines to type
    :param topics: (topic, type, meaning)
    :param page: the page of the documentation that says more
    """

    name: str
    summary: str
    example: Sequence[str]
    topics: Sequence[tuple[str, str, str]]
    parameters: Sequence[ParameterGroup]
    page: str

    def text(self) -> str:
        """Return what is printed."""
        lines = [f'usage: {self.name} [--ros-args [-p NAME:=VALUE ...] [--params-file FILE] ...]']
        lines += ['', *textwrap.wrap(self.summary, _WIDTH), '', 'example:']
        lines += [f'  {line}' for line in self.example]
        lines += ['', 'topics:']
        for topic, kind, meaning in self.topics:
            lines += _entry(f'{topic} ({kind})', meaning)
        for group in self.parameters:
            lines += ['', f'{group.title}:']
            for spec in group.specs:
                lines += _entry(f'{group.prefix}{spec.name} ({_kind(spec)})', _meaning(spec))
        return '\n'.join([*lines, '', f'More: {self.page}', ''])


def _entry(head: str, text: str) -> list[str]:
    indent = ' ' * 6
    return [
        f'  {head}',
        *textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent),
    ]


def _kind(spec: ParameterSpec) -> str:
    default = str(spec.default).lower() if spec.kind == 'bool' else repr(spec.default)
    return f'{spec.kind}, default {default}' + (', at run time' if spec.dynamic else '')


def _meaning(spec: ParameterSpec) -> str:
    return spec.description + (f' ({spec.range_text()})' if spec.minimum is not None else '')


#: topics of results, of every node that runs tasks
RESULT_TOPICS = (
    ('TASK/detections', 'vision_msgs/Detection2DArray', 'Boxes, in pixels of the source image.'),
    ('TASK/tracks', 'vision_msgs/Detection2DArray', 'The same, with track ids.'),
    (
        'TASK/detections_3d',
        'vision_msgs/Detection3DArray',
        'Boxes in metres, in the optical frame of the camera.',
    ),
    ('TASK/keypoints', 'Keypoints2DArray', 'Keypoints of the boxes, where the network gives any.'),
    ('TASK/masks', 'sensor_msgs/Image', 'Index of the box + 1 (mono16), where it gives masks.'),
    (
        'TASK/image, TASK/camera_info',
        'sensor_msgs',
        'Depth in metres (32FC1), class ids (mono8, mono16), or an image.',
    ),
    ('TASK/confidence', 'sensor_msgs/Image', 'Probability of the class of each pixel (32FC1).'),
    ('TASK/classification', 'vision_msgs/Classification', 'Classes of an image, best first.'),
    (
        'TASK/debug_image, TASK/debug_image/compressed',
        'sensor_msgs',
        'The image with the result and its lateness, drawn while somebody subscribes.',
    ),
    (
        'TASK/debug_annotations',
        'foxglove_msgs/ImageAnnotations',
        'The same for Foxglove, where that package is installed.',
    ),
)
TASK_GROUP = ParameterGroup('parameters of each task named in tasks', TASK_PARAMETERS, 'TASK.')

SCHEDULER_HELP = NodeHelp(
    'scheduler_node',
    'A lifecycle node that runs all neural networks of a robot on this computer and schedules '
    'them by deadline. It configures and activates itself unless autostart is false.',
    (
        'ros2 run edge_sched_ros scheduler_node --ros-args --params-file my_robot.yaml',
        'ros2 launch edge_sched_ros scheduler.launch.py params_file:=$PWD/my_robot.yaml',
        'ros2 param set /scheduler detector.deadline_ms 50.0',
    ),
    (
        (
            'TASK.topic, TASK.trigger_topic',
            'images, or any type',
            'Subscribed: what tasks run on.',
        ),
        *RESULT_TOPICS,
        ('~/timing', 'JobTiming', 'One message for each frame and task.'),
        ('~/status', 'SchedulerStatus', 'Rates, misses, drops by reason, units.'),
        ('/diagnostics', 'diagnostic_msgs/DiagnosticArray', 'What is wrong with tasks and units.'),
    ),
    (ParameterGroup('parameters', SCHEDULER_PARAMETERS), TASK_GROUP),
    'docs/parameters.md (decoders, programs and policies have parameters, too), docs/ros.md',
)
