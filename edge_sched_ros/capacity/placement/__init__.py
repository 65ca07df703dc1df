# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Placement: which node of a cluster serves which application.

An application is a network with a rate and a latency objective; a node is a device with units.
The queueing models of ``capacity`` say whether a node can take one more without any application
on it missing its objective. Constants and rules that are the Ibis authors' say so; Ibis is Liang,
Hanafy, Ali-Eldin, Shenoy, ACM TAAS 18(1) 2023.
"""
