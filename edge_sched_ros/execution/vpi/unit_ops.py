# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The operations on pictures by one unit, through VPI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.flow_field import follow
from edge_sched_ros.execution.preprocess.formats import SEMI_PLANAR
from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vision import Warp
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.capability import Version
from edge_sched_ros.execution.vpi.denoiser import VpiDenoiser
from edge_sched_ros.execution.vpi.ops import harris
from edge_sched_ros.execution.vpi.ops import rescale
from edge_sched_ros.execution.vpi.ops import stereo
from edge_sched_ros.execution.vpi.run import run_steps
from edge_sched_ros.execution.vpi.session import Session
from edge_sched_ros.execution.vpi.unit_flow import flow_of_all
from edge_sched_ros.execution.vpi.unit_flow import follow_points
from edge_sched_ros.execution.vpi.unit_plans import size_of
from edge_sched_ros.execution.vpi.unit_plans import UnitPlans

_WARPING = {'interpolation': 'linear', 'border': 'zero'}


class VpiOps:
    """
    What :class:`~edge_sched_ros.execution.vision.VisionOps` promises, on one unit.

    Used by that unit's thread only. Each call copies in, waits, and copies out.

    :param kind: of the unit: ``gpu``, ``vic``, ``pva`` or ``ofa``
    :param version: of VPI
    :param assumed: whether to rely on what is not documented but assumed of a backend
    """

    def __init__(
        self, session: Session, kind: str, version: Version, *, assumed: bool = False
    ) -> None:
        self._session = session
        self._unit = UnitPlans(session, kind, version, assumed)

    def convert(self, picture: Any, source: str, target: str) -> Any:
        """Change the colour format."""
        planes = list(picture) if source in SEMI_PLANAR else [picture]
        requests = (Request(op='convert', target=target),)
        made = self._unit.images(planes, source, requests, target)
        return made if target in SEMI_PLANAR else made[0]

    def rescale(self, picture: Picture, size: Size, *, interpolation: str = 'linear') -> Picture:
        """Resize."""
        return self._unit.image(picture, rescale.requests(size_of(picture), size, interpolation))

    def rescale_nv12(
        self, planes: Sequence[NDArray[Any]], size: Size, *, interpolation: str = 'linear'
    ) -> list[NDArray[Any]]:
        """
        Resize brightness and colour differences as they are; sizes are even.

        No colour is converted, so it does not matter that VPI's name says full range.
        """
        requests = rescale.requests(size_of(planes[0]), size, interpolation)
        return self._unit.images(planes, 'NV12_ER', requests, 'NV12_ER')

    def remap(self, picture: Picture, warp: Warp) -> Picture:
        """Warp by a map."""
        request = Request(op='remap', size=warp.size, parameters=_WARPING)
        return self._unit.image(picture, (request,), warp)

    def perspective_warp(
        self, picture: Picture, matrix: NDArray[np.float64], size: Size
    ) -> Picture:
        """Warp by a 3x3 matrix."""
        request = Request(op='perspective_warp', size=size, parameters=_WARPING)
        return self._unit.image(picture, (request,), matrix)

    def dense_flow(self, previous: Picture, following: Picture) -> NDArray[np.float32]:
        """Follow every pixel."""
        return flow_of_all(self._unit, previous, following)

    def point_flow(
        self, previous: Picture, following: Picture, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Follow points; on an OFA, which knows only how blocks move, by the flow of all."""
        if self._unit.kind == 'ofa':
            return follow(self.dense_flow(previous, following), points)
        return follow_points(self._unit, previous, following, points)

    def harris(
        self,
        picture: Picture,
        *,
        quality: float = 0.05,
        sensitivity: float = 0.04,
        min_distance: float = 8.0,
        most: int = 500,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Find corners; the unit gives them in raster order."""
        request = Request(op='harris', parameters={'min_distance': float(min_distance)})
        way = self._unit.plan((request,), 'U8', size_of(picture))
        images, _ = self._unit.ready(way, 'harris', corners=picture)
        places, scores = harris.run(
            self._session,
            images[0],
            self._unit.backend,
            sensitivity=sensitivity,
            min_distance=float(min_distance),
        )
        order = np.argsort(-scores, kind='stable')[:most]
        places, scores = places[order], scores[order] / max(float(scores.max(initial=0)), 1e-12)
        strong = scores >= quality
        return places[strong], scores[strong]

    def stereo(
        self, left: Picture, right: Picture, *, max_disparity: int = 64, window: int = 5
    ) -> NDArray[np.float32]:
        """Match two grey pictures."""
        numbers = {'max_disparity': max_disparity, 'downscale': 1}
        request = Request(op='stereo', parameters=numbers)
        way = self._unit.plan((request,), 'U8', size_of(left), 'S16')
        (one, other), (match, *after) = self._unit.ready(way, 'stereo', left=left, right=right)
        matched = self._session.image('disparity', match.size, match.format)
        wanted = {'max_disparity': max_disparity, 'window': window}
        stereo.submit(self._session, one, other, matched, match.backend, **wanted)
        result = run_steps(self._session, after, matched, 'disparity')
        raw = self._session.download(result, way.steps[-1].format, 'S16')[0]
        disparity = raw.astype(np.float32) / stereo.STEPS_PER_PX
        # how VPI marks what it does not know is not documented; outside the range it cannot be
        disparity[(disparity < 0) | (disparity >= max_disparity)] = np.nan
        return disparity

    def denoiser(self, size: Size, *, strength: float = 0.5) -> VpiDenoiser:
        """Return a temporal noise reduction."""
        way = self._unit.plan((Request(op='tnr'),), 'BGR8', size, 'BGR8')
        return VpiDenoiser(self._session, way, size, strength)

    def close(self) -> None:
        """Free the stream and its buffers; nothing may be under way."""
        self._session.close()
