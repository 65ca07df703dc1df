# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tensors that a network takes for a frame: its picture, and what ``inputs`` describes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution import more_inputs as kinds
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.programs.frame_pictures import FramePictures
from edge_sched_ros.perception.programs.parts import LiveTensors
from edge_sched_ros.perception.programs.parts import on_host


class NetworkInputs:
    """
    Makes the inputs of a network's runs, and keeps what the next run needs of the last one.

    :param spec: the network
    :param infos: its inputs, as its graph declares them
    """

    def __init__(self, spec: NetworkSpec, infos: Sequence[TensorInfo]) -> None:
        self._spec = spec
        self._infos = {info.name: info for info in infos}
        #: empty when a stack has the picture
        self._name = picture_name(spec, infos)
        self._states = {one.name: one for one in spec.inputs if one.source == kinds.STATE}
        self._constants = {
            one.name: filled(self._infos[one.name], one.value)
            for one in spec.inputs
            if one.source == kinds.CONSTANT
        }
        self._state: dict[str, NDArray[Any]] = {}
        earlier = [
            part.back
            for one in spec.inputs
            for part in one.each
            if part.source == kinds.PREVIOUS_IMAGE
        ]
        #: pictures of the frames before, the newest first
        self._previous: deque[SourceImage] = deque(maxlen=max(earlier, default=0))
        #: number of resets, now and when the job in progress began
        self._resets = self._resets_before = 0
        self.reset()

    def reset(self) -> None:
        """Forget earlier frames; what a job in progress gives is not kept."""
        self._resets += 1
        self._previous.clear()
        self._state = {
            name: filled(self._infos[name], one.value) for name, one in self._states.items()
        }

    def begin_with(self, image: SourceImage) -> None:
        """Take a picture for those of all frames before."""
        self._previous.extend([image] * (self._previous.maxlen or 0))

    def prepare(
        self, preprocessor: Preprocessor, image: SourceImage, context: JobContext
    ) -> tuple[LiveTensors, Transform]:
        """
        Return the inputs of a frame by name, and the transform of its picture.

        :raises FrameError: when the picture cannot be decoded, or another input is missing
        """
        self._resets_before = self._resets
        tensor, transform = preprocessor.prepare(image, self._spec.input)
        live: LiveTensors = {self._name: tensor} if self._name else {}
        pictures = FramePictures(
            preprocessor,
            context,
            image,
            tuple(self._previous),
            spec=self._spec.input,
            tensor=tensor,
            transform=transform,
        )
        if self._previous.maxlen:
            self._previous.appendleft(image)
        for one in self._spec.inputs:
            live[one.name] = (
                self._numbers(one, transform, context)
                if one.shape is None
                else pictures.tensor(one)
            )
        return live, transform

    def _numbers(self, one: MoreInput, transform: Transform, context: JobContext) -> NDArray[Any]:
        if one.name in self._constants:
            return self._constants[one.name]
        if one.name in self._state:
            return self._state[one.name]
        info = self._infos[one.name]
        if one.source == kinds.CAMERA_INFO:
            return _matrix(info, transform, context)
        if one.source == kinds.SCALE_FACTOR:
            numbers = [transform.scale_y, transform.scale_x]
        else:
            numbers = list(_size(one, self._spec, transform))
        return shaped(info, numbers if one.order == 'hw' else numbers[::-1])

    def keep(self, live: Mapping[str, Any]) -> None:
        """
        Keep what the next run needs of the tensors of this one, unless it began before a reset.

        :raises InvalidOutputError: when a state is not finite; all of them begin anew, since every
            later answer would come from it
        """
        if self._resets_before != self._resets:
            return
        for name, one in self._states.items():
            value = self._state[name] = on_host(live[one.output])
            if value.dtype.kind == 'f' and not np.isfinite(value).all():
                self.reset()
                raise InvalidOutputError(one.output, 'not finite: the state begins anew')


def picture_name(spec: NetworkSpec, infos: Sequence[TensorInfo]) -> str:
    """
    Return the name of the input that is the picture; inputs were checked before.

    It is empty when a stack has the picture instead.
    """
    others = {one.name for one in spec.inputs}
    return next((info.name for info in infos if info.name not in others), '')


def state_outputs(spec: NetworkSpec) -> tuple[str, ...]:
    """Return the outputs that the next run of a network takes, which no decoder reads."""
    return tuple(one.output for one in spec.inputs if one.source == kinds.STATE)


def count_of(info: TensorInfo) -> int:
    """Return the number of values of an input for one frame: open dimensions are 1."""
    return math.prod(size or 1 for size in info.shape)


def shaped(info: TensorInfo, numbers: Sequence[float]) -> NDArray[Any]:
    """Return numbers in the shape and type of an input."""
    shape = tuple(size or 1 for size in info.shape)
    return np.array(numbers, np.dtype(info.dtype)).reshape(shape)


def filled(info: TensorInfo, value: Any) -> NDArray[Any]:
    """
    Return an input with constant values, which :func:`fit_inputs.check_more_input` has checked.

    As many as the input takes get its shape; others, such as one number, are broadcast to it.

    :raises ValueError: when they do not fit its shape
    """
    shape = tuple(size or 1 for size in info.shape)
    values = np.asarray(value, np.dtype(info.dtype))
    if values.size == math.prod(shape):
        values = values.reshape(shape)
    # ascontiguousarray would give a scalar a dimension
    return np.array(np.broadcast_to(values, shape), order='C')


def _size(one: MoreInput, spec: NetworkSpec, transform: Transform) -> tuple[float, float]:
    """Return height and width."""
    if one.of == 'network':
        return spec.input.height, spec.input.width
    size = transform.source_height, transform.source_width
    if one.of == 'source':
        return size
    return round(size[0] * transform.scale_y), round(size[1] * transform.scale_x)


def _matrix(info: TensorInfo, transform: Transform, context: JobContext) -> NDArray[Any]:
    """Return the camera matrix of the network's input, 3x3 or as fx, fy, cx, cy."""
    frame = context.frame
    camera = None if frame is None else frame.camera_matrix()
    if camera is None:
        raise FrameError('no_camera_info', f'{context.task}: there is no CameraInfo of the frame')
    scale = np.array([transform.scale_x, transform.scale_y, 1.0])
    matrix = np.array(camera, np.float64)
    # pixel centres are whole numbers, so edges are scaled, not centres
    matrix[:2, 2] += 0.5
    matrix *= scale[:, None]
    matrix[:2, 2] += np.array([transform.offset_x, transform.offset_y]) - 0.5
    if count_of(info) == 4:
        return shaped(info, matrix[[0, 1, 0, 1], [0, 1, 2, 2]].tolist())
    return shaped(info, matrix.reshape(-1).tolist())
