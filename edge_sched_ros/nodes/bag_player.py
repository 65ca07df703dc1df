# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag over DDS with ``/clock``, for machines without ``ros2 bag play``."""

from __future__ import annotations

import argparse
import math
import sys
import time

from edge_sched_ros.bags.pace import LEAST_RATE
from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.nodes.arguments import OneLineParser
from edge_sched_ros.nodes.arguments import path_named
from edge_sched_ros.nodes.bag_listeners import wait_until_heard
from edge_sched_ros.nodes.bag_playback import BagPlayer
from edge_sched_ros.nodes.running import one_line
from edge_sched_ros.nodes.running import own_arguments
from edge_sched_ros.nodes.running import running


def _arguments() -> argparse.Namespace:
    parser = OneLineParser('bag_player', description=__doc__)
    parser.add_argument(
        'bag',
        type=path_named,
        help='a rosbag2 folder, an MCAP or SQLite file from such a folder, or a ROS 1 bag',
    )
    parser.add_argument('--rate', type=float, default=1.0, help='speed relative to real time')
    parser.add_argument('--loop', action='store_true', help='start again at the end')
    parser.add_argument(
        '--keep-gaps',
        action='store_true',
        help='keep gaps of more than 10 s; otherwise they are shortened to one second',
    )
    parser.add_argument('--no-clock', action='store_true', help='do not publish /clock')
    parser.add_argument('--topics', nargs='+', default=[], help='play only these topics')
    parser.add_argument(
        '--wait',
        type=float,
        default=30.0,
        metavar='SECONDS',
        help='how long to wait for a subscriber before the first message',
    )
    arguments = parser.parse_args(own_arguments('bag_player', sys.argv[1:]))
    if not LEAST_RATE <= arguments.rate < math.inf:
        parser.error(f'--rate must be at least {LEAST_RATE:g}, and finite')
    return arguments


def main() -> None:
    """Play a bag."""
    arguments = _arguments()
    with one_line('bag_player'), running() as executor, open_bag(arguments.bag) as bag:
        node = BagPlayer(
            bag,
            arguments.topics,
            clock=not arguments.no_clock,
            keep_gaps=arguments.keep_gaps,
            interrupted=lambda: executor.interrupted,
        )
        executor.add_node(node)
        wait_until_heard(executor, node, arguments.wait)
        count = node.play(arguments.rate)
        while arguments.loop and count and not executor.interrupted:
            count += node.play(arguments.rate)
        damaged = f', {node.damaged} damaged ones left out' if node.damaged else ''
        print(f'played {count} messages{damaged}', flush=True)
        # let subscribers receive the last messages
        time.sleep(0.5)
        node.destroy_node()


if __name__ == '__main__':
    main()
