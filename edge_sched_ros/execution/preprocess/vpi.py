# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Preprocessing by NVIDIA VPI on VIC and GPU; PVA for what it can do.

The unit resizes. Padding and the conversion to a planar tensor of numbers are done on the CPU, by
the unit's own thread: VPI has no operation for them. So a ``vic`` stage still costs its thread
some CPU time, and the result lies in the CPU's memory. A camera's NV12 goes to the unit as it is;
only what comes back, of the network's size, becomes BGR.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.tensor import place
from edge_sched_ros.execution.preprocess.tensor import to_tensor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import fit_even
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import BACKENDS
from edge_sched_ros.execution.vpi.planner import HELPERS
from edge_sched_ros.execution.vpi.probe import facts_of
from edge_sched_ros.execution.vpi.probe import VpiFacts
from edge_sched_ros.execution.vpi.session import Session
from edge_sched_ros.execution.vpi.table import CAPABILITIES
from edge_sched_ros.execution.vpi.table import kinds_by_op
from edge_sched_ros.execution.vpi.unit_ops import VpiOps

_log = logging.getLogger(__name__)


class VpiPreprocessor:
    """
    Preprocessing by VPI.

    ``for_unit`` gives the preprocessor of one unit; this one only knows what there is.
    """

    name = 'vpi'
    kinds: tuple[str, ...] = ('vic', 'pva', 'gpu')

    def __init__(self) -> None:
        self._facts: VpiFacts | None = None

    @property
    def ops(self) -> Mapping[str, tuple[str, ...]]:
        """Operation -> kinds of units of this machine that can do it."""
        facts = self._known()
        if facts.reason:
            return {op: () for op in ('letterbox', 'crops', *CAPABILITIES)}
        ops = kinds_by_op(facts.version, facts.backends)
        # crops are small and of any size: the way to a unit and back costs more than the work
        return {'letterbox': ops['rescale'], 'crops': (), **ops}

    def available(self) -> tuple[bool, str]:
        """Return whether VPI is here with a backend other than the CPU."""
        reason = self._known().reason
        return not reason, reason

    def _known(self) -> VpiFacts:
        if self._facts is None:
            self._facts = facts_of(probes.probe_machine().vpi)
        return self._facts

    def for_unit(self, unit: Unit) -> VpiUnitPreprocessor:
        """
        Return the preprocessor of one unit.

        :raises ConfigError: when VPI or the unit's backend is not there
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
        """Work is done by a unit: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """Work is done by a unit: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Work is done by a unit: see ``for_unit``."""
        raise ConfigError('preprocessor', 'vpi works on a unit: use for_unit')

    def close(self) -> None:
        """Nothing is held: units hold what they need."""


class VpiUnitPreprocessor(VpiPreprocessor):
    """
    Preprocessing by one unit; used by its thread only.

    :param kind: of the unit
    """

    def __init__(self, kind: str, facts: VpiFacts) -> None:
        super().__init__()
        self._facts = facts
        self.kinds = (kind,)
        self._kind = kind
        self._opencv = OpenCvPreprocessor()
        self._ops: VpiOps | None = None
        #: why pictures were resized on the CPU instead -> how often
        self.fallbacks: dict[str, int] = {}

    def vision(self) -> VpiOps:
        """Return the unit's operations; made by the first call, which the unit's thread makes."""
        if self._ops is None:
            backend = BACKENDS[self._kind]
            helpers = [name for name in HELPERS.get(backend, ()) if name in self._known().backends]
            session = Session(importlib.import_module('vpi'), [backend, *helpers])
            self._ops = VpiOps(session, self._kind, self._known().version)
        return self._ops

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """
        Return the input of one picture and the way back.

        What the unit cannot do (a picture of 12 pixels, say) is done by OpenCV on its thread, and
        counted: an answer late is better than none.
        """
        data, encoding = image.native()
        try:
            if encoding == 'nv12':
                resized, transform = self._resize_nv12(image, data[..., 0], spec)
            else:
                resized, transform = self._resize_bgr(image.bgr(), spec)
        except UnsupportedOpError as error:
            self._count(str(error))
            return self._opencv.prepare(image, spec)
        return to_tensor([place(resized, spec, transform)], spec), transform

    def _resize_bgr(
        self, source: NDArray[np.uint8], spec: InputSpec
    ) -> tuple[NDArray[np.uint8], Transform]:
        # the GPU takes any size; others only even ones
        gpu = self._kind == 'gpu'
        picture = source if gpu else _even(source)
        height, width = picture.shape[:2]
        transform = (fit if gpu else fit_even)(spec, width, height)
        size = _scaled(transform)
        resized = picture if size == (width, height) else self.vision().rescale(picture, size)
        return resized, replace(
            transform, source_width=source.shape[1], source_height=source.shape[0]
        )

    def _resize_nv12(
        self, image: SourceImage, data: NDArray[np.uint8], spec: InputSpec
    ) -> tuple[NDArray[np.uint8], Transform]:
        import cv2

        height, width = data.shape[0] * 2 // 3, data.shape[1]
        transform = fit_even(spec, width, height)
        size = _scaled(transform)
        if size == (width, height):
            return image.bgr(), transform
        # in each row of colour differences blue and red take turns
        planes = [data[:height], data[height:].reshape(height // 2, width // 2, 2)]
        made = self.vision().rescale_nv12(planes, size)
        return cv2.cvtColorTwoPlane(made[0], made[1], cv2.COLOR_YUV2BGR_NV12), transform  # type: ignore[return-value]

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each box; by OpenCV on the unit's thread."""
        return self._opencv.crops(image, boxes_xyxy, spec)

    def close(self) -> None:
        """Free the stream and its buffers; nothing may be under way."""
        ops, self._ops = self._ops, None
        if ops is not None:
            ops.close()

    def _count(self, reason: str) -> None:
        if reason not in self.fallbacks:
            _log.warning('resized on the CPU instead: %s', reason)
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1


def _scaled(transform: Transform) -> tuple[int, int]:
    """Return the width and height the source has in the network's input."""
    return (
        round(transform.source_width * transform.scale_x),
        round(transform.source_height * transform.scale_y),
    )


def _even(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with even sides, its last row and column repeated where need be."""
    import cv2

    down, right = picture.shape[0] % 2, picture.shape[1] % 2
    if not (down or right):
        return picture
    return cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[return-value]


PREPROCESSOR = VpiPreprocessor
