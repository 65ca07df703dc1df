# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube node``: publish this node's units."""

from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Event
from typing import Any
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.kube_log import log_to
from edge_sched_ros.cli.kube_options import check_system
from edge_sched_ros.cli.kube_options import connected
from edge_sched_ros.cli.kube_options import FILE
from edge_sched_ros.cli.kube_options import KUBECONFIG
from edge_sched_ros.cli.kube_options import NODE
from edge_sched_ros.cli.options import refuse_idle
from edge_sched_ros.cli.options import refuse_twice
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS

if TYPE_CHECKING:
    from edge_sched_ros.cluster.agent import Agent


@click.command('node')
@KUBECONFIG
@NODE
@click.option(
    '--type',
    'kind',
    default='',
    help="Type of this node: a key of the devices in the controller's file.",
)
@click.option(
    '--publish',
    'kinds',
    multiple=True,
    type=click.Choice(UNIT_KINDS),
    help='Kind of units to publish, for exclusive use; repeat the '
    'option for each kind.  [default: all kinds found except cpu]',
)
@click.option(
    '--publish-as',
    'ways',
    multiple=True,
    type=click.Choice(('status', 'slices')),
    default=('status',),
    show_default=True,
    help='How to publish units: as extended resources in the status of the node, or as devices '
    'of a ResourceSlice (Kubernetes 1.34 and later; status where the cluster has none).',
)
@click.option(
    '--unit-states',
    type=FILE,
    help='JSON file that another program keeps writing: {"UNIT": "ok", "late" or "defective"}. '
    'New pods get no late or defective unit.',
)
@click.option(
    '--profiles',
    type=FILE,
    help='System file with the costs of networks measured here, as edge-sched profile '
    'writes it. Without it, published costs are withdrawn.',
)
@click.option(
    '--observed',
    type=FILE,
    help='JSON file that another program keeps writing: {"NAMESPACE/POD": response in '
    'ms}. Without it, or while it cannot be read, published values are withdrawn.',
)
@click.option('--once', is_flag=True, help='Publish once, then exit.')
@click.option(
    '--every-s',
    type=FiniteRange(1, 86400),
    default=60.0,
    show_default=True,
    help='Check again after this time; values that have not changed are not published again.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the published values as JSON.')
@click.pass_context
def node(
    context: click.Context,
    kubeconfig: Path | None,
    name: str,
    kind: str,
    kinds: tuple[str, ...],
    ways: tuple[str, ...],
    unit_states: Path | None,
    profiles: Path | None,
    observed: Path | None,
    once: bool,
    every_s: float,
    as_json: bool,
) -> None:
    """
    Publish the units of this node, as extended resources edge-sched.io/KIND or as devices.

    Annotations and a label give the units, the type of the node and the costs of networks on it.
    """
    from edge_sched_ros.cluster.agent import Agent
    from edge_sched_ros.cluster.agent import read_observed
    from edge_sched_ros.cluster.node_costs import read_profiles
    from edge_sched_ros.cluster.node_units import discover
    from edge_sched_ros.cluster.publication import Facts
    from edge_sched_ros.cluster.staleness import make_stamp
    from edge_sched_ros.cluster.unit_states import read_states

    if once:
        refuse_idle(context, {'every_s': 'with --once'})
    refuse_twice(kinds, '--publish')
    if len(ways) > 1:
        raise ConfigError('--publish-as', 'once: in both ways a unit would be given to two pods')
    if not kind and context.get_parameter_source('kind') is not ParameterSource.DEFAULT:
        raise ConfigError('--type', "must be a key of devices in the controller's file, not ''")
    check_system(profiles, '--profiles')
    costs = {} if profiles is None else read_profiles(profiles)
    api = connected(kubeconfig)
    found = discover(kinds)

    def facts() -> Facts:
        seen = None if observed is None else read_observed(observed)
        states = {} if unit_states is None else read_states(unit_states, found.units)
        # publications that are not repeated hold until they are replaced
        stamp = '' if once else make_stamp(time.time(), every_s)
        more = {'states': states, 'defects': found.defects, 'versions': found.versions}
        return Facts(found.units, found.module, kind, costs, seen, stamp, **more)

    devices = api.slices if ways == ('slices',) else None
    agent = Agent(api, name, facts, devices, None if devices else api.slices)
    if once:
        _show(_published(agent), name, as_json)
        return
    log_to(as_json)
    stop = Event()
    with terminable():
        try:
            agent.run(every_s, stop)
        except KeyboardInterrupt:
            click.echo('edge-sched: stopped', err=True)


def _published(agent: Agent) -> dict[str, Any]:
    """Publish, and return the changes; :raises ConfigError: also when nobody answers."""
    from edge_sched_ros.cluster.api_call import ApiError

    try:
        return agent.publish()
    except ApiError as error:
        raise ConfigError('API server', str(error)) from None


def _show(changed: dict[str, Any], name: str, as_json: bool) -> None:
    with printing():
        if as_json:
            click.echo(json.dumps(changed, indent=2))
            return
        status = changed.get('status', {}).get('capacity', {})
        meta = changed.get('metadata', {})
        found = {**status, **meta.get('annotations', {}), **meta.get('labels', {})}
        if 'slice' in changed:
            spec = changed['slice']
            devices = None if spec is None else [device['name'] for device in spec['devices']]
            found['devices'] = None if devices is None else ', '.join(devices) or 'none'
        for key, value in found.items():
            click.echo(f'{name}: {key}: {"taken back" if value is None else value}')
        if not changed:
            click.echo(f'{name}: nothing has changed')
