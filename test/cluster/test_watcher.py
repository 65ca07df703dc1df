# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""List, watch, resume: what is asked next after whatever came."""

from __future__ import annotations

from threading import Event

import pytest

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import Gone
from edge_sched_ros.cluster.watcher import Watcher


class Script:
    """A source that answers in order, and a sink that takes notes; the end stops the watcher."""

    def __init__(self, *answers):
        self.answers, self.asked, self.told = list(answers), [], []
        self.waits = []
        self.stop = Event()
        self.stop.wait = self.waits.append

    def _next(self):
        if len(self.answers) == 1:
            self.stop.set()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def list(self, kind):
        self.asked.append('list')
        return self._next()

    def watch(self, kind, version):
        self.asked.append(version)
        for event in self._next():
            if isinstance(event, Exception):
                raise event
            yield event

    def replace(self, kind, items):
        self.told.append(items)

    def note(self, kind, change, item):
        self.told.append((change, item['metadata']['name']))

    def heard(self, kind):
        self.told.append('heard')

    def run(self):
        Watcher(self, self, 'pods', self.stop, seed=1).run()
        return self


def event(kind, name, version):
    return {'type': kind, 'object': {'metadata': {'name': name, 'resourceVersion': version}}}


def test_a_watch_goes_on_from_the_last_version():
    added, deleted = event('ADDED', 'a', '6'), event('DELETED', 'a', '7')
    script = Script(([], '5'), [added, deleted], []).run()
    assert script.asked == ['list', '5', '7']
    assert script.told == [[], ('ADDED', 'a'), ('DELETED', 'a'), 'heard', 'heard']


def test_a_bookmark_moves_the_version_and_nothing_else():
    script = Script(([], '5'), [event('BOOKMARK', '', '99')], []).run()
    assert script.asked == ['list', '5', '99'] and ('BOOKMARK', '') not in script.told


def test_a_lost_connection_resumes_without_a_list():
    script = Script(([], '5'), [event('ADDED', 'a', '6'), ApiError('lost')], [], []).run()
    assert script.asked == ['list', '5', '6', '6']


@pytest.mark.parametrize('gone', [[Gone('too old', 410)], Gone('too old', 410)])
def test_a_version_that_is_too_old_lists_anew(gone):
    script = Script(([], '5'), gone, ([], '9'), []).run()
    assert script.asked == ['list', '5', 'list', '9']


def test_a_defect_lists_anew():
    script = Script(([], '5'), [{'type': 'ADDED', 'object': {'metadata': 3}}], ([], '9'), []).run()
    assert script.asked == ['list', '5', 'list', '9']


def test_an_event_without_an_object_is_no_event():
    script = Script(([], '5'), [{'type': 'ADDED'}], [], []).run()
    assert script.asked == ['list', '5', '5', '5'] and script.told == [[], 'heard', 'heard']


def test_it_waits_longer_and_longer_up_to_a_limit_and_never_the_same(caplog):
    script = Script(*[ApiError('away')] * 12).run()
    longest = [0.5 * 2**n for n in range(6)] + [30.0] * 6
    assert all(most / 2 <= wait <= most for wait, most in zip(script.waits, longest))
    assert len(set(script.waits)) == 12
    # said once, not every time
    assert caplog.text.count('is not available') == 1


def test_after_an_answer_the_waits_begin_anew():
    away = [ApiError('away')] * 6
    script = Script(*away, ([], '5'), *away[:1], []).run()
    assert script.waits[5] >= 8 and script.waits[6] <= 0.5
