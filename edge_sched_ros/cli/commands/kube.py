# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube``: the placement model for Kubernetes."""

from __future__ import annotations

import click

from edge_sched_ros.cli.kube_node import node
from edge_sched_ros.cli.kube_plugin import plugin
from edge_sched_ros.cli.kube_serve import serve
from edge_sched_ros.cli.usage import CommandGroup


@click.group('kube', cls=CommandGroup)
def kube() -> None:
    """Run the scheduler extender for Kubernetes, publish units of nodes, and serve kubelet."""


kube.add_command(serve)
kube.add_command(node)
kube.add_command(plugin)

COMMAND = kube
