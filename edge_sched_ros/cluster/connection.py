# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The client library's configuration: API server and credentials."""

from __future__ import annotations

import logging
import os
from typing import Any
from urllib.parse import urlsplit

from edge_sched_ros.cluster.api import Api
from edge_sched_ros.cluster.api_call import in_a_line
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need


def connect(kubeconfig: str | None = None) -> Api:
    """
    Return the API server of a kubeconfig, of the surrounding pod, or of the user.

    :raises ConfigError: when there is none, or the client library is not installed
    """
    client: Any = need('kubernetes.client')
    config: Any = need('kubernetes.config')
    # its warnings on every retry would fill the log
    logging.getLogger('urllib3').setLevel(logging.ERROR)
    settings = client.Configuration()
    try:
        if kubeconfig is None and config.incluster_config.SERVICE_HOST_ENV_NAME in os.environ:
            config.load_incluster_config(client_configuration=settings)
        else:
            config.load_kube_config(kubeconfig, client_configuration=settings)
    except (AttributeError, KeyError, TypeError, IndexError):
        # the library does not check this
        problem = 'is not a kubeconfig (a mapping with clusters, contexts and users)'
        raise ConfigError(kubeconfig or 'kubeconfig', problem) from None
    except Exception as error:
        # any exception of a YAML parser or a credential plug-in
        hint = '' if kubeconfig else ' (--kubeconfig FILE names one)'
        raise ConfigError(kubeconfig or 'kubeconfig', f'{in_a_line(error)}{hint}') from None
    if settings.api_key and not settings.auth_settings():
        problem = 'this version never sends tokens (a fault of 36.0.0 to 36.0.2)'
        raise ConfigError('kubernetes', problem)
    if not _is_url(settings.host):
        problem = 'the server of its cluster must be http(s)://HOST'
        problem = f"{problem}, not '{brief(settings.host, 80)}'"
        raise ConfigError(kubeconfig or 'kubeconfig', problem)
    settings.retries = False
    connection = client.ApiClient(settings)
    return Api(client.CoreV1Api(connection), client.CustomObjectsApi(connection))


def _is_url(text: object) -> bool:
    """Return whether a client can ask there; the library says so only at each call."""
    try:
        parts = urlsplit(str(text))
        return parts.scheme in ('http', 'https') and bool(parts.hostname) and parts.port != 0
    except ValueError:
        # a port that is none
        return False
