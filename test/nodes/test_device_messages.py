# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Records as messages and back; tensors without the detour over their Python class."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message
from rclpy.serialization import serialize_message

from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.units import Unit
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.fleet.wire.reports import Arrived
from edge_sched_ros.fleet.wire.reports import Exited
from edge_sched_ros.fleet.wire.reports import Failed
from edge_sched_ros.fleet.wire.reports import NotSent
from edge_sched_ros.fleet.wire.reports import OutputShape
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.msg import DeviceOrders
from edge_sched_ros.msg import DeviceReports
from edge_sched_ros.msg import TensorMessage
from edge_sched_ros.nodes.devices import offers
from edge_sched_ros.nodes.devices import orders
from edge_sched_ros.nodes.devices import reports
from edge_sched_ros.nodes.devices.columns import UnreadableError
from edge_sched_ros.nodes.devices.raw_tensor import read_tensor
from edge_sched_ros.nodes.devices.raw_tensor import write_tensor

FRAME = FrameKey('/camera', 7)
ORDERS = (
    LoadOrder('task', 'net', 'sha256:0', (('a', ('x', 'y')), ('b', ('z',)))),
    PushOrder(1, 'task', 'a', FRAME, -5, 3, (('x', 'gpu'), ('y', 'cpu0')), 'net:light'),
    SendOrder(1, 't', 'desk', FRAME, True),
    CancelOrder(1, 'b'),
)
REPORTS = (
    Exited(
        1,
        'a',
        (StageRun('x', 'gpu', 5, 9),),
        (OutputShape('t', 'float32', (1, 3)), OutputShape('s', 'int8', ())),
        4,
    ),
    Failed(1, 'b', 'no_unit', False),
    Arrived(1, 't', 'orin', 12, 5, 9),
    NotSent(1, 't', 'orin', 'desk', 'unreachable'),
)


def _again(message):
    return deserialize_message(serialize_message(message), type(message))


def test_orders_come_as_they_went():
    record = Orders('orin', 1 << 62, 3, ORDERS, (1, 2), (FRAME,))
    assert orders.read_orders(_again(orders.write_orders(record))) == record


def test_reports_come_as_they_went():
    record = Reports('orin', 1 << 62, 3, REPORTS)
    assert reports.read_reports(_again(reports.write_reports(record))) == record


def test_offers_signs_of_life_and_beats_come_as_they_went():
    offer = Offer(
        'orin',
        5,
        DeviceOffer(
            'orin',
            (Unit('gpu', 'gpu', 2), Unit('cpu0', 'cpu')),
            {('net', 'x'): {'gpu': 5, 'cpu0': 9}},
            {('gpu', 'cpu0'): 3},
            {'net': 'sha256:0'},
        ),
    )
    assert offers.read_offer(_again(offers.write_offer(offer))) == offer
    status = DeviceStatus(
        'orin', 5, -3, 'boss', 8, 2, 1, 4,
        (UnitLoad('gpu', -9, 'hung', 7, 1),), {'pushed': 3}, ('a line',),
    )  # fmt: skip
    assert offers.read_status(_again(offers.write_status(status))) == status
    beat = Beat('boss', 8, -1, 'home', {'orin': 2}, instances={'orin': 5})
    assert offers.read_beat(_again(offers.write_beat(beat))) == beat


@pytest.mark.parametrize(
    ('message', 'read'),
    [
        (DeviceOrders(ended_streams=['a']), orders.read_orders),
        (DeviceOrders(orders=[orders.PartitionOrder(kind=9)]), orders.read_orders),
        (
            DeviceOrders(orders=[orders.PartitionOrder(partitions=['a'], segment_counts=[2])]),
            orders.read_orders,
        ),
        (DeviceReports(reports=[reports.PartitionReport(segments=['a'])]), reports.read_reports),
        (
            DeviceReports(reports=[reports.PartitionReport(tensors=['a'], dtypes=['b'])]),
            reports.read_reports,
        ),
        (DeviceReports(reports=[reports.PartitionReport(kind=9)]), reports.read_reports),
        (offers.OfferMessage(device='a', units=['x']), offers.read_offer),
        (
            offers.OfferMessage(device='a', units=['x'], kinds=['qpu'], slots=[1]),
            offers.read_offer,
        ),
        (
            offers.OfferMessage(
                device='a',
                cost_networks=['n'],
                cost_segments=['s'],
                cost_units=['u'],
                costs_ns=[1],
            ),
            offers.read_offer,
        ),
        (offers.OfferMessage(), offers.read_offer),
        (offers.StatusMessage(units=['a']), offers.read_status),
        (offers.CoordinatorBeat(devices=['a']), offers.read_beat),
    ],
)
def test_what_makes_no_sense_is_refused(message, read):
    with pytest.raises(UnreadableError):
        read(message)


_TEXT = st.text(st.characters(blacklist_characters='\0', blacklist_categories=['Cs']), max_size=9)


@settings(deadline=None)
@given(
    texts=st.tuples(*(_TEXT,) * 6),
    shape=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4).map(tuple),
    data=st.binary(max_size=40),
    of_frame=st.booleans(),
)
def test_tensors_are_what_the_python_class_makes_of_them(texts, shape, data, of_frame):
    stream, tensor, source, target, kind, dtype = texts
    record = TensorRecord(
        session=1, job=2, frame=FrameKey(stream, 3), of_frame=of_frame, tensor=tensor,
        source=source, target=target, kind=kind, dtype=dtype, shape=shape, sent_ns=-4, data=data,
    )  # fmt: skip
    message = TensorMessage(
        session=1, job=2, seq=3, sent_ns=-4, of_frame=of_frame, stream=stream, tensor=tensor,
        source=source, target=target, kind=kind, dtype=dtype, shape=shape, data=data,
    )  # fmt: skip
    assert deserialize_message(write_tensor(record), TensorMessage) == message
    for serialized in (write_tensor(record), serialize_message(message)):
        found = read_tensor(bytes(serialized))
        assert bytes(found.data) == data
        assert (found.shape, found.frame, found.kind) == (shape, record.frame, kind)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_rubbish_is_refused_and_nothing_else(data):
    try:
        read_tensor(b'\0\1\0\0' + data)
    except UnreadableError:
        pass


def test_a_tensor_cut_anywhere_is_refused():
    record = TensorRecord(
        session=1, job=2, frame=FRAME, of_frame=False, tensor='t', source='a', target='b',
        kind='tensor', dtype='float32', shape=(2,), sent_ns=4, data=b'12345678',
    )  # fmt: skip
    whole = write_tensor(record)
    for length in range(len(whole)):
        with pytest.raises(UnreadableError):
            read_tensor(whole[:length])
