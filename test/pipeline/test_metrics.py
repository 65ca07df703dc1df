# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Metrics of a scheduler for Prometheus, and the endpoint that serves them."""

from __future__ import annotations

import json
import re
import socket
from urllib.request import urlopen

import pytest

pytest.importorskip('prometheus_client', reason='an optional library')

from children import TIMEOUT_S
from prometheus_client.parser import text_string_to_metric_families

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.telemetry.unit_reading import UnitReading
from edge_sched_ros.pipeline.health.metrics_endpoint import MetricsEndpoint
from edge_sched_ros.pipeline.health.metrics_endpoint import open_endpoint
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.health.status import UnitReport
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.settings.resources import share_of

_S = 1_000_000_000


def _status(now_s, *, on_time, busy_s):
    task = TaskState(
        name='detector',
        enabled=True,
        deadline_ns=50_000_000,
        released=on_time + 5,
        on_time=on_time,
        late=1,
        dropped={'superseded': 2},
        failed={'corrupt_image': 1},
        in_flight=1,
        miss_ratio=0.1,
        uxcost=0.5,
        response_ms={'p50': 20.0, 'p95': 40.0, 'p99': None},
        since_on_time_ns=0,
    )
    reading = UnitReading(temperature_c=51.5, power_mw=2500.0)
    units = (
        UnitReport('cpu0', 'cpu', 'available', '', '', round(busy_s * _S), 5, waiting=2),
        UnitReport('gpu0', 'gpu', 'hung', 'x', '', 0, 5, reading=reading, waiting=0),
    )
    camera = InputAccount(on_time, {'bad_step': 3}, now_s * _S, lost=4)
    for _ in range(on_time):
        camera.ages.note(Age(2_000_000), now_s * _S)
    return Status(now_s * _S, 0, 'edf', {}, 0.0, 0.25, (task,), units, {'/camera': camera}, {})


@pytest.fixture
def endpoint():
    made = MetricsEndpoint('127.0.0.1', 0)
    yield made
    made.close()


def _read(endpoint):
    """Return (metric, labels) -> number, as Prometheus reads them."""
    with urlopen(f'http://127.0.0.1:{endpoint.port}/metrics', timeout=TIMEOUT_S) as answer:
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _update(endpoint):
    before, now = _status(10, on_time=10, busy_s=1), _status(12, on_time=30, busy_s=2)
    endpoint.update(now, rates_between(before, now))


def test_prometheus_reads_every_number(endpoint):
    assert _read(endpoint) == {}, 'nothing is known yet'
    _update(endpoint)
    found = _read(endpoint)

    def of(name, **labels):
        return found[f'edge_sched_{name}', tuple(sorted(labels.items()))]

    assert of('jobs_total', task='detector', outcome='on_time', reason='') == 30
    assert of('jobs_total', task='detector', outcome='dropped', reason='superseded') == 2
    assert of('jobs_total', task='detector', outcome='failed', reason='corrupt_image') == 1
    assert of('on_time_hertz', task='detector') == 10
    assert of('deadline_seconds', task='detector') == 0.05
    assert of('response_seconds', task='detector', quantile='0.95') == 0.04
    assert of('unit_utilisation_ratio', unit='cpu0', kind='cpu') == 0.5
    assert of('unit_waiting_stages', unit='cpu0', kind='cpu') == 2
    assert of('unit_available', unit='gpu0', kind='gpu') == 0
    assert of('unit_power_watts', unit='gpu0', kind='gpu') == 2.5
    assert of('input_rejected_total', topic='/camera', reason='bad_step') == 3
    assert of('input_lost_total', topic='/camera') == 4
    assert of('input_age_seconds', topic='/camera') == pytest.approx(0.002)
    assert of('policy_info', policy='edf') == 1
    names = {name for name, _ in found}
    assert not {name for name, labels in found if ('quantile', '0.99') in labels}
    assert (
        'edge_sched_unit_temperature_celsius',
        (('kind', 'cpu'), ('unit', 'cpu0')),
    ) not in found
    assert {name for name in names if not name.startswith('edge_sched_')} == set()


def test_a_scheduler_that_is_not_active_has_no_numbers(endpoint):
    _update(endpoint)
    endpoint.clear()
    assert _read(endpoint) == {}


def test_a_client_that_says_nothing_does_not_keep_others_out(endpoint):
    from edge_sched_ros.pipeline.health import metrics_endpoint

    _update(endpoint)
    with socket.create_connection(('127.0.0.1', endpoint.port)):
        assert metrics_endpoint._CLIENT_S < TIMEOUT_S
        assert _read(endpoint)


def test_a_port_in_use_is_named(endpoint):
    with pytest.raises(
        ConfigError, match=f'metrics_port: cannot listen on 127.0.0.1:{endpoint.port}'
    ):
        open_endpoint('127.0.0.1', endpoint.port)


@pytest.mark.parametrize('address', ['not an address', '203.0.113.7', 'x' * 300])
def test_an_address_that_is_not_ours_is_named(address):
    with pytest.raises(ConfigError, match='metrics_port: cannot listen on'):
        open_endpoint(address, 9464)


def test_port_0_opens_nothing():
    assert open_endpoint('127.0.0.1', 0) is None


def test_the_dashboard_asks_for_metrics_that_there_are(endpoint):
    _update(endpoint)
    known = {name: set(dict(labels)) for name, labels in _read(endpoint)}
    dashboard = json.loads((share_of() / 'config' / 'views' / 'grafana.json').read_text())
    asked = [
        target['expr'] for panel in dashboard['panels'] for target in panel.get('targets', ())
    ]
    assert len(asked) >= 8
    for expression in asked:
        names = re.findall(r'edge_sched_\w+', expression)
        assert names and set(names) <= set(known), expression
        for labels in re.findall(r'by \(([\w, ]+)\)', expression):
            assert set(labels.split(', ')) <= known[names[0]] | {'instance'}, expression
