# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Placement: choosing the node of a cluster that serves each application.

An application is a network with a rate and a latency objective; a node is a device with units. The
queueing models of ``capacity`` predict whether a node can take one more without any application on
it missing its objective. Constants and rules of the Ibis authors are marked; Ibis is Liang,
Hanafy, Ali-Eldin, Shenoy, ACM TAAS 18(1) 2023.
"""
