# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The plans of the fake: where they may run, their layers, and the network itself."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_MAGIC = b'FAKEPLAN'


def pack(header: dict[str, Any], model: bytes) -> bytes:
    text = json.dumps(header).encode()
    body = len(text).to_bytes(4, 'big') + text + model
    return _MAGIC + hashlib.sha256(body).digest() + body


def unpack(plan: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Return header and model; None for what is no plan, or only part of one."""
    digest, body = plan[8:40], plan[40:]
    if plan[:8] != _MAGIC or hashlib.sha256(body).digest() != digest:
        return None
    size = int.from_bytes(body[:4], 'big')
    return json.loads(body[4 : 4 + size]), body[4 + size :]
