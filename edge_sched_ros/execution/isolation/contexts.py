# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a job needs in the process of its program, and what comes back."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.isolation.frames import frame_of
from edge_sched_ros.execution.isolation.frames import frame_value
from edge_sched_ros.execution.isolation.frames import image_of_value
from edge_sched_ros.execution.isolation.frames import image_value


def context_value(context: JobContext, *, message: bool, camera: bool = False) -> dict[str, Any]:
    """
    Return the data of a job that begins as a value.

    :param message: whether the message of its frame is sent, too
    :param camera: whether what is known of its cameras is
    """
    frame = context.frame
    return {
        'job': context.job,
        'task': context.task,
        'items': context.items,
        'frame': None if frame is None else frame_value(frame, message=message, camera=camera),
        'parent': result_value(context.parent),
        'parents': {name: result_value(one) for name, one in context.parents.items()},
    }


def context_of(value: dict[str, Any]) -> JobContext:
    """Return the data of a job."""
    frame = value['frame']
    return JobContext(
        job=value['job'],
        task=value['task'],
        items=value['items'],
        frame=None if frame is None else frame_of(frame),
        parent=result_of(value['parent']),
        parents={name: result_of(one) for name, one in value['parents'].items()},
    )


def result_value(result: Any) -> tuple[str, Any]:
    """Return a result as a value."""
    if isinstance(result, SourceImage):
        return 'picture', image_value(result)
    return 'plain', result


def result_of(value: tuple[str, Any]) -> Any:
    """Return the result of a value."""
    kind, content = value
    return image_of_value(content) if kind == 'picture' else content
