# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The sockets that kubelet calls: one to register at, and one to prepare claims at.

kubelet watches the folder of the first. It asks there who the plugin is and which versions it
serves, connects to the second, and says at the first how that went.
"""

from __future__ import annotations

import logging
import socket
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.plugin.driver import Asked
from edge_sched_ros.cluster.plugin.driver import Driver
from edge_sched_ros.cluster.plugin.messages import DRA
from edge_sched_ros.cluster.plugin.messages import make_messages
from edge_sched_ros.cluster.plugin.messages import REGISTRATION
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.installation.missing import need

_log = logging.getLogger(__name__)

_TYPE = 'DRAPlugin'
#: what kubelet calls the service ``DRA`` when plugins list what they serve
_VERSION = 'v1.DRAPlugin'
#: of the path of a Unix socket, in bytes
_MOST_PATH = 107
#: seconds in which calls may end when the plugin stops
_GRACE_S = 5.0


class PluginServer:
    """
    Serves kubelet until stopped.

    :param plugins: kubelet's folder for plugins; both processes see it at the same path
    :param registry: kubelet's folder for sockets of registration
    """

    def __init__(self, driver: Driver, plugins: Path, registry: Path) -> None:
        self._driver = driver
        self._lock = Lock()
        self._messages = make_messages()
        self._grpc = need('grpc')
        self.socket = plugins.absolute() / names.GROUP / 'dra.sock'
        self.registration = registry.absolute() / f'{names.GROUP}-reg.sock'
        self._server: Any = None
        #: the sockets that are this plugin's
        self._mine: list[Path] = []

    def start(self) -> None:
        """
        Listen; sockets that an earlier plugin left are replaced.

        :raises ConfigError: when a socket cannot be made
        """
        if not self.registration.parent.is_dir():
            problem = 'is not there: kubelet makes it, and --registry-dir names it'
            raise ConfigError(str(self.registration.parent), problem)
        pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix='plugin')
        self._server = self._grpc.server(pool)
        self._server.add_generic_rpc_handlers((self._registration(), self._dra()))
        # the one to register at comes last, when all else is there
        for path in (self.socket, self.registration):
            self._listen(path)
        self._server.start()

    def stop(self) -> None:
        """Leave: kubelet sees that the socket of registration is gone."""
        if self.registration in self._mine:
            self.registration.unlink(missing_ok=True)
        if self._server is not None:
            self._server.stop(_GRACE_S).wait()
        for path in self._mine:
            path.unlink(missing_ok=True)
        self._mine.clear()

    def _listen(self, path: Path) -> None:
        if len(str(path).encode()) > _MOST_PATH:
            raise ConfigError(str(path), f'is too long for a socket: above {_MOST_PATH} bytes')
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() or path.is_symlink():
                if not stat.S_ISSOCK(path.lstat().st_mode):
                    raise ConfigError(str(path), 'is there, and is not a socket')
                if _is_served(path):
                    raise ConfigError(str(path), 'another plugin listens there: end it first')
                path.unlink()
            self._server.add_insecure_port(f'unix:{path}')
        except OSError as error:
            raise ConfigError(str(path), f'cannot be made: {error.strerror}') from None
        except RuntimeError:
            raise ConfigError(str(path), 'cannot be listened at') from None
        self._mine.append(path)

    # --- registration -------------------------------------------------------------------------

    def _registration(self) -> Any:
        calls = {'GetInfo': ('InfoRequest', self._info)}
        calls['NotifyRegistrationStatus'] = ('RegistrationStatus', self._registered)
        return self._handler(f'{REGISTRATION}.Registration', self._messages.registration, calls)

    def _info(self, request: Any, context: Any) -> Any:
        return self._messages.registration['PluginInfo'](
            type=_TYPE,
            name=names.GROUP,
            endpoint=str(self.socket),
            supported_versions=[_VERSION],
        )

    def _registered(self, request: Any, context: Any) -> Any:
        if request.plugin_registered:
            _log.info('registered with kubelet')
        else:
            _log.warning('kubelet does not take the plugin: %s', request.error or 'no reason')
        return self._messages.registration['RegistrationStatusResponse']()

    # --- claims -------------------------------------------------------------------------------

    def _dra(self) -> Any:
        calls = {
            'NodePrepareResources': ('NodePrepareResourcesRequest', self._prepare),
            'NodeUnprepareResources': ('NodeUnprepareResourcesRequest', self._unprepare),
        }
        return self._handler(f'{DRA}.DRAPlugin', self._messages.dra, calls)

    def _prepare(self, request: Any, context: Any) -> Any:
        answer = self._messages.dra['NodePrepareResourcesResponse']()
        for claim in request.claims:
            self._do(claim, answer, self._prepare_one)
        return answer

    def _prepare_one(self, asked: Asked, answer: Any) -> None:
        found = self._driver.prepare(asked)
        for grant in found.grants:
            answer.devices.add(
                request_names=grant.requests,
                pool_name=self._driver.node,
                device_name=grant.unit,
                cdi_device_ids=[found.device_id(grant)],
            )

    def _unprepare(self, request: Any, context: Any) -> Any:
        answer = self._messages.dra['NodeUnprepareResourcesResponse']()
        for claim in request.claims:
            self._do(claim, answer, lambda asked, _: self._driver.unprepare(asked))
        return answer

    def _do(self, claim: Any, answer: Any, work: Callable[[Asked, Any], None]) -> None:
        """Do something for a claim; an error is of this claim alone."""
        # also an empty entry is an answer
        one = answer.claims[claim.uid]
        asked = Asked(claim.uid, f'{claim.namespace}/{claim.name}')
        try:
            with self._lock:
                work(asked, one)
        except EdgeSchedError as error:
            _log.warning('%s', error)
            one.error = ' '.join(str(error).split())
        except Exception:
            _log.exception('%s: a defect', asked.name)
            one.error = 'internal error of edge-sched: see its log'

    def _handler(self, service: str, classes: Any, calls: Any) -> Any:
        return self._grpc.method_handlers_generic_handler(
            service,
            {
                name: self._grpc.unary_unary_rpc_method_handler(
                    call,
                    request_deserializer=classes[request].FromString,
                    response_serializer=lambda answer: answer.SerializeToString(),
                )
                for name, (request, call) in calls.items()
            },
        )


def _is_served(path: Path) -> bool:
    """Return whether a process listens at a socket, which would lose it unheard."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.setblocking(False)
        try:
            asked.connect(str(path))
        except BlockingIOError:
            # more wait there than it takes
            return True
        except OSError:
            return False
    return True
