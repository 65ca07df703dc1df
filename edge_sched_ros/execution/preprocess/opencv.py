# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Preprocessing on CPU cores, by OpenCV and where it can be by the native module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.native_pictures import agrees
from edge_sched_ros.execution.preprocess.native_pictures import Filler
from edge_sched_ros.execution.preprocess.native_pictures import NativePictures
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.preprocess.raw_channels import prepare_raw
from edge_sched_ros.execution.preprocess.tensor import place
from edge_sched_ros.execution.preprocess.tensor import to_tensor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.vision import OPERATIONS
from edge_sched_ros.installation.missing import import_problem
from edge_sched_ros.native.loading import extension
from edge_sched_ros.native.loading import times_chosen


class OpenCvPreprocessor:
    """Converts colour, resizes and normalises in as few passes as possible."""

    name = 'opencv'
    kinds: tuple[str, ...] = ('cpu',)
    ops: Mapping[str, tuple[str, ...]] = {
        op: ('cpu',) for op in ('letterbox', 'crops', *OPERATIONS)
    }

    def __init__(self) -> None:
        self._native: NativePictures | None = None
        #: of the choice that it is of
        self._chosen = -1

    def available(self) -> tuple[bool, str]:
        """Return whether OpenCV is installed."""
        try:
            import cv2
        except ImportError as error:
            return False, import_problem(error)
        # the units run in parallel; OpenCV's own threads would compete with them
        cv2.setNumThreads(1)
        return True, ''

    def for_unit(self, unit: Unit) -> OpenCvPreprocessor:
        """Return itself: it serves every core."""
        if unit.kind not in self.kinds:
            raise ConfigError(unit.name, f'OpenCV serves CPU cores, not units of kind {unit.kind}')
        return self

    def vision(self) -> OpenCvOps:
        """Return the operations by OpenCV."""
        return OpenCvOps()

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """Return the input for one picture and the transform back."""
        if spec.colour == RAW:
            return prepare_raw(image, spec)
        native = self._natively()
        if native is not None and (quick := native.prepare(image, spec)) is not None:
            return quick
        picture = image.bgr()
        transform = fit(spec, picture.shape[1], picture.shape[0])
        return to_tensor([_place(picture, spec, transform)], spec), transform

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each box."""
        native = self._natively()
        if native is not None and (quick := native.crops(image, boxes_xyxy, spec)) is not None:
            return quick
        picture = image.bgr()
        height, width = picture.shape[:2]
        parts: list[Any] = []
        for x0, y0, x1, y1 in np.rint(boxes_xyxy).astype(int):
            # at least two pixels: OpenCV 4.5 cannot enlarge a single one
            left, top = max(0, min(x0, width - 2)), max(0, min(y0, height - 2))
            right, bottom = min(max(x1, left + 2), width), min(max(y1, top + 2), height)
            parts.append(
                OpenCvOps().rescale(
                    picture[top:bottom, left:right],
                    (spec.width, spec.height),
                    interpolation=spec.interpolation,
                )
            )
        return to_tensor(parts, spec)

    def filler(self, spec: InputSpec) -> Filler | None:
        """Return what fills tensors with pictures natively; ``None`` without a native form."""
        native = None if spec.colour == RAW else self._natively()
        return None if native is None else native.filler(spec)

    def why_not_native(self, spec: InputSpec) -> str:
        """Return why this input is not made natively of any picture; empty where it is."""
        native = self._natively()
        if native is None:
            return 'without the native module'
        return f'colour: {RAW}' if spec.colour == RAW else native.why_not(spec)

    def _natively(self) -> NativePictures | None:
        """Return the native form; ``None`` where nothing native is used."""
        chosen = times_chosen()
        if chosen != self._chosen:
            module = extension()
            self._native = None if module is None else NativePictures(module)
            self._chosen = chosen
        return self._native

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


def why_prepared_in_python() -> str:
    """Return why the native module prepares nothing on this machine; empty where it does."""
    module = extension()
    if module is None or not OpenCvPreprocessor().available()[0] or agrees(module):
        return ''
    return 'pictures are prepared in Python: OpenCV resizes with other numbers here'


def _place(picture: Any, spec: InputSpec, transform: Transform) -> Any:
    """Return the picture at the network's size, letterboxed, stretched or cropped."""
    width = round(transform.source_width * transform.scale_x)
    height = round(transform.source_height * transform.scale_y)
    if (width, height) != (transform.source_width, transform.source_height):
        picture = OpenCvOps().rescale(picture, (width, height), interpolation=spec.interpolation)
    return place(picture, spec, transform)


PREPROCESSOR = OpenCvPreprocessor
