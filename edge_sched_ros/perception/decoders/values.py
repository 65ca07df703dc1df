# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Checks of the values of a network's outputs, which must not look like "nothing there".

A comparison with NaN is false, so a detection head of NaN finds no object, and a buffer that an
engine never wrote looks like an empty scene. Only values that decide are checked: a box whose
score is below the threshold may be anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.reasons import INVALID_OUTPUT

#: values compared first: nearly always two of them differ, and the others need not be looked at
_SAMPLES = 64


class InvalidOutputError(EdgeSchedError):
    """
    An output of a network from which nothing can be concluded; its job fails.

    :param output: name of the output tensor
    :param kind: what is wrong: ``NaN``, ``infinite``, ``constant`` or ``empty``
    :param what: the part of the tensor, as ``scores``
    """

    reason = INVALID_OUTPUT

    def __init__(self, output: str, kind: str, what: str = 'values') -> None:
        super().__init__(f"the {what} in the output '{output}' are {kind}")
        self.output = output
        self.kind = kind


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


def check_boxes(boxes: NDArray[Any], output: str) -> None:
    """Check the boxes that pass the threshold; :raises InvalidOutputError: as for scores."""
    if not np.isfinite(boxes).all():
        kind = 'NaN' if np.isnan(boxes).any() else 'infinite'
        raise InvalidOutputError(output, kind, 'boxes')


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
