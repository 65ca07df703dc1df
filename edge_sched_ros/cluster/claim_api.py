# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ResourceClaims of the API server, one at a time."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import call_json
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.slice_api import RESOURCE_GROUP

_NOT_FOUND = 404


class ClaimApi:
    """
    Calls on claims.

    :param objects: a ``kubernetes.client.CustomObjectsApi``
    """

    def __init__(self, objects: Any) -> None:
        self._objects = objects

    def get(self, name: str) -> dict[str, Any] | None:
        """
        Return a claim, ``None`` when there is none of this name.

        :param name: ``NAMESPACE/NAME``
        :raises NotServed: where the cluster has no ``resource.k8s.io/v1``
        :raises ApiError:
        """
        namespace, _, claim = name.partition('/')
        get = self._objects.get_namespaced_custom_object
        try:
            return call_json(get, *RESOURCE_GROUP, namespace, 'resourceclaims', claim)
        except NotServed:
            raise
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
