# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Waits until the topics that a bag player is about to publish have a subscriber."""

from __future__ import annotations

import time

from edge_sched_ros.nodes.bag_playback import BagPlayer
from edge_sched_ros.nodes.bag_playback import warn
from edge_sched_ros.nodes.running import InterruptibleExecutor

#: delay between the first subscription found and the first message
_SETTLE_S = 1.0
#: how long to wait for a subscription before logging that it waits
_SILENCE_S = 3.0


def wait_until_heard(executor: InterruptibleExecutor, node: BagPlayer, wait_s: float) -> None:
    """
    Wait for a subscriber, and a moment more; meanwhile the clock stays at the start of the bag.

    Subscriptions of one node are discovered one by one, and that to ``/clock`` may be the last.
    """
    begin = time.monotonic()
    heard_s: float | None = None
    told = False
    while not executor.interrupted:
        now_s = time.monotonic()
        if heard_s is None and node.heard:
            heard_s = now_s
        if heard_s is not None and now_s - heard_s >= _SETTLE_S:
            return
        if heard_s is None and now_s - begin > wait_s:
            warn(f'no subscriber for any of {node.topics}; playing anyway')
            return
        if heard_s is None and not told and now_s - begin > _SILENCE_S:
            told = True
            warn(f'no subscriber for any of {node.topics} yet; waiting up to {wait_s:g} s')
        node.hold_clock()
        executor.spin_once(timeout_sec=0.05)
