# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's pictures with less noise, for the tasks after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.programs.unit_vision import picture_of
from edge_sched_ros.perception.programs.unit_vision import UnitVision

_NUMBERS = {
    'strength': Number(
        0.5, 0.0, 1.0, description='Strength of noise removal, from none to maximum'
    )
}


class DenoiseProgram:
    """
    Picture -> the same with less noise, using earlier frames.

    Each unit's filter keeps the previous frame in its own memory. When the next frame goes to
    another unit, its filter first gets the last clean picture, so that nothing is lost.

    :param options: ``strength``: 0 (none) to 1
    """

    stages = ('preprocess', 'denoise')
    stage_ops = {'denoise': 'tnr'}
    stateful = True
    #: the result is published, and is the input of a task after this one
    output = 'picture'
    numbers = _NUMBERS

    def __init__(self, **options: float) -> None:
        self._options = Options('denoise', _NUMBERS, options)
        self._vision = UnitVision()
        #: by preprocessor: size and strength of a filter, and the filter
        self._filters: dict[int, tuple[tuple[Any, ...], Any]] = {}
        self._last: Any = None
        self._clean: NDArray[np.uint8] | None = None
        self._forget = False

    def use_units(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units to filter."""
        self._vision.use(preprocessors)

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last one's result is a picture."""
        if stage == 'preprocess':
            context.scratch = picture_of(context)
            return 0
        clean = self._filtered(context.scratch, context.unit)
        context.scratch = None
        context.result = SourceImage(clean, encoding=ENCODINGS['bgr8'], name='bgr8')
        return 1

    def _filtered(self, picture: NDArray[np.uint8], unit: str) -> NDArray[np.uint8]:
        if self._forget or (self._clean is not None and self._clean.shape != picture.shape):
            self._forget, self._clean, self._last = False, None, None
        chosen = self._filter(unit, (picture.shape[1], picture.shape[0]))
        if chosen is not self._last:
            chosen.reset()
            if self._clean is not None:
                chosen(self._clean)
            self._last = chosen
        self._clean = chosen(picture)
        return self._clean

    def _filter(self, unit: str, size: tuple[int, int]) -> Any:
        """Return the unit's filter, made by its own thread, which is the calling thread."""
        wanted = (size, self._options['strength'])
        key = id(self._vision.serving(unit))
        made = self._filters.get(key)
        if made is None or made[0] != wanted:
            new = self._vision.call(unit, 'denoiser', size, strength=wanted[1])
            made = self._filters[key] = (wanted, new)
        return made[1]

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        self._options.checked(name, value)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self._options.change(name, value)

    def reset(self) -> None:
        """Forget the previous frame at the next one: only its unit may use a filter."""
        self._forget = True

    def close(self) -> None:
        """Drop all filters."""
        self._filters.clear()
        self._last = self._clean = None


PROGRAM = DenoiseProgram
