# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A timeline for Perfetto (ui.perfetto.dev): TrackEvents of its protobuf format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import BinaryIO

from edge_sched_ros.installation.missing import need
from edge_sched_ros.reporting.timeline import Counter
from edge_sched_ros.reporting.timeline import Entry
from edge_sched_ros.reporting.timeline import Instant
from edge_sched_ros.reporting.timeline import Slice
from edge_sched_ros.reporting.timeline import Track

_SEQUENCE = 1
#: flags of a sequence's first packet
_CLEARED = 1


class _Packets:
    """Packets of one sequence; tracks are described when they are first used."""

    def __init__(self, file: BinaryIO, title: str) -> None:
        need('perfetto')
        from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as protos
        from perfetto.trace_builder.proto_builder import StreamingTraceProtoBuilder

        self._builder = StreamingTraceProtoBuilder(file)
        self._event: Any = protos.TrackEvent
        self._ids: dict[object, int] = {}
        self._title = title
        packet = self._builder.create_packet()
        packet.trusted_packet_sequence_id = _SEQUENCE
        packet.sequence_flags = _CLEARED
        self._builder.write_packet(packet)

    def begin(self, entry: Slice) -> None:
        """Write the beginning of a slice."""
        packet, track_event = self._write(
            entry.begin_ns, self._event.TYPE_SLICE_BEGIN, self._track(entry.track)
        )
        track_event.name = entry.name
        if entry.flow is not None:
            track_event.flow_ids.append(entry.flow + 1)
        _annotate(track_event, entry.args)
        self._builder.write_packet(packet)

    def end(self, entry: Slice) -> None:
        """Write the end of a slice."""
        packet, _ = self._write(entry.end_ns, self._event.TYPE_SLICE_END, self._track(entry.track))
        self._builder.write_packet(packet)

    def instant(self, entry: Instant) -> None:
        """Write a moment."""
        packet, event = self._write(
            entry.at_ns, self._event.TYPE_INSTANT, self._track(entry.track)
        )
        event.name = entry.name
        _annotate(event, entry.args)
        self._builder.write_packet(packet)

    def counter(self, entry: Counter) -> None:
        """Write a number."""
        track = self._described(entry.name, name=entry.name, counter=True)
        packet, event = self._write(entry.at_ns, self._event.TYPE_COUNTER, track)
        event.double_counter_value = entry.value
        self._builder.write_packet(packet)

    def _write(self, at_ns: int, kind: int, track: int) -> tuple[Any, Any]:
        packet = self._builder.create_packet()
        packet.timestamp = at_ns
        packet.trusted_packet_sequence_id = _SEQUENCE
        packet.track_event.type = kind
        packet.track_event.track_uuid = track
        return packet, packet.track_event

    def _track(self, track: Track) -> int:
        group = self._described(track.group, name=f'{self._title} {track.group}')
        return self._described(track, name=track.title, parent=group)

    def _described(self, key: object, *, name: str, parent: int = 0, counter: bool = False) -> int:
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self._ids) + 1
            packet = self._builder.create_packet()
            packet.trusted_packet_sequence_id = _SEQUENCE
            descriptor = packet.track_descriptor
            descriptor.uuid = found
            descriptor.name = name
            if parent:
                descriptor.parent_uuid = parent
            if counter:
                descriptor.counter.SetInParent()
            self._builder.write_packet(packet)
        return found


def write_perfetto(entries: Iterable[Entry], file: BinaryIO, title: str) -> None:
    """
    Write a timeline; Perfetto sorts it by time.

    :raises MissingLibraryError: without the package perfetto
    """
    packets = _Packets(file, title)
    moments: list[tuple[int, int, int, Any]] = []
    for order, entry in enumerate(entries):
        if isinstance(entry, Slice):
            # at one time on one track, the end of a slice comes before the next begins
            moments.append((entry.begin_ns, 1, order, entry))
            after = 2 if entry.end_ns == entry.begin_ns else 0
            moments.append((entry.end_ns, after, order, entry))
        else:
            moments.append((entry.at_ns, 3, order, entry))
    for _, kind, _, entry in sorted(moments, key=lambda one: one[:3]):
        if isinstance(entry, Counter):
            packets.counter(entry)
        elif isinstance(entry, Instant):
            packets.instant(entry)
        elif kind == 1:
            packets.begin(entry)
        else:
            packets.end(entry)


def _annotate(event: Any, args: dict[str, Any]) -> None:
    for key, value in args.items():
        note = event.debug_annotations.add()
        note.name = key
        if isinstance(value, int):
            note.int_value = value
        elif isinstance(value, float):
            note.double_value = value
        else:
            note.string_value = str(value)
