# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The states of units that another program observes, from a file."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from pathlib import Path

from edge_sched_ros.cluster import names
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.text_file import read_text

_log = logging.getLogger(__name__)
_GOOD = 'ok'


def read_states(path: Path, units: Collection[str]) -> dict[str, str]:
    """
    Return the units that are defective or late, by a JSON file; empty while it cannot be used.

    What cannot be used is logged and left out.

    :param units: names of the published units
    """
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        problem = error.problem if isinstance(error, ConfigError) else str(error)
        _log.warning('%s: not used: %s', path, brief(problem, 100))
        return {}
    if not isinstance(data, dict):
        _log.warning('%s: not used: is not a JSON object', path)
        return {}
    found = {}
    for name, state in data.items():
        if name not in units:
            _log.warning('%s: %s: is not a published unit', path, brief(str(name), 40))
        elif isinstance(state, str) and state in names.TAINTS:
            found[name] = state
        elif state != _GOOD:
            known = ', '.join((_GOOD, *names.TAINTS))
            shown = brief(json.dumps(state), 40)
            _log.warning('%s: %s: is %s (known: %s)', path, name, shown, known)
    return found
