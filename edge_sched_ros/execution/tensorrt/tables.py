# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where a network's INT8 ranges lie, and whether this TensorRT can measure them."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_folder
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.precisions import INT8
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.calibration import WHERE
from edge_sched_ros.execution.tensorrt.settings import BuildSettings


def table_of(spec: NetworkSpec, settings: BuildSettings) -> Path:
    """Return the file of a network's ranges, there or not."""
    return settings.calibration or spec.file.with_suffix('.calib')


def existing_table(spec: NetworkSpec, settings: BuildSettings) -> Path | None:
    """Return the file of ranges to use; one that was named must be there."""
    table = table_of(spec, settings)
    return table if settings.calibration is not None or table.is_file() else None


def check_can_measure(api: Api, precision: str, table: Path) -> None:
    """
    Check before a build of minutes that ranges can be measured and kept.

    :param table: the file they will be written to
    :raises ConfigError: saying what to do instead
    """
    if not hasattr(api.trt, 'IInt8EntropyCalibrator2'):
        raise ConfigError(
            WHERE,
            f'TensorRT {api.version} measures no ranges: export the network with Q/DQ operators '
            'and build it with --precision strong',
        )
    if precision != INT8:
        raise ConfigError(WHERE, f'ranges are for int8, not for {precision}')
    try:
        # folders that are not there are made
        check_folder(table.parent)
        if table.parent.is_dir():
            check_output(table)
    except ConfigError as error:
        problem = f'cannot be written; name another file by --calibration ({error})'
        raise ConfigError(str(table), problem) from None
