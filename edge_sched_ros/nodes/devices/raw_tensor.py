# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Writes and reads serialized ``TensorMessage`` without going through its Python class.

That one copies the bytes of a tensor several times; here writing copies them once, and what is
read sees the bytes of the message in place.
"""

from __future__ import annotations

import sys
from struct import error as StructError
from struct import Struct

from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.nodes.devices.columns import UnreadableError

#: bytes before the message: plain CDR, little-endian (OMG DDS-XTypes 1.3, 7.6.3.1.2)
_ENCAPSULATION = b'\x00\x01\x00\x00'
_START = len(_ENCAPSULATION)
#: second byte of the encapsulation of plain CDR in little-endian order, version 1 and 2
_LITTLE = (0x01, 0x07)
#: session, job, seq, sent_ns, of_frame
_FIXED = Struct('<QQQq?')
_COUNT = Struct('<I')
_TEXTS = ('stream', 'tensor', 'source', 'target', 'kind', 'dtype')


def is_possible() -> bool:
    """Whether this machine's byte order is the one that tensors travel in."""
    return sys.byteorder == 'little'


def write_tensor(record: TensorRecord) -> bytes:
    """Return a tensor as serialized ``TensorMessage``."""
    head = bytearray(_ENCAPSULATION)
    head += _FIXED.pack(
        record.session, record.job, record.frame.seq, record.sent_ns, record.of_frame
    )
    texts = (
        record.frame.stream,
        record.tensor,
        record.source,
        record.target,
        record.kind,
        record.dtype,
    )
    for text in texts:
        _align(head, 4)
        data = text.encode() + b'\0'
        head += _COUNT.pack(len(data)) + data
    _align(head, 4)
    head += _COUNT.pack(len(record.shape))
    if record.shape:
        _align(head, 8)
        head += Struct(f'<{len(record.shape)}q').pack(*record.shape)
    head += _COUNT.pack(record.nbytes)
    return b''.join((head, record.data))


def _align(head: bytearray, size: int) -> None:
    head += b'\0' * (-(len(head) - _START) % size)


def read_tensor(serialized: bytes) -> TensorRecord:
    """
    Return the tensor in a serialized ``TensorMessage``; its data is a view of these bytes.

    :raises UnreadableError: when they are none
    """
    try:
        return _read(serialized)
    except (IndexError, StructError, UnicodeDecodeError) as error:
        raise UnreadableError('TensorMessage', f'not in CDR ({error})') from None


def _read(serialized: bytes) -> TensorRecord:
    if serialized[1] not in _LITTLE:
        raise UnreadableError('TensorMessage', 'not in little-endian byte order')
    session, job, seq, sent_ns, of_frame = _FIXED.unpack_from(serialized, _START)
    at = _START + _FIXED.size
    found = {}
    for name in _TEXTS:
        at = _aligned(at, 4)
        (length,) = _COUNT.unpack_from(serialized, at)
        at += 4
        if not length or at + length > len(serialized):
            raise IndexError(f'{name} of {length} bytes')
        found[name] = serialized[at : at + length - 1].decode()
        at += length
    at = _aligned(at, 4)
    (rank,) = _COUNT.unpack_from(serialized, at)
    at += 4
    if rank * 8 > len(serialized):
        raise IndexError(f'shape of {rank} numbers')
    shape: tuple[int, ...] = ()
    if rank:
        # of 8 in CDR 1; CDR 2 aligns nothing to more than 4
        at = _aligned(at, 8 if serialized[1] == 0x01 else 4)
        shape = Struct(f'<{rank}q').unpack_from(serialized, at)
        at += 8 * rank
    (nbytes,) = _COUNT.unpack_from(serialized, at)
    at += 4
    if at + nbytes > len(serialized):
        raise IndexError(f'{nbytes} bytes announced, {len(serialized) - at} there')
    return TensorRecord(
        session=session,
        job=job,
        frame=FrameKey(found['stream'], seq),
        of_frame=of_frame,
        tensor=found['tensor'],
        source=found['source'],
        target=found['target'],
        kind=found['kind'],
        dtype=found['dtype'],
        shape=shape,
        sent_ns=sent_ns,
        data=memoryview(serialized)[at : at + nbytes],
    )


def _aligned(at: int, size: int) -> int:
    return at + (-(at - _START) % size)
