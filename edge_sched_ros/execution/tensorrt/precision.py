# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a network is computed in, and where INT8 ranges come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.precisions import AUTO
from edge_sched_ros.execution.precisions import FP16
from edge_sched_ros.execution.precisions import FP32
from edge_sched_ros.execution.precisions import INT8
from edge_sched_ros.execution.precisions import STRONG
from edge_sched_ros.execution.tensorrt import parsing
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.calibration import FedInput
from edge_sched_ros.execution.tensorrt.calibration import Feed
from edge_sched_ros.execution.tensorrt.calibration import make_calibrator
from edge_sched_ros.execution.tensorrt.calibration import Sample
from edge_sched_ros.execution.tensorrt.calibration import WHERE
from edge_sched_ros.execution.tensorrt.files import read_bytes
from edge_sched_ros.execution.tensorrt.shapes import add_calibration_profile
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target


@dataclass(frozen=True, slots=True)
class Ranges:
    """
    Where INT8 ranges come from, where the file does not say them.

    :param table: file of ranges measured before, if there is one
    :param inputs: to measure them from instead, each a tensor for every input: a batch of 1, or
        for a segment a whole batch
    :param drv: pycuda's driver module, to bring inputs to the device
    """

    table: Path | None = None
    inputs: Iterable[Sample] | None = None
    drv: Any = None


def choose_precision(api: Api, wanted: str, target: Target) -> str:
    """
    Return the precision to build with.

    :raises ConfigError: when this release or the unit cannot do it, saying what it can
    """
    has_fp16 = api.builder_flag('FP16') is not None
    if wanted == AUTO:
        wanted = FP16 if has_fp16 else STRONG
    missing = {FP16: not has_fp16, INT8: api.builder_flag('INT8') is None}
    if missing.get(wanted):
        raise ConfigError(
            '--precision',
            f'TensorRT {api.version} has no {wanted} switch, types come from the ONNX file: '
            f'export it in {wanted} and use strong',
        )
    if wanted == STRONG and not api.network_flag('STRONGLY_TYPED'):
        raise ConfigError('--precision', f'TensorRT {api.version} cannot build strongly typed')
    if wanted == FP32 and target.kind == DLA:
        raise ConfigError('--precision', 'a DLA computes in fp16 or int8, not in fp32')
    return wanted


class Precision:
    """
    The switches of one build, and what must live as long as it.

    :param precision: never ``auto``: see :func:`choose_precision`
    :param where: what messages begin with
    """

    def __init__(self, precision: str, ranges: Ranges, where: str) -> None:
        self._precision = precision
        self._ranges = ranges
        self._where = where
        self._feed: Feed | None = None
        #: TensorRT keeps no reference of its own to it
        self._calibrator: Any = None

    def apply(self, api: Api, builder: Any, config: Any, network: Any, spec: NetworkSpec) -> None:
        """
        Set the switches.

        :raises ConfigError: when int8 has no ranges, or ranges of two kinds
        """
        if self._precision in (FP16, INT8):
            # of int8: layers without that form are faster so, and a DLA has no other for them
            config.set_flag(api.builder_flag('FP16'))
        if self._precision != INT8:
            return
        config.set_flag(api.builder_flag('INT8'))
        if parsing.has_ranges(api, network):
            if self._ranges.inputs is not None:
                raise ConfigError(
                    WHERE, f'{spec.file} has ranges of its own (Q/DQ operators): none are measured'
                )
            return
        self._calibrator = self._make_calibrator(api, builder, config, network, spec)
        if self._calibrator is None:
            raise ConfigError(
                self._where,
                f'{spec.file} has no ranges for int8: it needs Q/DQ operators, or a calibration '
                f'table {spec.file.with_suffix(".calib")}, which edge-sched build --calibrate '
                'FOLDER measures from pictures',
            )
        config.int8_calibrator = self._calibrator

    def _make_calibrator(
        self, api: Api, builder: Any, config: Any, network: Any, spec: NetworkSpec
    ) -> Any | None:
        ranges = self._ranges
        if ranges.inputs is not None:
            self._feed = _feed(api, builder, config, network, spec, ranges)
            return make_calibrator(api.trt, feed=self._feed)
        if ranges.table is not None:
            return make_calibrator(api.trt, table=read_bytes(ranges.table))
        return None

    def check(self) -> None:
        """Raise what went wrong while ranges were measured."""
        if self._calibrator is not None and self._calibrator.raised is not None:
            raise self._calibrator.raised

    def table(self) -> bytes:
        """
        Return the table that was measured; empty when none was to be.

        :raises ConfigError: when TensorRT made none
        """
        if self._feed is None:
            return b''
        if not self._calibrator.table:
            raise ConfigError(WHERE, 'TensorRT measured no ranges')
        return bytes(self._calibrator.table)

    def free(self) -> None:
        """Free the memory of inputs; the build must have ended."""
        if self._feed is not None:
            self._feed.free()


def _feed(
    api: Api, builder: Any, config: Any, network: Any, spec: NetworkSpec, ranges: Ranges
) -> Feed:
    """Return what brings samples to the device, for the inputs as this build knows them."""
    assert ranges.inputs is not None
    tensors = {t.name: t for t in map(network.get_input, range(network.num_inputs))}
    if spec.segment is None:
        # of a picture there is one; what messages say of more is the feed's
        tensors = dict(list(tensors.items())[:1])
    else:
        tensors = {info.name: tensors[info.name] for info in spec.segment.inputs}
    shapes = add_calibration_profile(builder, config, tuple(tensors.values()), spec)
    inputs = [
        FedInput(name, shape, np.dtype(api.trt.nptype(tensor.dtype)))
        for (name, tensor), shape in zip(tensors.items(), shapes)
    ]
    count = shapes[0][0] if spec.segment is None else 1
    return Feed(ranges.drv, ranges.inputs, inputs, count)
