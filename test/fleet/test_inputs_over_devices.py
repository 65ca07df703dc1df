# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs beside the picture are for one device: a coordinator's devices refuse them by name."""

from __future__ import annotations

import pytest
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig

pytest.importorskip('onnxruntime')


@pytest.mark.parametrize(
    ('more', 'told'),
    [
        ({'second_topic': 'right'}, r'a\.second_topic: a coordinator of devices pairs no images'),
        ({}, r"echo\.yaml: inputs: a coordinator's devices run networks on one picture: a needs"),
    ],
)
def test_devices_run_networks_on_one_picture(tmp_path, more, told):
    network = write_echo(
        tmp_path,
        {'x': ([1, 3, 6, 8], FLOAT), 'size': ([1, 2], FLOAT)},
        inputs={'size': {'from': 'image_size'}},
    )
    task = TaskConfig('a', network=str(network), topic='camera', units=('cpu',), **more)
    with pytest.raises(ConfigError, match=told):
        load_device(PipelineConfig((task,)))
