# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Checks of the values of a network's outputs, which must not look like "nothing there".

A comparison with NaN is false, so a detection head of NaN finds no object, and a buffer that an
engine never wrote looks like an empty scene. Only values that decide are checked: a box whose
score is below the threshold may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.reasons import INVALID_OUTPUT

#: values compared first: nearly always two of them differ, and the others need not be looked at
_SAMPLES = 64
#: more classes than any segmentation has
_MOST_CLASSES = 1000
#: how far scores of quantised networks lie outside 0..1
_ROUNDING = 0.05
_LITTLE = 0.005
#: a box of so many times the width of the input is none
_GREATEST_SHARE = 4.0
#: boxes of which none reaches farther are no pixels, but shares of the input, or a little outside
_LEAST_PIXELS = 1.5
#: among so many places of a picture at least one has no object
_MANY = 50


class InvalidOutputError(EdgeSchedError):
    """
    An output of a network from which nothing can be concluded; its job fails.

    :param output: name of the output tensor
    :param kind: what is wrong: ``NaN``, ``infinite``, ``constant``, ``empty``, or other words
    :param what: the part of the tensor, as ``scores``
    :param cause: what may have caused it, if it is not the network itself
    :param options: ``decoder_options`` under which these values are possible
    """

    reason = INVALID_OUTPUT

    def __init__(
        self,
        output: str,
        kind: str,
        what: str = 'values',
        cause: str = '',
        options: Mapping[str, Any] | None = None,
    ) -> None:
        because = f': {cause}' if cause else ''
        super().__init__(f"the {what} in the output '{output}' are {kind}{because}")
        self.output = output
        self.kind = kind
        self.options = dict(options or {})


def check_scores(scores: NDArray[Any], output: str) -> None:
    """
    Check scores or logits, of which -inf is one: a class that cannot be.

    :raises InvalidOutputError: when one is NaN or infinite
    """
    if not scores.size:
        return
    greatest = scores.max()  # NaN if any is
    if not greatest < np.inf:
        raise InvalidOutputError(output, 'NaN' if np.isnan(greatest) else 'infinite', 'scores')


def unlikely_chances(scores: NDArray[Any]) -> str:
    """
    Return why scores cannot be chances, each the best of one candidate; empty if they can.

    Chances of quantised networks may lie a little outside 0..1.
    """
    if not scores.size:
        return ''
    least, greatest = float(scores.min()), float(scores.max())
    if least < -_ROUNDING or greatest > 1 + _ROUNDING:
        return f'{least:.3g} to {greatest:.3g}, not chances from 0 to 1'
    return ''


def squashed_twice(scores: NDArray[Any]) -> str:
    """
    Return why scores are those of two sigmoids, one after the other; empty if they are not.

    The second makes 0.5 to 0.731 of chances, also where there is no object. Only for heads with
    a score for every place.
    """
    if scores.size < _MANY:
        return ''
    least, greatest = float(scores.min()), float(scores.max())
    if least >= 0.5 - _LITTLE and greatest <= 1 / (1 + np.exp(-1)) + _LITTLE:
        return f'all from {least:.3g} to {greatest:.3g}'
    return ''


def number_of_boxes(counts: NDArray[Any], output: str, *, most: int) -> int:
    """
    Return the number that a network gives beside its boxes.

    :param most: rows that there are for boxes
    :raises InvalidOutputError: when it is not one number, or cannot be a number of boxes
    """
    if counts.size != 1:
        raise InvalidOutputError(output, f'{counts.size} numbers for one picture')
    number = float(counts.reshape(-1)[0])
    if not (0 <= number < np.inf and number == int(number)):
        raise InvalidOutputError(output, f'{number:g}, not a number of boxes')
    if number > most:
        raise InvalidOutputError(output, f'{number:g}, for {most} rows of boxes')
    return int(number)


def check_boxes(boxes: NDArray[Any], output: str, what: str = 'boxes') -> None:
    """Check the boxes that pass the threshold; :raises InvalidOutputError: as for scores."""
    if not np.isfinite(boxes).all():
        kind = 'NaN' if np.isnan(boxes).any() else 'infinite'
        raise InvalidOutputError(output, kind, what)


def check_shares(
    boxes: NDArray[Any], output: str, options: Mapping[str, Any] | None = None
) -> None:
    """
    Check that boxes are shares of the input, 0..1, or a little outside.

    :param options: ``decoder_options`` for pixels, if there are
    :raises InvalidOutputError: when they must be pixels, or one is not a finite number
    """
    check_boxes(boxes, output)
    if boxes.size and float(np.abs(boxes).max()) > _GREATEST_SHARE:
        kind = f'up to {float(np.abs(boxes).max()):.4g}, not shares from 0 to 1'
        setting = ', '.join(f'{key}: {value}'.lower() for key, value in (options or {}).items())
        cause = f'are they pixels? Set {setting}' if options else 'are they pixels?'
        raise InvalidOutputError(output, kind, 'boxes', cause, options)


def check_pixels(boxes: NDArray[Any], output: str) -> None:
    """
    Check that boxes are pixels of the input, of networks that may also give shares of it.

    :param boxes: Nx4 corners of those that pass the threshold
    :raises InvalidOutputError: when all of them are shares, 0..1, or one is not a finite number
    """
    check_boxes(boxes, output)
    real = boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)]
    if real.size and float(np.abs(boxes).max()) <= _LEAST_PIXELS:
        kind = f'up to {float(boxes.max()):.4g}, not pixels'
        cause = 'if they are shares of the input from 0 to 1, set normalised: true'
        raise InvalidOutputError(output, kind, 'boxes', cause, {'normalised': True})


def check_varies(values: NDArray[Any], output: str) -> None:
    """
    Check that the values of a whole output are not all the same.

    :raises InvalidOutputError: when they are, or when there are none
    """
    if not values.size:
        raise InvalidOutputError(output, 'empty')
    flat = values.reshape(-1)
    some = flat[:: max(1, flat.size // _SAMPLES)]
    if (some != some[0]).any():
        return
    # NaN differs from itself
    if flat.size > 1 and (flat == flat[0]).all():
        raise InvalidOutputError(output, f'constant ({flat[0]:g})')


def only_whole_numbers(plane: NDArray[Any]) -> bool:
    """Whether a map has values from -1000 to 1000 without fractions only, as class ids are."""
    flat = plane.reshape(-1)
    for some in (flat[:: max(1, flat.size // _SAMPLES)], flat):
        if not ((some == np.rint(some)) & (np.abs(some) <= _MOST_CLASSES)).all():
            return False
    return flat.size >= _MANY


def check_plane(plane: NDArray[Any], output: str) -> None:
    """
    Check a map in which single values may be unknown: NaN or infinite.

    :raises InvalidOutputError: when all are, when all values are the same, or there are none
    """
    check_varies(plane, output)
    flat = plane.reshape(-1)
    if np.isfinite(flat[:: max(1, flat.size // _SAMPLES)]).any() or np.isfinite(flat).any():
        return
    raise InvalidOutputError(output, 'NaN' if np.isnan(flat).any() else 'infinite')
