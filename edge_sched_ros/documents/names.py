# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The type of every text of a file that names something: it is never empty."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from edge_sched_ros.core.names import is_blank


def named(text: str) -> str:
    """
    Return a text that names something.

    :raises ValueError: when it is empty, or nothing but spaces
    """
    if is_blank(text):
        raise ValueError('must be a name')
    return text


#: names something that is told elsewhere: a network, a unit, a device, a file
Named = Annotated[str, AfterValidator(named)]
