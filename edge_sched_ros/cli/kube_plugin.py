# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube plugin``: let kubelet start pods that have units as devices."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import click

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.kube_log import log_to
from edge_sched_ros.cli.kube_options import check_there
from edge_sched_ros.cli.kube_options import connected
from edge_sched_ros.cli.kube_options import FILE
from edge_sched_ros.cli.kube_options import JSON_LOG
from edge_sched_ros.cli.kube_options import KUBECONFIG
from edge_sched_ros.cli.kube_options import NODE
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.core.units import UNIT_KINDS

_FOLDER = NamedPath(path_type=Path, file_okay=False)


@click.command('plugin')
@KUBECONFIG
@NODE
@click.option(
    '--device-nodes',
    type=FILE,
    help='YAML file with the device nodes that a container with a unit needs: {KIND or UNIT: '
    '[/dev/NAME, ...]}. Without it, containers get variables alone.',
)
@click.option(
    '--cdi-dir',
    'cdi',
    type=_FOLDER,
    default=Path('/var/run/cdi'),
    show_default=True,
    help='Folder where the container runtime reads CDI files.',
)
@click.option(
    '--plugins-dir',
    'plugins',
    type=_FOLDER,
    default=Path('/var/lib/kubelet/plugins'),
    show_default=True,
    help="kubelet's folder for sockets of plugins.",
)
@click.option(
    '--registry-dir',
    'registry',
    type=_FOLDER,
    default=Path('/var/lib/kubelet/plugins_registry'),
    show_default=True,
    help="kubelet's folder for sockets at which plugins register.",
)
@JSON_LOG
def plugin(
    kubeconfig: Path | None,
    name: str,
    device_nodes: Path | None,
    cdi: Path,
    plugins: Path,
    registry: Path,
    as_json: bool,
) -> None:
    """
    Let kubelet start pods with units as devices (kube node --publish-as slices).

    Kubelet asks it to prepare the claims of a pod. It checks them, and writes a file for each that
    tells the container runtime what a container gets.
    """
    from edge_sched_ros.cluster.node_units import discover
    from edge_sched_ros.cluster.plugin.device_nodes import read_device_nodes
    from edge_sched_ros.cluster.plugin.driver import Driver
    from edge_sched_ros.cluster.plugin.prepared import PreparedClaims
    from edge_sched_ros.cluster.plugin.server import PluginServer
    from edge_sched_ros.documents.output_file import check_folder

    check_there(device_nodes, '--device-nodes')
    check_folder(cdi, '--cdi-dir')
    check_folder(plugins, '--plugins-dir')
    if registry.exists():
        # kubelet makes it; the server says when it is not there
        check_folder(registry, '--registry-dir')
    api = connected(kubeconfig)
    units = discover(UNIT_KINDS).units
    nodes = {} if device_nodes is None else read_device_nodes(device_nodes, units)
    driver = Driver(api.claims, PreparedClaims(cdi, nodes), name, units)
    server = PluginServer(driver, plugins, registry)
    log_to(as_json)
    with terminable():
        try:
            driver.drop_stale()
            server.start()
            Event().wait()
        except KeyboardInterrupt:
            click.echo('edge-sched: stopped', err=True)
        finally:
            server.stop()
