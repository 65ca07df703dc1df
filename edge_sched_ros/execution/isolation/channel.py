# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Requests and answers between a task's process and the node: a socket beside shared memory."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

#: number of the request, slot, free input slots as bits, place and length of the text
_NOTE = struct.Struct('<QBBQQ')


@dataclass(frozen=True, slots=True)
class Note:
    """
    What goes over the socket: where a request or an answer is in the shared memory.

    :param number: number of the request; its answer has the same
    :param slot: the slot
    :param free: input slots that the process does not use, as bits; in answers only
    :param place: place of the text in the slot
    :param size: length of the text, bytes
    """

    number: int
    slot: int
    free: int
    place: int
    size: int


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that keep the borders of messages."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(sock: socket.socket, note: Note) -> None:
    """Send a note; :raises OSError: when the other process has ended."""
    fields = (note.number, note.slot, note.free, note.place, note.size)
    sock.send(_NOTE.pack(*fields), socket.MSG_NOSIGNAL)


def receive(sock: socket.socket) -> Note | None:
    """Return the next note; ``None`` when the other process has ended or sent no note."""
    try:
        data = sock.recv(_NOTE.size + 1)
    except OSError:
        return None
    if len(data) != _NOTE.size:
        return None
    return Note(*_NOTE.unpack(data))
