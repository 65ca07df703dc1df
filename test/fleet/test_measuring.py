# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices measure networks that no profile has, with pictures that these take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.measuring import measure_missing
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig


def test_a_network_without_colours_is_measured_with_its_channels(tmp_path):
    pytest.importorskip('onnxruntime')
    path = write_echo(
        tmp_path,
        {'x': ([1, 5, 6, 8], FLOAT)},
        input={'width': 8, 'height': 6, 'colour': 'raw', 'channels': 5},
    )
    task = TaskConfig('a', network=str(path), topic='camera')
    loaded = load_device(PipelineConfig((task,), units=('cpu0',)))
    try:
        (served,) = loaded.networks.values()
        assert not loaded.problems
        assert all(set(on) == {'cpu0'} for on in served.costs_ns.values())
        other = replace(served, channels=4, costs_ns={})
        loaded.networks['other'] = other
        (line,) = measure_missing({'other': other}, loaded.runner)
        assert line == 'other cannot be measured: other_channels'
    finally:
        loaded.close()
