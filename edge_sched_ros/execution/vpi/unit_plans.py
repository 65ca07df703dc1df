# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One unit's plans, made once, and pictures carried along them."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence
from functools import lru_cache
from functools import partial
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.formats import format_of
from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import BACKENDS
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.capability import Version
from edge_sched_ros.execution.vpi.planner import plan
from edge_sched_ros.execution.vpi.plans import Plan
from edge_sched_ros.execution.vpi.plans import Refusal
from edge_sched_ros.execution.vpi.plans import Step
from edge_sched_ros.execution.vpi.run import run_steps
from edge_sched_ros.execution.vpi.session import Session


class UnitPlans:
    """
    What all operations of one unit are done with.

    :param kind: of the unit: ``gpu``, ``vic``, ``pva`` or ``ofa``
    :param version: of VPI
    :param assumed: whether to rely on what is not documented but assumed of a backend
    """

    def __init__(self, session: Session, kind: str, version: Version, assumed: bool) -> None:
        self.session = session
        self.kind = kind
        self.backend = BACKENDS[kind]
        # a bound method would keep this object, and the session with its stream, in a circle
        self._plans = lru_cache(maxsize=64)(partial(_make, kind, version, assumed))

    def plan(self, requests: Sequence[Request], source: str, size: Size, wanted: str = '') -> Plan:
        """
        Return how the unit does something.

        :raises UnsupportedOpError: when it cannot, saying why
        """
        key = tuple((r.op, r.size, r.target, tuple(r.parameters.items())) for r in requests)
        made = self._plans(key, source, size, wanted)
        if isinstance(made, Refusal):
            raise UnsupportedOpError(made.reason)
        return made

    def upload(self, way: Plan, role: Hashable, picture: Picture) -> Any:
        """Copy a picture in, in the form its way begins with."""
        source = way.source_format
        return self.session.upload(role, size_of(picture), [picture], source, way.upload_format)

    def ready(self, way: Plan, op: str, **pictures: Picture) -> tuple[list[Any], tuple[Step, ...]]:
        """
        Bring pictures to where an operation begins; their names tell their images apart.

        :returns: their images, not waited for, and the steps from the operation on
        """
        first = next(index for index, step in enumerate(way.steps) if step.op == op)
        images = [
            run_steps(self.session, way.steps[:first], self.upload(way, role, picture), role)
            for role, picture in pictures.items()
        ]
        return images, way.steps[first:]

    def image(self, picture: Picture, requests: tuple[Request, ...], extra: Any = None) -> Picture:
        """Return a picture of the same format, changed as requested; a copy."""
        name = format_of(picture)
        return self.images([picture], name, requests, name, extra)[0]

    def images(
        self,
        planes: Sequence[NDArray[Any]],
        source: str,
        requests: tuple[Request, ...],
        wanted: str,
        extra: Any = None,
    ) -> list[NDArray[Any]]:
        """Return a picture's planes, changed as requested, in another format; copies."""
        size = size_of(planes[0])
        way = self.plan(requests, source, size, wanted)
        image = self.session.upload('source', size, planes, source, way.upload_format)
        result = run_steps(self.session, way.steps, image, 'step', extra)
        last = way.steps[-1].format if way.steps else way.upload_format
        return self.session.download(result, last, wanted)


def _make(
    kind: str,
    version: Version,
    assumed: bool,
    key: tuple[Any, ...],
    source: str,
    size: Size,
    wanted: str,
) -> Plan | Refusal:
    requests = [
        Request(op=op, size=to, target=target, parameters=dict(parameters))
        for op, to, target, parameters in key
    ]
    return plan(requests, source, size, kind=kind, version=version, wanted=wanted, assumed=assumed)


def size_of(picture: NDArray[Any]) -> Size:
    """Return width and height of a picture."""
    return picture.shape[1], picture.shape[0]
