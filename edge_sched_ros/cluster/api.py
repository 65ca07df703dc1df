# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The API server through the client library ``kubernetes``, with plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial
from typing import Any

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import call_api
from edge_sched_ros.cluster.api_call import call_json
from edge_sched_ros.cluster.api_call import Gone
from edge_sched_ros.cluster.api_call import in_a_line
from edge_sched_ros.cluster.api_call import lost
from edge_sched_ros.cluster.api_call import parse
from edge_sched_ros.cluster.api_call import TIMEOUT
from edge_sched_ros.cluster.claim_api import ClaimApi
from edge_sched_ros.cluster.slice_api import RESOURCE_GROUP
from edge_sched_ros.cluster.slice_api import SliceApi

_PAGE = 500
#: minimum time of a watch in seconds (the API server adds up to the same time again)
_WATCH_S = 30


class Api:
    """
    All calls to the API server: the roles in config/kubernetes allow only these.

    :param core: a ``kubernetes.client.CoreV1Api``
    :param objects: a ``kubernetes.client.CustomObjectsApi``, which knows all kinds in all versions
    """

    def __init__(self, core: Any, objects: Any) -> None:
        self._core = core
        self._list_objects = partial(objects.list_cluster_custom_object, *RESOURCE_GROUP)
        self.claims = ClaimApi(objects)
        self.slices = SliceApi(objects)

    def list(self, kind: str) -> tuple[list[dict[str, Any]], str]:
        """
        Return all objects of a kind, and the version for the watch.

        :raises NotServed: when the cluster does not know the kind
        :raises ApiError:
        """
        items: list[dict[str, Any]] = []
        more = None
        while True:
            options: dict[str, Any] = {} if more is None else {'_continue': more}
            page = call_json(self._lister(kind), limit=_PAGE, **options)
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
        response = call_api(
            self._lister(kind),
            watch=True,
            resource_version=version,
            allow_watch_bookmarks=True,
            timeout_seconds=_WATCH_S,
            _request_timeout=(TIMEOUT[0], 2 * _WATCH_S),
        )
        try:
            for line in _lines(response):
                event = parse(line)
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
        return call_json(self._core.read_node, name)

    def patch_node(self, name: str, patch: Mapping[str, Any]) -> None:
        """
        Merge annotations or labels into a node.

        :raises ApiError:
        """
        call_json(self._core.patch_node, name, patch)

    def patch_node_status(self, name: str, patch: Mapping[str, Any]) -> None:
        """
        Merge capacity into a node's status.

        :raises ApiError:
        """
        call_json(self._core.patch_node_status, name, patch)

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
        call_json(self._core.create_namespaced_pod_eviction, pod, namespace, body)

    def _lister(self, kind: str) -> Callable[..., Any]:
        listers: dict[str, Callable[..., Any]] = {
            'nodes': self._core.list_node,
            'pods': self._core.list_pod_for_all_namespaces,
            'resourceclaims': partial(self._list_objects, 'resourceclaims'),
        }
        return listers[kind]


def _lines(response: Any) -> Iterator[bytes]:
    rest = b''
    try:
        for piece in response.stream(amt=None, decode_content=False):
            *lines, rest = (rest + piece).split(b'\n')
            yield from filter(None, lines)
    except lost() as error:
        raise ApiError(in_a_line(error)) from None
