# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a results bag without ROS: ``python examples/read_results.py BAG TOPIC``."""

import sys

import edge_sched_ros as es

if len(sys.argv) != 3:
    sys.exit(f'usage: {sys.argv[0]} BAG TOPIC')
bag, topic = sys.argv[1:]
for _, message in es.read_topic(bag, topic):
    stamp = message.header.stamp
    taken_ns = stamp.sec * 10**9 + stamp.nanosec
    found = [
        f'{hypothesis.hypothesis.class_id} {hypothesis.hypothesis.score:.2f}'
        for detection in message.detections
        for hypothesis in detection.results
    ]
    print(f'{taken_ns / 1e9:.3f} s: {", ".join(found) or "nothing"}')
