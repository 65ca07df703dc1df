# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CPU time of a node whose isolated task prints without end.

``PYTHONPATH=benchmarks dev/env.sh python benchmarks/isolation_output.py``
"""

from __future__ import annotations

import threading
import time

import click

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters


class Chatty:
    """A thread of it prints as fast as it can."""

    stages = ('only',)
    stateful = False
    output = 'none'

    def __init__(self) -> None:
        threading.Thread(target=_print, daemon=True).start()

    def run(self, stage: str, context: JobContext) -> int:
        """Do nothing."""
        return 0

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


def _print() -> None:
    while True:
        print('a line of twenty letters', flush=True)


@click.command()
@click.option('--seconds', default=20.0, show_default=True)
def main(seconds: float) -> None:
    """Print the share of a core that this process takes."""
    task = {'program': 'isolation_output:Chatty', 'topic': 'camera', 'isolation': 'process'}
    parameters = {'tasks': ['chatty'], **{f'chatty.{key}': each for key, each in task.items()}}
    pipeline = Pipeline(from_parameters(parameters), on_end=lambda _: None)
    pipeline.load()
    pipeline.start()
    before_s, began_s = time.process_time(), time.monotonic()
    time.sleep(seconds)
    share = (time.process_time() - before_s) / (time.monotonic() - began_s)
    pipeline.unload()
    print(f'{100 * share:.1f} % of a core')


if __name__ == '__main__':
    main()
