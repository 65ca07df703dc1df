# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scheduler as it is on Humble, and parameters of one that needs no network."""

from __future__ import annotations

from edge_sched_ros.nodes.scheduler_node import SchedulerNode


class LikeHumble(SchedulerNode):
    """A node of a distro that has only the on-set callback."""

    def __getattribute__(self, name):
        if name in ('add_pre_set_parameters_callback', 'add_post_set_parameters_callback'):
            raise AttributeError(name)
        return super().__getattribute__(name)


STEREO = {
    'tasks': ['stereo'],
    'detector__network': None,
    'detector__topic': None,
    'detector__deadline_ms': None,
    'stereo__program': 'stereo',
    'stereo__topic': 'front/image_raw',
    'stereo__focal_px': 400.0,
    'stereo__baseline_m': 0.1,
}
