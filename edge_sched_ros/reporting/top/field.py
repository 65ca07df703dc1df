# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The field of ``edge-sched top`` into which values are typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input


class Field(Input):
    """
    An input field that takes keys in the order in which they come.

    Textual enters letters at once, but carries out keys such as backspace and enter only after the
    app has seen them. Of keys that come together, as over a slow line, letters would then overtake
    them, and another value than the typed one would be set.
    """

    #: key -> what it does
    _ACTIONS: ClassVar[dict[str, str]] = {
        key: binding.action
        for binding in Input.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(',')
    }

    async def _on_key(self, event: Key) -> None:
        action = self._ACTIONS.get(event.key)
        if action is None:
            # textual calls the method of each class by itself
            return
        event.stop()
        event.prevent_default()
        await self.run_action(action)
