# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The type of names in files: texts that are not empty."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from edge_sched_ros.core.names import is_blank


def named(text: str) -> str:
    """
    Return a name.

    :raises ValueError: when it is empty or consists of spaces
    """
    if is_blank(text):
        raise ValueError('must be a name')
    return text


#: a reference to an object defined elsewhere: a network, a unit, a device, a file
Named = Annotated[str, AfterValidator(named)]
