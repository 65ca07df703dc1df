# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The API server through the client library ``kubernetes``, with plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError

#: seconds to connect, and to wait for an answer
_TIMEOUT = (5, 30)
_PAGE = 500
#: minimum time of a watch in seconds (the API server adds up to the same time again)
_WATCH_S = 30


class ApiError(EdgeSchedError):
    """
    The API server does not reply, or refuses the request.

    :param status: HTTP status; 0 without a reply
    """

    def __init__(self, problem: str, status: int = 0) -> None:
        super().__init__(problem)
        self.status = status


class Gone(ApiError):
    """The requested version is too old; list again."""


class Api:
    """
    All calls to the API server: the roles in config/kubernetes allow only these.

    :param core: a ``kubernetes.client.CoreV1Api``
    """

    def __init__(self, core: Any) -> None:
        self._core = core

    def list(self, kind: str) -> tuple[list[dict[str, Any]], str]:
        """
        Return all ``nodes`` or ``pods``, and the version for the watch.

        :raises ApiError:
        """
        items: list[dict[str, Any]] = []
        more = None
        while True:
            options: dict[str, Any] = {} if more is None else {'_continue': more}
            page = self._json(self._lister(kind), limit=_PAGE, **options)
            items += page.get('items') or []
            meta = page.get('metadata') or {}
            more = meta.get('continue')
            if not more:
                return items, str(meta.get('resourceVersion', ''))

    def watch(self, kind: str, version: str) -> Iterator[dict[str, Any]]:
        """
        Yield events since a version, until the API server ends the watch.

        :raises Gone: for a version that is too old
        :raises ApiError:
        """
        response = self._call(
            self._lister(kind),
            watch=True,
            resource_version=version,
            allow_watch_bookmarks=True,
            timeout_seconds=_WATCH_S,
            _request_timeout=(_TIMEOUT[0], 2 * _WATCH_S),
        )
        try:
            for line in _lines(response):
                event = _parse(line)
                if event.get('type') == 'ERROR':
                    status = event.get('object') or {}
                    code = int(status.get('code') or 0)
                    problem = str(status.get('message') or 'the watch failed')[:200]
                    raise (Gone if code == 410 else ApiError)(problem, code)
                yield event
        finally:
            response.close()

    def node(self, name: str) -> dict[str, Any]:
        """
        Return a node.

        :raises ApiError:
        """
        return self._json(self._core.read_node, name)

    def patch_node(self, name: str, patch: Mapping[str, Any]) -> None:
        """
        Merge annotations or labels into a node.

        :raises ApiError:
        """
        self._json(self._core.patch_node, name, patch)

    def patch_node_status(self, name: str, patch: Mapping[str, Any]) -> None:
        """
        Merge capacity into a node's status.

        :raises ApiError:
        """
        self._json(self._core.patch_node_status, name, patch)

    def evict(self, name: str, uid: str) -> None:
        """
        Evict a pod, if it still has this uid and its disruption budget allows it.

        :param name: ``NAMESPACE/NAME``
        :raises ApiError: with status 429 when the budget does not allow it
        """
        namespace, _, pod = name.partition('/')
        # without apiVersion and kind: policy/v1 is not known before Kubernetes 1.22, v1beta1 not
        # from 1.25 on
        body = {
            'metadata': {'name': pod, 'namespace': namespace},
            'deleteOptions': {'preconditions': {'uid': uid}},
        }
        self._json(self._core.create_namespaced_pod_eviction, pod, namespace, body)

    def _lister(self, kind: str) -> Callable[..., Any]:
        every: Callable[..., Any] = (
            self._core.list_node if kind == 'nodes' else self._core.list_pod_for_all_namespaces
        )
        return every

    def _json(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> dict[str, Any]:
        options.setdefault('_request_timeout', _TIMEOUT)
        response = self._call(call, *arguments, **options)
        try:
            return _parse(response.read())
        except _lost() as error:
            raise ApiError(in_a_line(error)) from None
        finally:
            response.release_conn()

    def _call(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        from kubernetes.client.exceptions import ApiException

        try:
            return call(*arguments, _preload_content=False, **options)
        except ApiException as error:
            problem = _message(error) or str(error.reason)
            kind = Gone if error.status == 410 else ApiError
            raise kind(problem[:200], int(error.status or 0)) from None
        except _lost() as error:
            raise ApiError(in_a_line(error)) from None


def _lost() -> tuple[type[Exception], ...]:
    """Return the exceptions of the client when there is no reply."""
    from urllib3.exceptions import HTTPError

    return (HTTPError, OSError)


def _lines(response: Any) -> Iterator[bytes]:
    rest = b''
    try:
        for piece in response.stream(amt=None, decode_content=False):
            *lines, rest = (rest + piece).split(b'\n')
            yield from filter(None, lines)
    except _lost() as error:
        raise ApiError(in_a_line(error)) from None


def _parse(text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ApiError(f'the reply is not a JSON object but {text[:60]!r}')
    return data


def _message(error: Any) -> str:
    """Return the message in the body of an error."""
    try:
        return str(json.loads(error.body)['message'])
    except (KeyError, TypeError, ValueError):
        return ''


def in_a_line(error: Exception) -> str:
    """Return the text of an error, without line breaks."""
    return ' '.join(str(error).split())[:200] or type(error).__name__
