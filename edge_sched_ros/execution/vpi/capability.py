# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a backend of VPI can do with an operation, and why not where it cannot."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.execution.preprocess.formats import SEMI_PLANAR

Size = tuple[int, int]
Version = tuple[int, int]

#: kind of unit -> VPI backend; CPU cores are served by OpenCV
BACKENDS = {'gpu': 'CUDA', 'pva': 'PVA', 'vic': 'VIC', 'ofa': 'OFA'}
KINDS = {backend: kind for kind, backend in BACKENDS.items()}
#: another backend whose conversions a unit cannot do without: OFA alone makes no block-linear
#: images
HELPERS = {'OFA': ('VIC',)}

_NO_LIMIT: Size = (1 << 20, 1 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One operation that is wanted.

    :param size: width and height of the result; ``None`` for those of the source
    :param target: format of the result, of a conversion
    :param parameters: what the backend's limits speak of: ``interpolation``, ``border``,
        ``window`` ...
    """

    op: str
    size: Size | None = None
    target: str = ''
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """
    One backend's way with one operation.

    :param formats: of the source
    :param gives: format of the result by format of the source; that of the source where absent
    :param least: smallest width and height of source and result
    :param most: largest width and height of source and result
    :param even: whether widths and heights must be even
    :param factor: how many times larger or smaller a side may become; ``None`` for any
    :param interpolations: empty for any
    :param borders: empty for any
    :param allowed: other parameters of the operation and their allowed values
    :param since: first version of VPI that has it
    :param until: first version of VPI that has it no more
    :param assumed: whether the formats or sizes are assumed, not documented
    """

    backend: str
    formats: frozenset[str]
    gives: Mapping[str, str] = field(default_factory=dict)
    least: Size = (1, 1)
    most: Size = _NO_LIMIT
    even: bool = False
    factor: float | None = None
    interpolations: tuple[str, ...] = ()
    borders: tuple[str, ...] = ()
    allowed: Mapping[str, Container[Any]] = field(default_factory=dict)
    since: Version = (2, 0)
    until: Version | None = None
    assumed: bool = False

    def in_version(self, version: Version) -> bool:
        """Whether a version of VPI has it."""
        return version >= self.since and (self.until is None or version < self.until)

    def problem(self, request: Request, source_format: str, size: Size) -> str:
        """Return why it cannot do this, in words; empty when it can."""
        result = request.size or size
        return (
            self._parameter_problem(request)
            or self._format_problem(source_format, request.target)
            or self._size_problem(size, result)
            or _halving_problem(source_format, size)
            or _halving_problem(self.result_format(request, source_format), result)
        )

    def takes(self, source_format: str, target: str = '') -> bool:
        """Whether it takes a format, and makes the target where one is wanted."""
        return source_format in self.formats and (not target or target in self.formats)

    def result_format(self, request: Request, source_format: str) -> str:
        """Return the format of what comes out."""
        return request.target or self.gives.get(source_format, source_format)

    def _format_problem(self, name: str, target: str) -> str:
        known = ', '.join(sorted(self.formats))
        if name not in self.formats:
            return f'takes {known}, not {name}'
        if target and target not in self.formats:
            return f'makes {known}, not {target}'
        return ''

    def _size_problem(self, size: Size, result: Size) -> str:
        for name, (width, height) in (('source', size), ('result', result)):
            if self.even and (width % 2 or height % 2):
                return f'needs even sides, the {name} is {width}x{height}'
            if width < self.least[0] or height < self.least[1]:
                return f'needs {self.least[0]}x{self.least[1]}, the {name} is {width}x{height}'
            if width > self.most[0] or height > self.most[1]:
                return f'takes {self.most[0]}x{self.most[1]}, the {name} is {width}x{height}'
        if self.factor is not None:
            for before, after in zip(size, result):
                if not before / self.factor <= after <= before * self.factor:
                    return f'changes sides at most {self.factor:g} times, not {before} to {after}'
        return ''

    def _parameter_problem(self, request: Request) -> str:
        limits: dict[str, Container[Any]] = dict(self.allowed)
        if self.interpolations:
            limits['interpolation'] = self.interpolations
        if self.borders:
            limits['border'] = self.borders
        for name, values in limits.items():
            if name in request.parameters and request.parameters[name] not in values:
                return f'takes {name} {_words(values)}, not {request.parameters[name]}'
        return ''


def _halving_problem(name: str, size: Size) -> str:
    if name in SEMI_PLANAR and (size[0] % 2 or size[1] % 2):
        return f'{name} needs even sides, not {size[0]}x{size[1]}'
    return ''


def _words(values: Any) -> str:
    if isinstance(values, range):
        return f'{values.start} to {values.stop - 1}'
    return ' or '.join(str(value) for value in values)
