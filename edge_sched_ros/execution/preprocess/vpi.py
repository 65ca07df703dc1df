# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Preprocessing by NVIDIA VPI on VIC and GPU; PVA and OFA for their operations.

The unit resizes. Padding and the conversion to a planar tensor run on the CPU, in the unit's own
thread, since VPI has no operation for them. So a ``vic`` stage still costs its thread some CPU
time, and the result is in the CPU's memory. A camera's NV12 goes to the unit unchanged; only the
result, of the network's size, is converted to BGR.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.tensor import place
from edge_sched_ros.execution.preprocess.tensor import to_tensor
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.preprocess.vpi_resize import resize_bgr
from edge_sched_ros.execution.preprocess.vpi_resize import resize_nv12
from edge_sched_ros.execution.vision import OPERATIONS
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import BACKENDS
from edge_sched_ros.execution.vpi.capability import HELPERS
from edge_sched_ros.execution.vpi.probe import facts_of
from edge_sched_ros.execution.vpi.probe import VpiFacts
from edge_sched_ros.execution.vpi.session import Session
from edge_sched_ros.execution.vpi.table import kinds_by_op
from edge_sched_ros.execution.vpi.unit_ops import VpiOps

_log = logging.getLogger(__name__)


class VpiPreprocessor:
    """
    Preprocessing by VPI.

    ``for_unit`` gives the preprocessor of one unit; this object only describes the machine.
    """

    name = 'vpi'
    kinds: tuple[str, ...] = tuple(BACKENDS)

    def __init__(self) -> None:
        self._facts: VpiFacts | None = None

    @property
    def ops(self) -> Mapping[str, tuple[str, ...]]:
        """Operation -> kinds of units of this machine that support it."""
        facts = self._known()
        if facts.reason:
            return {op: () for op in ('letterbox', 'crops', *OPERATIONS)}
        ops = kinds_by_op(facts.version, facts.backends)
        # points are tracked by one or the other
        flow = (*ops.pop('lk_flow'), *ops['dense_flow'])
        # crops are small and of any size: the transfer to a unit and back costs more than the work
        return {'letterbox': ops['rescale'], 'crops': (), **ops, 'point_flow': flow}

    def available(self) -> tuple[bool, str]:
        """Return whether VPI is installed with a backend other than the CPU."""
        reason = self._known().reason
        return not reason, reason

    def _known(self) -> VpiFacts:
        if self._facts is None:
            self._facts = facts_of(probes.probe_machine().vpi)
        return self._facts

    def for_unit(self, unit: Unit) -> VpiUnitPreprocessor:
        """
        Return the preprocessor of one unit.

        :raises ConfigError: when VPI or the unit's backend is missing
        """
        facts = self._known()
        if facts.reason:
            raise ConfigError(unit.name, facts.reason)
        backend = BACKENDS.get(unit.kind, '')
        if backend not in facts.backends:
            known = ', '.join(sorted(facts.backends))
            raise ConfigError(
                unit.name, f'VPI has no backend for kind {unit.kind} here (it has {known})'
            )
        return VpiUnitPreprocessor(unit.kind, facts)

    def vision(self) -> VpiOps:
        """Only units do this: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """Only units do this: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Only units do this: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def close(self) -> None:
        """Do nothing: the resources belong to units."""


class VpiUnitPreprocessor(VpiPreprocessor):
    """
    Preprocessing by one unit; used by its thread only.

    :param kind: kind of the unit
    """

    def __init__(self, kind: str, facts: VpiFacts) -> None:
        super().__init__()
        self._facts = facts
        self.kinds = (kind,)
        self._kind = kind
        self._opencv = OpenCvPreprocessor()
        self._ops: VpiOps | None = None
        #: why pictures were resized on the CPU instead -> number of pictures
        self.fallbacks: dict[str, int] = {}

    def vision(self) -> VpiOps:
        """Return the unit's operations, made on the first call by the unit's thread."""
        if self._ops is None:
            backend = BACKENDS[self._kind]
            helpers = [name for name in HELPERS.get(backend, ()) if name in self._known().backends]
            session = Session(importlib.import_module('vpi'), [backend, *helpers])
            self._ops = VpiOps(session, self._kind, self._known().version)
        return self._ops

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """
        Return the input for one picture and the transform back.

        Pictures that the unit does not support (e.g. of 12 pixels) are resized by OpenCV on its
        thread, and counted: a late result is better than none.
        """
        if spec.colour == RAW:
            return self._opencv.prepare(image, spec)
        data, encoding = image.native()
        try:
            if encoding == 'nv12':
                resized, transform = resize_nv12(self.vision, image, data[..., 0], spec)
            else:
                # the GPU takes any size; others only even ones
                even = self._kind != 'gpu'
                resized, transform = resize_bgr(self.vision, image.bgr(), spec, even=even)
        except UnsupportedOpError as error:
            self._count(str(error))
            return self._opencv.prepare(image, spec)
        return to_tensor([place(resized, spec, transform)], spec), transform

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each box; by OpenCV on the unit's thread."""
        return self._opencv.crops(image, boxes_xyxy, spec)

    def close(self) -> None:
        """Free the stream and its buffers; nothing may be in progress."""
        ops, self._ops = self._ops, None
        if ops is not None:
            ops.close()

    def _count(self, reason: str) -> None:
        if reason not in self.fallbacks:
            _log.warning('resized on the CPU instead: %s', reason)
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1


PREPROCESSOR = VpiPreprocessor
