# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames and pictures as values that can be sent to another process."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from edge_sched_ros.execution.encodings import encoding_of
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage


def frame_value(frame: Frame, *, message: bool, camera: bool = False) -> dict[str, Any]:
    """
    Return a frame as a value.

    :param message: whether its message is sent, too
    :param camera: whether what is known of its cameras is; it takes the size of the image, for
        which a compressed one is decoded here
    """
    return {
        'stream': frame.stream,
        'seq': frame.seq,
        'stamp_ns': frame.stamp_ns,
        'frame_id': frame.frame_id,
        'image': None if frame.image is None else image_value(frame.image),
        'message': frame.message if message else None,
        'second': None if frame.second is None else image_value(frame.second),
        'camera': _camera_value(frame.camera_model()) if camera else None,
        'second_camera': _camera_value(frame.second_camera_model()) if camera else None,
    }


def frame_of(value: dict[str, Any]) -> Frame:
    """Return the frame of a value."""
    image, second = value.pop('image'), value.pop('second')
    camera, second_camera = (_camera(value.pop(key)) for key in ('camera', 'second_camera'))
    return Frame(
        **value,
        image=None if image is None else image_of_value(image),
        second=None if second is None else image_of_value(second),
        camera=lambda _: camera,
        second_camera=lambda: second_camera,
    )


def _camera_value(camera: CameraModel | None) -> dict[str, Any] | None:
    if camera is None:
        return None
    return {'matrix': camera.matrix, 'projection': camera.projection}


def _camera(value: dict[str, Any] | None) -> CameraModel | None:
    return None if value is None else CameraModel(**value)


def image_value(image: SourceImage) -> dict[str, Any]:
    """Return a picture in its received form as a value; its pixels are not converted."""
    data, name = image.native()
    padded = bool(name) and not data.flags.c_contiguous
    return {
        # planes of chroma may lie in the padding of rows, so all bytes are sent
        'data': _all_bytes(image) if padded else data,
        'view': (data.shape, data.dtype.str, data.strides) if padded else None,
        'name': name,
        'mosaic': image.mosaic,
        'size': image.known_size,
        'coded_size': image.coded_size,
        'problem': image.problem,
    }


def _all_bytes(image: SourceImage) -> NDArray[np.uint8]:
    """Return the bytes of a picture with padded rows, uncopied, as they were received."""
    data, name = image.native()
    rows, step = data.shape[0], data.strides[0]
    size = step * (rows - 1) + data[0].nbytes
    known = encoding_of(name)
    chroma = None if known is None else known.chroma
    if chroma is not None:
        size = max(size, chroma.bytes_needed(*image.size, step))
    # the message has them: that was checked when it was received
    return as_strided(data[0, 0].view(np.uint8), (size,), (1,), writeable=False)


def image_of_value(value: dict[str, Any]) -> SourceImage:
    """Return the picture of a value."""
    if value['problem'] is not None:
        reason, text = value['problem']
        return SourceImage.refused(NoPictureError(reason, text), size=value['size'])
    data = value['data']
    if value['view'] is not None:
        shape, dtype, strides = value['view']
        data = np.ndarray(shape, dtype, data.data, strides=strides)
    return SourceImage(
        data,
        encoding=encoding_of(value['name']),
        name=value['name'],
        mosaic=value['mosaic'],
        size=value['size'],
        coded_size=value['coded_size'],
    )
