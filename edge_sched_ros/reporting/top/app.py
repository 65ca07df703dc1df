# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched top`` on a terminal: looks twice a second, and changes parameters by keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import ClassVar

from rich.console import Group
from rich.text import Text
from textual.app import App
from textual.app import ComposeResult
from textual.binding import Binding
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Footer
from textual.widgets import Input
from textual.widgets import Static

from edge_sched_ros.core.brief import printable
from edge_sched_ros.reporting.top.field import Field
from edge_sched_ros.reporting.top.history import History
from edge_sched_ros.reporting.top.lines import all_lines
from edge_sched_ros.reporting.top.silence import Silence
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import TaskRow
from edge_sched_ros.reporting.top.source import Source

_LOOK_S = 0.5
_WAITING = 'waiting for a scheduler: no ~/status has come yet'


class TopApp(App[None]):
    """
    Shows one scheduler at a time.

    :param source: of snapshots, and of what keys change
    :param policies: names that are proposed
    :param clock: seconds that never go back, to tell silence by
    """

    CSS = """
    #view { padding: 0 1; }
    #said { height: auto; min-height: 1; max-height: 4; padding: 0 1; color: $text-warning; }
    #ask { height: 3; }
    """
    ENABLE_COMMAND_PALETTE = False
    # the hidden field would take the keys
    AUTO_FOCUS = None
    # with priority, so that an action is done before the next key is looked at: keys that are
    # typed ahead belong to the field that the action opens
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('up', 'select(-1)', 'task', show=False, priority=True),
        Binding('down', 'select(1)', 'task', show=False, priority=True),
        Binding('p', 'ask("policy")', 'policy', priority=True),
        Binding('d', 'ask("deadline")', 'deadline', priority=True),
        Binding('e', 'enable', 'enable/disable', priority=True),
        Binding('n', 'next_node', 'next node', priority=True),
        Binding('escape', 'cancel', 'cancel', show=False, priority=True),
        Binding('q', 'quit', 'quit', priority=True),
    ]

    def __init__(
        self,
        source: Source,
        policies: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._schedulers = source
        self._policies = tuple(policies)
        #: node -> its snapshots
        self.histories: dict[str, History] = {}
        self._silence = Silence(clock)
        #: seconds of silence that are on the screen
        self._silent_s = 0
        self._shown = ''
        self._selected = ''
        #: what the input field is for: ``policy`` or ``deadline``
        self._asked = ''

    def compose(self) -> ComposeResult:
        """Make the widgets."""
        with VerticalScroll(can_focus=False):
            yield Static(_WAITING, id='view')
        yield Field(id='ask')
        yield Static(id='said')
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look at once, and then regularly."""
        self.query_one('#ask', Input).display = False
        self.look()
        self.set_interval(_LOOK_S, self.look)

    def look(self) -> None:
        """Take what has come; draw only if something has, or a scheduler has gone silent."""
        came = self._schedulers.poll()
        for snapshot in came:
            name = snapshot.source
            if name not in self.histories:
                self.histories[name] = History(from_start=not snapshot.live)
            self.histories[name].add(snapshot)
            if snapshot.live:
                self._silence.heard(name)
            self._shown = self._shown or snapshot.source
        silent_s = self._silence.seconds(self._shown)
        if silent_s != self._silent_s or any(one.source == self._shown for one in came):
            self._draw()
        for message in self._schedulers.messages():
            self._say(message)

    @property
    def _newest(self) -> Snapshot | None:
        history = self.histories.get(self._shown)
        return None if history is None else history.last

    @property
    def _chosen(self) -> TaskRow | None:
        last = self._newest
        tasks = () if last is None else last.tasks
        chosen = next((one for one in tasks if one.name == self._selected), None)
        return chosen or (tasks[0] if tasks else None)

    def _draw(self) -> None:
        task, history = self._chosen, self.histories[self._shown]
        selected = '' if task is None or not self._is_live else task.name
        lines = all_lines(history, selected)
        self._silent_s = self._silence.seconds(self._shown)
        if self._silent_s:
            lines[0].append(f'  no status for {self._silent_s} s', style='bold red')
        others = len(self.histories) - 1
        if others:
            lines[0].append(f'  (+{others} more: n)', style='dim')
        self.query_one('#view', Static).update(Group(*lines))
        row = next((at for at, line in enumerate(lines) if _is_selected(line)), 0)
        view = self.query_one(VerticalScroll)
        if not view.scroll_y <= row < view.scroll_y + max(1, view.size.height):
            view.scroll_to(y=max(0, row - 1), animate=False)

    @property
    def _is_live(self) -> bool:
        last = self._newest
        return last is not None and last.live

    def _say(self, text: str) -> None:
        self.query_one('#said', Static).update(Text(printable(text)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a key does what it is bound to; in the field, letters are letters."""
        return not self._asked or action == 'cancel'

    # --- keys -----------------------------------------------------------------------------

    def action_select(self, step: int) -> None:
        """Select another task."""
        task, last = self._chosen, self._newest
        if task is None or last is None:
            return
        names = [one.name for one in last.tasks]
        self._selected = names[(names.index(task.name) + step) % len(names)]
        self._draw()

    def action_next_node(self) -> None:
        """Show the next scheduler."""
        names = sorted(self.histories)
        if names:
            self._shown = names[(names.index(self._shown) + 1) % len(names)]
            self._draw()

    def action_enable(self) -> None:
        """Enable or disable the selected task."""
        task = self._changeable()
        if task is not None:
            self._schedulers.set(self._shown, f'{task.name}.enabled', not task.enabled)

    def action_ask(self, what: str) -> None:
        """Ask for a new policy, or for another deadline of the selected task."""
        task, last = self._changeable(), self._newest
        if task is None or last is None:
            return
        self._asked = what
        field = self.query_one('#ask', Input)
        field.border_title = 'policy' if what == 'policy' else f'deadline of {task.name} in ms'
        field.suggester = SuggestFromList(self._policies) if what == 'policy' else None
        field.value = last.policy if what == 'policy' else f'{task.deadline_ms:g}'
        # at once: keys that are typed ahead belong to it
        field.display = True
        self.screen.set_focus(field)

    def action_cancel(self) -> None:
        """Close the input field."""
        field = self.query_one('#ask', Input)
        field.display = False
        self._asked = ''
        self.set_focus(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask the node for the change."""
        asked, task, text = self._asked, self._chosen, event.value.strip()
        self.action_cancel()
        if asked == 'policy' and text:
            self._schedulers.set(self._shown, 'policy', text)
        elif asked == 'deadline' and task is not None:
            try:
                self._schedulers.set(self._shown, f'{task.name}.deadline_ms', float(text))
            except ValueError:
                self._say(f"a deadline is a number of milliseconds, not '{text}'")

    def _changeable(self) -> TaskRow | None:
        if not self._is_live:
            self._say('this run has ended: nothing can change')
            return None
        return self._chosen


def _is_selected(line: Text) -> bool:
    return any(span.style == 'reverse' for span in line.spans)
