# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The scheduler extender over HTTP: ``dev/env.sh python benchmarks/kubernetes_extender.py [--json]``.

A server with 500 nodes, half of them with a GPU, half with an edgeTPU (types and costs of
config/placement/nodes.yaml), and ten applications on each. One client asks as kube-scheduler does,
one pod after the other: /filter with all nodes, then /prioritize with those that passed; then the
pod is seen bound. Timed is the client's wait for each, JSON and HTTP on the loopback included.
Asked is for applications that fit somewhere, and for one that fits nowhere; by names of nodes
(``nodeCacheCapable: true``, as in config/kubernetes) and by whole nodes. How large a whole node is
(``--node-bytes``) is an assumption: images and annotations make most of it.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import random
import resource
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.server import Server
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.types_file import load_types

TYPES = Path(__file__).resolve().parents[1] / 'config' / 'placement' / 'nodes.yaml'
#: networks that a node of a type serves in this benchmark
NETWORKS = {
    'nano': ('resnet18', 'googlenet', 'mobilenet-v2'),
    'pi': ('mobilenet-v2', 'efficientnet-s'),
}
LIMIT_MS = 100.0


def make_node(index: int, size: int) -> dict[str, Any]:
    """Return a node; the types take turns."""
    kind = ('nano', 'pi')[index % 2]
    meta = {'name': f'node-{index:05}', 'uid': f'n{index}'}
    padding = 'x' * max(0, size - 200)
    meta['annotations'] = {'edge-sched.io/type': kind, 'padding': padding}
    return {'metadata': meta, 'status': {'conditions': [{'type': 'Ready', 'status': 'True'}]}}


def make_pod(name: str, network: str, rate: float, node: str = '', **more: str) -> dict[str, Any]:
    """Return a pod that asks for a network."""
    wanted = {'network': network, 'rate-per-s': f'{rate:g}', 'latency-ms': '600', **more}
    annotations = {f'edge-sched.io/{key}': value for key, value in wanted.items()}
    meta = {'name': name, 'namespace': 'default', 'uid': name, 'annotations': annotations}
    return {'metadata': meta, 'spec': {'nodeName': node}, 'status': {'phase': 'Running'}}


def make_claim(index: int) -> dict[str, Any]:
    """Return a claim on a unit of a node that the model does not need."""
    result = {'driver': 'edge-sched.io', 'pool': f'node-{index:05}', 'device': 'dla0'}
    allocation = {'devices': {'results': [result]}}
    return {'metadata': {'uid': f'c{index}'}, 'status': {'allocation': allocation}}


def make_service(nodes: int, apps: int, algorithm: str, objective: str) -> Service:
    """Return a service that has seen a full cluster."""
    service = Service(load_types(TYPES), make_algorithm(algorithm))
    service.replace('nodes', [make_node(index, 0) for index in range(nodes)])
    draw = random.Random(0)
    pods = []
    for index in range(nodes):
        kinds = NETWORKS[('nano', 'pi')[index % 2]]
        for number in range(apps):
            network, rate = draw.choice(kinds), draw.uniform(0.5, 2)
            name, node = f'pod-{index}-{number}', f'node-{index:05}'
            pods.append(make_pod(name, network, rate, node, objective=objective))
    service.replace('pods', pods)
    service.replace('resourceclaims', [make_claim(index) for index in range(0, nodes, 2)])
    return service


class Client:
    """kube-scheduler's side of a connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection('127.0.0.1', port)

    def ask(self, path: str, question: dict[str, Any]) -> tuple[Any, float]:
        """Return an answer, and how long it took in ms."""
        body = json.dumps(question).encode()
        before = time.perf_counter_ns()
        self._connection.request('POST', path, body)
        data = self._connection.getresponse().read()
        took_ms = (time.perf_counter_ns() - before) / 1e6
        return json.loads(data), took_ms


def ask_by_names(pod: dict[str, Any], nodes: list[str]) -> dict[str, Any]:
    """Return a question with names."""
    return {'Pod': pod, 'Nodes': None, 'NodeNames': nodes}


def measure(
    service: Service, client: Client, nodes: int, rounds: int, question: Callable[..., Any]
) -> dict[str, list[float]]:
    """Return times in ms by what was asked."""
    names = [f'node-{index:05}' for index in range(nodes)]
    times: dict[str, list[float]] = {'filter': [], 'prioritize': [], 'filter, refused': []}
    gc.collect()
    for number in range(rounds):
        pod = make_pod(f'new-{question.__name__}-{number}', 'mobilenet-v2', 1.0)
        answer, took = client.ask('/filter', question(pod, names))
        times['filter'].append(took)
        passed = answer['NodeNames'] or [
            one['metadata']['name'] for one in answer['Nodes']['items']
        ]
        scores, took = client.ask('/prioritize', question(pod, passed))
        times['prioritize'].append(took)
        best = max(scores, key=lambda one: one['Score'])
        if best['Score'] != 10:
            raise SystemExit(f'no choice was made: {best}')
        service.note('pods', 'MODIFIED', {**pod, 'spec': {'nodeName': best['Host']}})
        refused = make_pod(f'refused-{number}', 'inception-v3', 8.0)
        refused['metadata']['annotations']['edge-sched.io/latency-ms'] = '51'
        answer, took = client.ask('/filter', question(refused, names))
        times['filter, refused'].append(took)
        if answer['NodeNames']:
            raise SystemExit(f'{len(answer["NodeNames"])} nodes take what none should')
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--nodes', type=int, default=500)
    parser.add_argument('--apps', type=int, default=10, help='on each node')
    parser.add_argument('--rounds', type=int, default=50)
    parser.add_argument('--node-bytes', type=int, default=8000)
    parser.add_argument('--algorithm', default='ibis')
    parser.add_argument('--objective', default='mean', choices=('mean', 'p95', 'p99'))
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    service = make_service(options.nodes, options.apps, options.algorithm, options.objective)
    server = Server(('127.0.0.1', 0), service, Metrics(service))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(server.server_address[1])
    whole = {
        node['metadata']['name']: node
        for node in (make_node(index, options.node_bytes) for index in range(options.nodes))
    }

    def ask_by_nodes(pod: dict[str, Any], names: list[str]) -> dict[str, Any]:
        items = [whole[name] for name in names]
        return {'Pod': pod, 'Nodes': {'items': items}, 'NodeNames': None}

    found: dict[str, Any] = {'nodes': options.nodes, 'apps': options.nodes * options.apps}
    for way, question in (('names', ask_by_names), ('whole nodes', ask_by_nodes)):
        times = measure(service, client, options.nodes, options.rounds, question)
        for what, values in times.items():
            ordered = sorted(values)
            found[f'{what}, by {way}'] = {
                'median_ms': round(statistics.median(ordered), 2),
                'p99_ms': round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 2),
                'max_ms': round(ordered[-1], 2),
                'within': ordered[-1] < LIMIT_MS,
            }
    found['rss_mib'] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    server.shutdown()
    server.server_close()
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for key, value in found.items():
        print(f'{key}: {value}')


if __name__ == '__main__':
    main()
