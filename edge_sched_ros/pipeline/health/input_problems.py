# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Problems with the publishers of a topic, in the health of the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import INPUT_PREFIX
from edge_sched_ros.pipeline.health.health import WARN


def with_problems(health: list[Health], problems: Mapping[str, list[str]]) -> list[Health]:
    """
    Return the health of everything, inputs with the problems of their topics.

    :param problems: topic -> its problems, one line each
    """
    return [_with(line, problems.get(line.name.removeprefix(INPUT_PREFIX), [])) for line in health]


def _with(line: Health, problems: list[str]) -> Health:
    if not problems or not line.name.startswith(INPUT_PREFIX):
        return line
    text = '; '.join([line.message, *problems])
    return replace(line, level=max(line.level, WARN), message=text)
