# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The scheduler node beside real cameras over DDS, each in processes of their own.

``dev/env.sh python benchmarks/cameras PART``, with a part of:

* ``scale``: CPU time of a frame with 1, 4 and 16 cameras at 15 Hz
* ``sizes``: CPU time of a frame, and bytes copied, of 640x480 to 3840x2160 pixels
* ``latency``: what a frame waits for outside its network, step by step
* ``start``: time from the start of the process to the first answer, and what its memory is of

Networks that fit: those of the package take 2 ms (depth) to 5 ms (detection) of a core, so that 16
cameras at 15 Hz have depth alone, or a network that only waits (``--network waits``).
"""

from __future__ import annotations

import click

from benchmarks.cameras.latency import latency
from benchmarks.cameras.scale import scale
from benchmarks.cameras.sizes import sizes
from benchmarks.cameras.start import start


@click.group()
def main() -> None:
    """Measure the scheduler node beside cameras."""


main.add_command(scale)
main.add_command(sizes)
main.add_command(latency)
main.add_command(start)
