# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Temporal noise reduction of one camera by one unit."""

from __future__ import annotations

from itertools import count
from typing import Any

from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.ops import tnr
from edge_sched_ros.execution.vpi.plans import Plan
from edge_sched_ros.execution.vpi.run import run_steps
from edge_sched_ros.execution.vpi.session import Session

_serial = count()


class VpiDenoiser:
    """
    Remembers the frame before, in VPI's memory.

    :param way: how a BGR picture gets to the filter and back
    :param strength: 0 to 1
    """

    def __init__(self, session: Session, way: Plan, size: Size, strength: float) -> None:
        self._session = session
        self._way = way
        self._size = size
        self._strength = strength
        self._filter: Any = None
        self._turn = 0
        self._serial = next(_serial)

    def __call__(self, picture: Picture) -> Picture:
        """Return the picture with less noise."""
        if (picture.shape[1], picture.shape[0]) != self._size:
            raise UnsupportedOpError(
                f'noise reduction was made for {self._size[0]}x{self._size[1]} pixels, '
                f'not {picture.shape[1]}x{picture.shape[0]}'
            )
        steps = self._way.steps
        at = next(index for index, step in enumerate(steps) if step.op == 'tnr')
        if self._filter is None:
            self._filter = tnr.make(self._session, self._size, steps[at].backend)
        # the filter may still look at the image before
        self._turn = 1 - self._turn
        role = f'noisy {self._serial} {self._turn}'
        image = self._session.upload(
            role, self._size, [picture], self._way.source_format, self._way.upload_format
        )
        image = run_steps(self._session, steps[:at], image, role)
        clean = tnr.submit(self._session, self._filter, image, strength=self._strength)
        clean = run_steps(self._session, steps[at + 1 :], clean, 'clean')
        return self._session.download(clean, steps[-1].format, self._way.result_format)[0]

    def reset(self) -> None:
        """Forget the frame before."""
        self._session.sync()
        self._filter = None
