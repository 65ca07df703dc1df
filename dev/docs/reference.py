# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The pages of the reference that are made from the code.

The tables of docs/parameters.md and docs/system_schema.md are, too, and stand in the checkout.
"""

from __future__ import annotations

from dev.docs.command_reference import commands_page
from dev.docs.message_reference import messages_page
from dev.docs.python_reference import python_page


def reference_pages() -> dict[str, str]:
    """Return the text of each page by its path in the sources."""
    return {
        'reference/commands.md': commands_page(),
        'reference/messages.md': messages_page(),
        'reference/python.rst': python_page(),
    }
