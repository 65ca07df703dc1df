# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The placement algorithm that a command line asks for, with its options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from edge_sched_ros.cli.options import pairs_in

if TYPE_CHECKING:
    from edge_sched_ros.capacity.placement.algorithms.base import Algorithm


def algorithm_of(name: str, settings: Iterable[str]) -> Algorithm:
    """
    Return an online algorithm.

    :param settings: its options as ``NAME=VALUE``
    :raises ConfigError: naming ``--algorithm`` or ``--option``
    """
    from edge_sched_ros.capacity.placement.registry import algorithm_options
    from edge_sched_ros.capacity.placement.registry import make_algorithm
    from edge_sched_ros.plugins.options import option_named

    options, values = algorithm_options(name, '--algorithm'), {}
    for key, text in pairs_in(settings, '--option').items():
        where = f'--option {key}'
        values[key] = option_named(options, key, where, name).parsed(text, where)
    return make_algorithm(name, '--algorithm', values)
