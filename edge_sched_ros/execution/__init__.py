# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the core in real time: units, engines, preprocessors, threads."""

import os

# read when OpenCV is loaded: it would warn of every damaged frame, which is logged once here
os.environ.setdefault('OPENCV_LOG_LEVEL', 'FATAL')
