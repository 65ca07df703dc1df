# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether results of tasks go to topics of their own."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError


def check_result_names(
    made: Mapping[str, Collection[str]],
    read: Mapping[str, Collection[str]],
    resolve: Callable[[str], str],
) -> None:
    """
    Check that no two results go to one topic, and none to an input of its own task.

    A subscriber could not tell the results of two networks apart, and a task that reads its own
    results would never rest.

    :param made: task -> names of its results, as ``detections``
    :param read: task -> the topics that it reads, resolved
    :param resolve: returns the name of a topic after namespace and remapping
    :raises ConfigError: naming both
    """
    taken: dict[str, str] = {}
    for task, names in made.items():
        for name in names:
            written = f'{task}/{name}'
            topic = resolve(written)
            if topic in read.get(task, ()):
                raise ConfigError(
                    f'{task}.topic',
                    f'is {topic}, to which the results {written} of the same task go: read '
                    'another topic, or remap the results',
                )
            other = taken.setdefault(topic, written)
            if other != written:
                raise ConfigError(
                    written,
                    f'goes to {topic}, and so does {other}: remap one of them to another topic',
                )
