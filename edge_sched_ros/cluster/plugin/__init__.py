# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kubelet plugin of the driver ``edge-sched.io``: kubelet starts a pod with devices through it.

- ``messages``: the protocol of kubelet, as classes
- ``cdi``: what containers get, as files of the Container Device Interface (CDI)
- ``prepared``: the claims that are prepared on this computer, which are these files
- ``driver``: prepares claims, and reverts that
- ``device_nodes``: which device nodes a unit needs, by a file
- ``server``: the sockets that kubelet calls
"""
