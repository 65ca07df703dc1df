# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which steps of a task the native module does."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.native.forms import unless_replaced
from edge_sched_ros.native.loading import why_not

PREPROCESSING, DECODING, TRACKING = 'preprocessing', 'decoding', 'tracking'
#: steps -> why they are done in Python; natively where that is empty
Steps = Mapping[str, str]


def steps_of(
    preprocessors: Iterable[Preprocessor], made: InputSpec, **others: tuple[str, Any]
) -> Steps:
    """
    Return why each step has no native form that is used, in order; empty for those that have.

    :param preprocessors: of all units; one of them is enough
    :param made: the input that they make
    :param others: step -> name of the decoder or tracker that does it, and that itself
    """
    if missing := why_not():
        return dict.fromkeys((PREPROCESSING, *others), f'the native data path {missing}')
    why = [_why_in_python(one, made) for one in preprocessors]
    steps = {PREPROCESSING: '' if '' in why else next(iter(why), 'nothing prepares here')}
    for step, (name, one) in others.items():
        is_native = getattr(one, 'is_native', False) is True
        steps[step] = '' if is_native else f'{name} has no native form'
    return steps


def native_steps(steps: Steps) -> tuple[str, ...]:
    """Return the steps that are done natively."""
    return tuple(step for step, why in steps.items() if not why)


def python_steps(steps: Steps) -> tuple[str, ...]:
    """Return the steps that are done in Python, those with the same reason before it."""
    reasons = dict.fromkeys(why for why in steps.values() if why)
    return tuple(
        f'{", ".join(step for step, why in steps.items() if why == reason)} ({reason})'
        for reason in reasons
    )


def _why_in_python(preprocessor: Preprocessor, made: InputSpec) -> str:
    told = unless_replaced(preprocessor, 'why_not_native', 'prepare')
    return f'{preprocessor.name} does it' if told is None else str(told(made))
