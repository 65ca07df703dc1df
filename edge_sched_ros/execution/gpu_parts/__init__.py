# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parts of a GPU as units: green contexts in this process, MPS and MIG in processes of their own.

Written by NVIDIA's documentation and tested on stand-ins; not run on hardware.
"""
