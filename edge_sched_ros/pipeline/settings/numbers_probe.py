# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Prints the number options of a task's own code: a script, so that its import ends no other process.

Its arguments are ``program NAME``, ``tracker NAME`` or ``network FILE``; it prints JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.perception.numbers import numbers_of_network
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.trackers.registry import tracker_class


def main(kind: str, name: str) -> None:
    """Print the numbers, or why they cannot be read."""
    try:
        if kind == 'program':
            found = numbers_of_program(name, '')
        elif kind == 'tracker':
            found = dict(tracker_class(name, '').numbers)
        else:
            found = numbers_of_network(load_network(name))
    except ConfigError as error:
        print('\n' + json.dumps({'error': str(error)}))
        return
    numbers = {name: dataclasses.asdict(number) for name, number in found.items()}
    print('\n' + json.dumps({'numbers': numbers}))


if __name__ == '__main__':
    main(*sys.argv[1:])
