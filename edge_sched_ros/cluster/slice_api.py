# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ResourceSlices of the API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import call_json
from edge_sched_ros.cluster.api_call import NotServed

#: API group and version of devices: stable from Kubernetes 1.34 on
RESOURCE_GROUP = ('resource.k8s.io', 'v1')
_SLICES = (*RESOURCE_GROUP, 'resourceslices')
_NOT_FOUND = 404


class SliceApi:
    """
    Calls on slices; all raise ``NotServed`` where the cluster has no ``resource.k8s.io/v1``.

    :param objects: a ``kubernetes.client.CustomObjectsApi``
    """

    def __init__(self, objects: Any) -> None:
        self._objects = objects

    def get(self, name: str) -> dict[str, Any] | None:
        """
        Return a slice, ``None`` when there is none of this name.

        :raises ApiError:
        """
        try:
            return call_json(self._objects.get_cluster_custom_object, *_SLICES, name)
        except NotServed:
            raise
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def put(self, item: Mapping[str, Any]) -> None:
        """
        Create a slice, or replace the version of it that the item names.

        :raises ApiError:
        """
        meta = item['metadata']
        if 'resourceVersion' in meta:
            replace = self._objects.replace_cluster_custom_object
            call_json(replace, *_SLICES, meta['name'], item)
        else:
            call_json(self._objects.create_cluster_custom_object, *_SLICES, item)

    def delete(self, name: str) -> bool:
        """
        Delete a slice; return whether there was one.

        :raises ApiError:
        """
        try:
            call_json(self._objects.delete_cluster_custom_object, *_SLICES, name)
        except NotServed:
            raise
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        return True
