# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a client cannot take from others: connections, bytes, slots and time."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import replace

import pytest
from children import TIMEOUT_S
from children import wait_until
from kube_objects import by_names
from kube_objects import pod

from edge_sched_ros.cluster.limits import ByteBudget
from edge_sched_ros.cluster.limits import ConnectionCount
from edge_sched_ros.cluster.limits import Limits
from edge_sched_ros.cluster.limits import limits_for
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.server import Server

pytest.importorskip('prometheus_client', reason='prometheus_client is not installed')

#: no time ends in a test that is not about time
PATIENT = Limits(request_s=TIMEOUT_S, idle_s=TIMEOUT_S)


@pytest.fixture
def serve(make_service):
    running = []

    def start(limits):
        service = make_service()
        server = Server(('127.0.0.1', 0), service, Metrics(service), limits=limits)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def connected(server, said=b''):
    with socket.create_connection(server.server_address, timeout=TIMEOUT_S) as connection:
        connection.sendall(said)
        yield connection


def post(length, body=b'', path='/filter'):
    return f'POST {path} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n'.encode() + body


def status(connection):
    """Return the status of the answer; 0 when the connection is closed without one."""
    try:
        said = connection.recv(100)
    except ConnectionResetError:
        return 0
    return int(said.split(b' ')[1]) if said else 0


def refused(server, reason):
    (sample, *_) = server.metrics.refused.labels(reason).collect()[0].samples
    return sample.value


def healthy(server):
    with connected(server, b'GET /healthz HTTP/1.0\r\n\r\n') as connection:
        return status(connection) == 200


def test_bodies_that_are_held_back_take_a_bounded_amount_of_memory(serve):
    limits = replace(PATIENT, body_bytes=300_000, bytes_in_flight=450_000)
    server = serve(limits)
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(connected(server, post(300_000, b' ' * 200_000)))
            for _ in range(10)
        ]
        wait_until(lambda: refused(server, 'bytes') >= 8, 'refusals')
        assert server.budget.held <= 450_000
        # small requests are answered beside them
        small = by_names(pod('a', network='only-gpu'), 'gpu-0')
        with connected(server, post(len(small), small)) as connection:
            assert status(connection) == 200
        for connection in held:
            connection.close()
    wait_until(lambda: server.budget.held == 0, 'everything given back')


def test_announced_bytes_that_do_not_come_keep_nobody_out(serve):
    server = serve(replace(PATIENT, body_bytes=300_000, bytes_in_flight=400_000))
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(connected(server, post(300_000)))
        wait_until(lambda: server.open.total == 5, 'connections')
        body = b' ' * 100_000
        with connected(server, post(len(body), body)) as connection:
            # read as a whole, and no JSON
            assert status(connection) == 400


def test_connections_of_one_address_are_bounded(serve):
    server = serve(replace(PATIENT, connections_of_peer=3))
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connected(server))
        wait_until(lambda: server.open.total == 3, 'connections')
        with connected(server) as one_more:
            assert status(one_more) == 0
        assert refused(server, 'connections') == 1
    wait_until(lambda: server.open.total == 0, 'all are closed')
    assert healthy(server)


def test_all_connections_together_are_bounded_and_addresses_are_forgotten():
    count = ConnectionCount(Limits(connections=3, connections_of_peer=2))
    assert [count.admit(peer) for peer in 'aaabbc'] == [True, True, False, True, False, False]
    count.release('a')
    assert count.admit('c') and not count.admit('d')
    for peer in 'abc':
        count.release(peer)
    assert count.total == 0 and not count._open


@pytest.mark.parametrize(
    'said',
    [b'', b'GET /healthz', b'GET /healthz HTTP/1.1\r\nHost: a\r\n', post(100), post(100, b'{')],
    ids=['nothing', 'half_a_line', 'half_a_head', 'no_body', 'half_a_body'],
)
def test_a_request_that_does_not_end_ends_at_its_deadline(serve, said):
    server = serve(Limits(request_s=0.1, idle_s=0.1))
    with connected(server, said) as connection:
        assert status(connection) == 0
    wait_until(lambda: server.open.total == 0, 'the connection is closed')
    assert server.budget.held == 0


def test_bytes_that_come_one_by_one_do_not_extend_the_time(serve):
    server = serve(Limits(request_s=0.3, idle_s=TIMEOUT_S))
    ended = threading.Event()
    with connected(server, post(1_000_000)) as connection:

        def drip():
            # the socket's own timeout begins anew with every byte
            with contextlib.suppress(OSError):
                while not ended.wait(0.02):  # short on purpose
                    connection.sendall(b' ')

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            assert status(connection) == 0
        finally:
            ended.set()
            thread.join(TIMEOUT_S)
    assert refused(server, 'time') == 1


def test_a_client_that_does_not_read_its_answer_is_given_up(serve):
    server = serve(Limits(request_s=0.3, idle_s=TIMEOUT_S))
    asking = json.loads(by_names(pod('a', network='only-gpu'), 'gpu-0'))
    asking['NodeNames'] = [f'{"n" * 1000}{index}' for index in range(5000)]
    body = json.dumps(asking).encode()
    with connected(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(post(len(body), body))
        wait_until(lambda: server.open.total == 0, 'the connection is closed')
    assert refused(server, 'time') >= 1


def test_a_request_waits_for_a_slot_no_longer_than_its_time(serve):
    server = serve(Limits(at_once=1, request_s=0.2, idle_s=TIMEOUT_S))
    with server.slots:
        with connected(server, post(2, b'{}')) as connection:
            assert status(connection) == 503
        assert refused(server, 'busy') == 1
        assert healthy(server)
    with connected(server, post(2, b'{}')) as connection:
        assert status(connection) == 400


def test_a_budget_holds_what_it_was_given():
    budget = ByteBudget(10)
    assert budget.take(7) and not budget.take(4) and budget.take(3)
    budget.give_back(7)
    assert budget.held == 3 and budget.take(7)


def test_two_bodies_of_the_largest_size_may_be_in_flight():
    limits = limits_for(64)
    assert limits.body_bytes == 64 * 2**20 and limits.bytes_in_flight == 128 * 2**20
    assert limits_for(8) == Limits()
