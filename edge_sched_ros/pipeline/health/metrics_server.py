# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The HTTP server of the metrics; imported by the nodes that serve them, since it takes time."""

from __future__ import annotations

from http.server import HTTPServer
from socketserver import TCPServer
from typing import Any


class MetricsServer(HTTPServer):
    """Serves one client at a time."""

    def server_bind(self) -> None:
        """Bind without looking its own name up, which takes seconds where nobody knows it."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that leaves early: it is not worth a traceback."""
