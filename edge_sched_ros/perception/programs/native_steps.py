# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which steps of a task the native module does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor

PREPROCESSING, DECODING, TRACKING = 'preprocessing', 'decoding', 'tracking'


def native_steps(
    preprocessors: Iterable[Preprocessor], made: InputSpec, **others: Any
) -> tuple[str, ...]:
    """
    Return the steps with a native form that is used, in order.

    :param preprocessors: of all units; one of them is enough
    :param made: the input that they make
    :param others: step -> the decoder or tracker that does it
    """
    serve = (getattr(one, 'is_native', None) for one in preprocessors)
    steps = [PREPROCESSING] if any(is_native and is_native(made) for is_native in serve) else []
    steps += [step for step, one in others.items() if getattr(one, 'is_native', False) is True]
    return tuple(steps)
