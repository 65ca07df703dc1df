# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Follows objects of a kind: lists, watches and resumes, after any failure."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from collections.abc import Mapping
from threading import Event
from threading import Thread
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import Gone
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)

#: seconds between attempts: at first, and at most
_FIRST_S, _MOST_S = 0.5, 30.0
#: what is answered where a kind is missing, or denied
_UNKNOWN = (403, 404)


class Source(Protocol):
    """The calls to an API server."""

    def list(self, kind: str) -> tuple[list[dict[str, Any]], str]:
        """Return all objects, and their version."""
        ...

    def watch(self, kind: str, version: str) -> Iterator[dict[str, Any]]:
        """Yield the changes since a version."""
        ...


class Sink(Protocol):
    """The receiver of the objects."""

    def replace(self, kind: str, items: list[dict[str, Any]]) -> None:
        """Replace all objects."""
        ...

    def note(self, kind: str, change: str, item: Mapping[str, Any]) -> None:
        """Take a change."""
        ...

    def heard(self, kind: str) -> None:
        """Record that there are no other changes."""
        ...


class Watcher(Thread):
    """
    Keeps a sink informed about one kind of object.

    While the API server is not available it waits longer each time, for a random part of that
    time, so that not all its clients return at once.

    :param seed: seed of the random waits
    :param optional: whether the cluster may lack the kind, or deny it to this account
    """

    def __init__(
        self,
        source: Source,
        sink: Sink,
        kind: str,
        stop: Event,
        seed: int | None = None,
        *,
        optional: bool = False,
    ) -> None:
        super().__init__(name=f'watch-{kind}', daemon=True)
        self._source, self._sink, self._kind, self._halt = source, sink, kind, stop
        self._random = random.Random(seed)
        #: version to resume from; ``None`` to list
        self._version: str | None = None
        self._failures = 0
        self._optional = optional
        self._missing = False

    def run(self) -> None:
        """Follow until stopped."""
        while not self._halt.is_set():
            try:
                self._step()
            except ApiError as error:
                if self._optional and error.status in _UNKNOWN:
                    self._do_without(error)
                    continue
                if isinstance(error, Gone):
                    self._version = None
                self._pause(error)
            except Exception:
                _log.exception('%s: internal error; listing again', self._kind)
                self._version = None
                self._pause(None)

    def delay_s(self) -> float:
        """Return how long to wait after this many failures in a row."""
        longest = min(_MOST_S, _FIRST_S * 2.0 ** min(self._failures, 10))
        return longest * self._random.uniform(0.5, 1)

    def _step(self) -> None:
        """List, or watch until the API server ends the watch."""
        if self._version is None:
            items, version = self._source.list(self._kind)
            self._missing = False
            self._sink.replace(self._kind, items)
            self._well(f'{len(items)} listed')
            self._version = version
        heard = False
        for event in self._source.watch(self._kind, self._version):
            self._take(event)
            heard = True
            if self._halt.is_set():
                return
        self._sink.heard(self._kind)
        if heard or not self._failures:
            self._well('heard again')
        # do not call a server that ends every watch at once a thousand times a second
        self._halt.wait(0.1)

    def _take(self, event: Mapping[str, Any]) -> None:
        item = event.get('object')
        if not isinstance(item, dict):
            raise ApiError('an event without an object')
        version = (item.get('metadata') or {}).get('resourceVersion')
        if event.get('type') == 'BOOKMARK':
            self._sink.heard(self._kind)
        else:
            try:
                self._sink.note(self._kind, str(event.get('type')), item)
            except ConfigError as error:
                _log.warning('%s: an event is not used: %s', self._kind, error)
        if version:
            self._version = str(version)
        self._well('heard again')

    def _well(self, what: str) -> None:
        if self._failures or what.endswith('listed'):
            _log.info('%s: %s', self._kind, what)
        self._failures = 0

    def _do_without(self, error: ApiError) -> None:
        """Go on as if there were no such objects, and look again later."""
        if not self._missing:
            _log.warning('%s: cannot be watched, none are counted: %s', self._kind, error)
        self._missing = True
        self._version = None
        self._sink.replace(self._kind, [])
        self._halt.wait(_MOST_S)

    def _pause(self, error: ApiError | None) -> None:
        if error is not None and not self._failures:
            _log.warning('%s: the API server is not available, retrying: %s', self._kind, error)
        delay_s = self.delay_s()
        self._failures += 1
        self._halt.wait(delay_s)
