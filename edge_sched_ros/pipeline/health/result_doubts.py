# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is suspicious about results that are there and in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.doubt import doubt_of
from edge_sched_ros.pipeline.inputs.topics import RESULT_TOPICS

#: kind of results of programs that give none: a trigger
_NOTHING = 'none'


def doubts_of(programs: Mapping[str, Any]) -> dict[str, str]:
    """
    Return task -> what is suspicious about its results, for tasks with a doubt.

    :param programs: task -> its program; own code may have no ``doubt``
    """
    found = {}
    for task, program in programs.items():
        doubt = unpublished(program) or doubt_of(program)
        if doubt:
            found[task] = doubt
    return found


def unpublished(program: Any) -> str:
    """Return why nobody gets the results of a network; empty if they are published."""
    output = getattr(program, 'output', _NOTHING)
    decoder = getattr(program, 'decoder_name', '')
    if not decoder or output in RESULT_TOPICS:
        return ''
    kinds = ', '.join(sorted(RESULT_TOPICS))
    return (
        f"its results are published on no topic: the decoder {decoder} has the output '{output}' "
        f'(published are: {kinds})'
    )
