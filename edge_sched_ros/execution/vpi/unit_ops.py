# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The operations on pictures by one unit, through VPI."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.formats import format_of
from edge_sched_ros.execution.preprocess.formats import SEMI_PLANAR
from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vision import Warp
from edge_sched_ros.execution.vpi.capability import BACKENDS
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.capability import Version
from edge_sched_ros.execution.vpi.denoiser import VpiDenoiser
from edge_sched_ros.execution.vpi.ops import harris
from edge_sched_ros.execution.vpi.ops import lk_flow
from edge_sched_ros.execution.vpi.ops import rescale
from edge_sched_ros.execution.vpi.ops import stereo
from edge_sched_ros.execution.vpi.planner import Plan
from edge_sched_ros.execution.vpi.planner import plan
from edge_sched_ros.execution.vpi.planner import Refusal
from edge_sched_ros.execution.vpi.run import run_steps
from edge_sched_ros.execution.vpi.session import Session

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
        self._kind = kind
        self._backend = BACKENDS[kind]
        self._version = version
        self._assumed = assumed
        self._plans = lru_cache(maxsize=64)(self._make_plan)

    def convert(self, picture: Any, source: str, target: str) -> Any:
        """Change the colour format."""
        planes = list(picture) if source in SEMI_PLANAR else [picture]
        made = self._images(planes, source, (Request(op='convert', target=target),), target)
        return made if target in SEMI_PLANAR else made[0]

    def rescale(self, picture: Picture, size: Size) -> Picture:
        """Resize, halving as often as need be."""
        return self._image(picture, rescale.requests(_size(picture), size))

    def rescale_nv12(self, planes: Sequence[NDArray[Any]], size: Size) -> list[NDArray[Any]]:
        """
        Resize brightness and colour differences as they are; sizes are even.

        No colour is converted, so it does not matter that VPI's name says full range.
        """
        requests = rescale.requests(_size(planes[0]), size)
        return self._images(planes, 'NV12_ER', requests, 'NV12_ER')

    def remap(self, picture: Picture, warp: Warp) -> Picture:
        """Warp by a map."""
        request = Request(op='remap', size=warp.size, parameters=_WARPING)
        return self._image(picture, (request,), warp)

    def perspective_warp(
        self, picture: Picture, matrix: NDArray[np.float64], size: Size
    ) -> Picture:
        """Warp by a 3x3 matrix."""
        request = Request(op='perspective_warp', size=size, parameters=_WARPING)
        return self._image(picture, (request,), matrix)

    def lk_flow(
        self,
        previous: Picture,
        following: Picture,
        points: NDArray[np.float32],
        *,
        window: int = 11,
        levels: int = 3,
        iterations: int = 10,
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Follow points, as many at a time as the unit's arrays hold."""
        side = min(previous.shape[:2])
        while levels > 1 and side >> (levels - 1) < lk_flow.SMALLEST_LEVEL_PX:
            levels -= 1
        numbers = {'window': window, 'levels': levels, 'iterations': iterations}
        way = self._plan((Request(op='lk_flow', parameters=numbers),), 'U8', _size(previous), '')
        images = [
            self._upload(way, role, picture)
            for role, picture in (('flow from', previous), ('flow to', following))
        ]
        places = np.zeros((0, 2), np.float32)
        found = np.zeros(0, np.bool_)
        for start in range(0, len(points), lk_flow.MOST_POINTS):
            part = np.ascontiguousarray(points[start : start + lk_flow.MOST_POINTS], np.float32)
            there, good = lk_flow.run(
                self._session, images[0], images[1], part, self._backend, **numbers
            )
            places, found = np.concatenate([places, there]), np.concatenate([found, good])
        return places, found

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
        way = self._plan((request,), 'U8', _size(picture), '')
        image = self._upload(way, 'corners of', picture)
        places, scores = harris.run(
            self._session,
            image,
            self._backend,
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
        way = self._plan((Request(op='stereo', parameters=numbers),), 'U8', _size(left), 'S16')
        steps = way.steps
        first = next(index for index, step in enumerate(steps) if step.op == 'stereo')
        sides = []
        for role, picture in (('left', left), ('right', right)):
            image = self._upload(way, role, picture)
            sides.append(run_steps(self._session, steps[:first], image, role))
        matched = self._session.image('disparity', steps[first].size, steps[first].format)
        stereo.submit(
            self._session,
            sides[0],
            sides[1],
            matched,
            self._backend,
            max_disparity=max_disparity,
            window=window,
        )
        result = run_steps(self._session, steps[first + 1 :], matched, 'disparity')
        raw = self._session.download(result, steps[-1].format, 'S16')[0]
        disparity = raw.astype(np.float32) / stereo.STEPS_PER_PX
        # how VPI marks what it does not know is not documented; outside the range it cannot be
        disparity[(disparity < 0) | (disparity >= max_disparity)] = np.nan
        return disparity

    def denoiser(self, size: Size, *, strength: float = 0.5) -> VpiDenoiser:
        """Return a temporal noise reduction."""
        way = self._plan((Request(op='tnr'),), 'BGR8', size, 'BGR8')
        return VpiDenoiser(self._session, way, size, strength)

    def close(self) -> None:
        """Free the stream and its buffers; nothing may be under way."""
        self._session.close()

    # --- inside -------------------------------------------------------------------------------

    def _image(
        self, picture: Picture, requests: tuple[Request, ...], extra: Any = None
    ) -> Picture:
        name = format_of(picture)
        return self._images([picture], name, requests, name, extra)[0]

    def _images(
        self,
        planes: Sequence[NDArray[Any]],
        source: str,
        requests: tuple[Request, ...],
        wanted: str,
        extra: Any = None,
    ) -> list[NDArray[Any]]:
        size = _size(planes[0])
        way = self._plan(requests, source, size, wanted)
        image = self._session.upload('source', size, planes, source, way.upload_format)
        result = run_steps(self._session, way.steps, image, 'step', extra)
        last = way.steps[-1].format if way.steps else way.upload_format
        return self._session.download(result, last, wanted)

    def _upload(self, way: Plan, role: Hashable, picture: Picture) -> Any:
        source = way.source_format
        return self._session.upload(role, _size(picture), [picture], source, way.upload_format)

    def _plan(self, requests: tuple[Request, ...], source: str, size: Size, wanted: str) -> Plan:
        key = tuple((r.op, r.size, r.target, tuple(r.parameters.items())) for r in requests)
        made = self._plans(key, source, size, wanted)
        if isinstance(made, Refusal):
            raise UnsupportedOpError(made.reason)
        return made

    def _make_plan(
        self, key: tuple[Any, ...], source: str, size: Size, wanted: str
    ) -> Plan | Refusal:
        requests = [
            Request(op=op, size=to, target=target, parameters=dict(parameters))
            for op, to, target, parameters in key
        ]
        return plan(
            requests,
            source,
            size,
            kind=self._kind,
            version=self._version,
            wanted=wanted,
            assumed=self._assumed,
        )


def _size(picture: NDArray[Any]) -> Size:
    return picture.shape[1], picture.shape[0]
