# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A tensor that goes from one device to another, whatever carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_sched_ros.fleet.wire.frame_key import FrameKey


@dataclass(frozen=True, slots=True)
class TensorRecord:
    """
    A tensor on its way from device to device.

    :param kind: ``tensor``, ``image``, ``compressed`` or ``result``
    :param dtype: of numpy; the encoding of an image
    :param shape: of the tensor; height, width, step and byte order of an image
    :param of_frame: whether it came with the frame, and serves all jobs of that
    :param data: contiguous bytes, any buffer
    :param sent_ns: on the sender's clock
    """

    session: int
    job: int
    frame: FrameKey
    of_frame: bool
    tensor: str
    source: str
    target: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    sent_ns: int
    data: Any = b''

    @property
    def nbytes(self) -> int:
        """Size of the data in bytes."""
        return memoryview(self.data).nbytes
