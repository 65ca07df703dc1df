# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frame rates as JSON with the keys of ros2_benchmark, whose results Isaac ROS publishes."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import yaml

from benchmarks.side_by_side.analysis.frame_rates import Bounds
from benchmarks.side_by_side.analysis.frame_rates import Metrics
from benchmarks.side_by_side.experiments.frame_rates import CPU
from benchmarks.side_by_side.experiments.frame_rates import FIXED_HZ
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH

#: ros2_benchmark's number for a few pictures that are played again and again
_LOOPING = 1


def write_reports(summary: dict[str, Any], folder: Path) -> list[Path]:
    """
    Write one file per graph, ``edge_sched_ros_GRAPH_graph.json``; nothing where none was measured.

    :param summary: with ``machine`` and ``frame_rates``
    :returns: the files
    """
    written = []
    for graph, found in (summary.get('frame_rates') or {}).items():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f'edge_sched_ros_{graph}_graph.json'
        file.write_text(json.dumps(_report(graph, found, summary['machine']), indent=4) + '\n')
        written.append(file)
    return written


def _report(graph: str, found: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    return {
        **_metrics(found['peak']),
        **{rate: _metrics(tasks) for rate, tasks in found['fixed'].items()},
        'custom': {
            'data_resolution': f'{WIDTH}x{HEIGHT}',
            'cpu': machine['cpu'],
            'cores': machine['cores'],
            'ros': machine['ros'],
            'commit': machine['commit'],
            'frames': 'dropped where they cannot be answered by their deadline; they are missed',
        },
        'metadata': _metadata(graph, found, machine),
    }


def _metrics(tasks: dict[str, Metrics]) -> dict[str, Any]:
    """Return the metrics of one task, or of several under the name of each, as for monitors."""
    named = {
        task: {_key(name): value for name, value in own.items()} for task, own in tasks.items()
    }
    return next(iter(named.values())) if len(named) == 1 else named


def _key(name: str) -> str:
    return f'{"CPUProfilingMetrics" if name == CPU else "BasicPerformanceMetrics"}.{name}'


def _metadata(graph: str, found: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    pictures = Path(found['pictures'])
    values = {
        'NAME': f'edge_sched_ros {graph} graph',
        'TEST_DATETIME': machine['date'],
        'DEVICE_HOSTNAME': platform.node(),
        'DEVICE_ARCH': machine['machine'],
        'DEVICE_OS': machine['system'],
        'IDLE_CPU_UTIL': found['idle_cpu_percent'],
        'BENCHMARK_MODE': _LOOPING,
        'PEAK_THROUGHPUT_PREDICTION': found['peak_hz'],
        'INPUT_DATA_PATH': pictures.name,
        'INPUT_DATA_SIZE': pictures.stat().st_size,
        'CONFIG': _config(found),
    }
    return {f'BenchmarkMetadata.{name}': value for name, value in values.items()}


def _config(found: dict[str, Any]) -> str:
    """Return the conditions, with ros2_benchmark's names, as YAML."""
    bounds = Bounds(**found['bounds'])
    config = {
        'additional_fixed_publisher_rate_tests': list(FIXED_HZ),
        'benchmark_duration': found['seconds'],
        'binary_search_acceptable_frame_loss_fraction': bounds.loss,
        'binary_search_acceptable_frame_rate_drop': bounds.drop_hz,
        'binary_search_duration_fraction': 1.0,
        'binary_search_terminal_interval_width': bounds.width_hz,
        'publisher_lower_frequency': bounds.lower_hz,
        'publisher_upper_frequency': bounds.upper_hz,
        'test_iterations': found['trials'],
    }
    return yaml.safe_dump({'ros2_benchmark_config': config})
