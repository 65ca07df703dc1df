# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube serve``: scheduler extender and controller."""

from __future__ import annotations

import json
from pathlib import Path

import click

from edge_sched_ros.cli.algorithms import algorithm_of
from edge_sched_ros.cli.interrupts import not_interrupted
from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.kube_listen import read_address
from edge_sched_ros.cli.kube_listen import read_certificates
from edge_sched_ros.cli.kube_log import log_to
from edge_sched_ros.cli.kube_options import check_system
from edge_sched_ros.cli.kube_options import connected
from edge_sched_ros.cli.kube_options import FILE
from edge_sched_ros.cli.kube_options import JSON_LOG
from edge_sched_ros.cli.kube_options import KUBECONFIG
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError

_SECONDS = FiniteRange(0, 86400, min_open=True)


@click.command('serve')
@click.option(
    '--config',
    type=FILE,
    required=True,
    help='System file with the types of nodes (devices), the costs of networks and '
    'limits; docs/system_schema.md lists the keys.',
)
@KUBECONFIG
@click.option(
    '--listen',
    default='127.0.0.1:8888',
    show_default=True,
    metavar='HOST:PORT',
    help='Address for kube-scheduler, probes and Prometheus; with port 0 any free port. '
    'An address that other computers reach needs --tls-cert.',
)
@click.option(
    '--tls-cert', type=FILE, help='Serve HTTPS with this certificate; read again when it changes.'
)
@click.option('--tls-key', type=FILE, help='Key of the certificate.')
@click.option(
    '--tls-client-ca',
    type=FILE,
    help='Answer only clients with a certificate of this CA, except for /healthz and /readyz.',
)
@click.option(
    '--max-body-mib',
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help='Largest request; raise it where the scheduler sends whole nodes '
    '(nodeCacheCapable: false). Two of this size may be in flight.',
)
@click.option(
    '--algorithm',
    default='ibis',
    show_default=True,
    metavar='NAME',
    help='Algorithm that scores the possible nodes: ibis, ibis-first-fit, balanced, or '
    'your own, installed or as package.module:Class.',
)
@click.option(
    '--option',
    'settings',
    multiple=True,
    metavar='NAME=VALUE',
    help='Option that an algorithm of another package declares; `edge-sched plugins NAME` shows '
    'them. Repeatable.',
)
@click.option(
    '--reserve-s',
    type=_SECONDS,
    default=60.0,
    show_default=True,
    help='Minimum time that headroom is reserved for a pod, until the pod is seen bound.',
)
@click.option(
    '--violation-s',
    type=FiniteRange(0, 86400),
    default=10.0,
    show_default=True,
    help='Move a pod that is observed to be late for this time.',
)
@click.option(
    '--migrate-every-s',
    type=FiniteRange(0, 86400),
    default=30.0,
    show_default=True,
    help='Move at most one pod in this time.',
)
@click.option(
    '--penalty-s',
    type=FiniteRange(0, 86400),
    default=300.0,
    show_default=True,
    help='Place no new pods for this time on the node that a pod has left.',
)
@click.option(
    '--stale-s',
    # a cluster in which nothing happens is heard of at the end of a watch, every 30 s
    type=FiniteRange(60, 86400),
    default=120.0,
    show_default=True,
    help='Report not ready after this time without a message from the API server; answers'
    ' continue.',
)
@JSON_LOG
def serve(
    config: Path,
    kubeconfig: Path | None,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    max_body_mib: int,
    algorithm: str,
    settings: tuple[str, ...],
    reserve_s: float,
    violation_s: float,
    migrate_every_s: float,
    penalty_s: float,
    stale_s: float,
    as_json: bool,
) -> None:
    """
    Answer kube-scheduler (POST /filter, /prioritize, /preempt) from the placement model.

    Watches nodes and pods, and evicts pods that are observed to be late if another node can run
    them. GET /healthz, /readyz and /metrics report its state. See docs/kubernetes.md.
    """
    from edge_sched_ros.cluster.controller import Controller
    from edge_sched_ros.cluster.limits import limits_for
    from edge_sched_ros.cluster.metrics import Metrics
    from edge_sched_ros.cluster.migration import MoverSettings
    from edge_sched_ros.cluster.server import Server
    from edge_sched_ros.cluster.service import Service
    from edge_sched_ros.cluster.types_file import load_types

    certificates = read_certificates(tls_cert, tls_key, tls_client_ca)
    address = read_address(listen, certificates)
    chosen = algorithm_of(algorithm, settings)
    if not chosen.latency_aware:
        raise ConfigError('--algorithm', f'{algorithm} does not ask the queueing models')
    check_system(config, '--config')
    types = load_types(config)
    api = connected(kubeconfig)
    moving = MoverSettings(violation_s, migrate_every_s, penalty_s)
    service = Service(types, chosen, reserve_s=reserve_s, stale_s=stale_s, moving=moving)
    metrics = Metrics(service)
    server = Server(address, service, metrics, certificates, limits_for(max_body_mib))
    log_to(as_json)
    scheme = 'http' if certificates is None else 'https'
    url = f'{scheme}://{address[0]}:{server.server_address[1]}'
    click.echo(json.dumps({'serving': url}) if as_json else f'edge-sched: serving at {url}')
    controller = Controller(api, service, server, metrics)
    with terminable():
        try:
            with not_interrupted():
                controller.start()
            controller.wait()
        except KeyboardInterrupt:
            click.echo('edge-sched: stopped', err=True)
            return
        finally:
            controller.stop()
    raise SystemExit(1)
