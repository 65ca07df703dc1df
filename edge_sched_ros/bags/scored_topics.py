# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compares topics of results with topics of the same type that have the truth."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.bags.scored_messages import boxes_measures
from edge_sched_ros.bags.scored_messages import class_measures
from edge_sched_ros.bags.scored_messages import image_measures
from edge_sched_ros.bags.scored_messages import image_problems
from edge_sched_ros.bags.scored_messages import is_scored_image
from edge_sched_ros.bags.scored_messages import keypoint_measures
from edge_sched_ros.bags.scored_messages import mask_measures
from edge_sched_ros.bags.scored_messages import Messages
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.pipeline.inputs.topics import CLASSIFICATION
from edge_sched_ros.pipeline.inputs.topics import DETECTIONS
from edge_sched_ros.pipeline.inputs.topics import IMAGE
from edge_sched_ros.pipeline.inputs.topics import KEYPOINTS

_KINDS = (DETECTIONS, KEYPOINTS, IMAGE, CLASSIFICATION)
#: last parts of names of topics with the boxes that masks and keypoints belong to
_BOXES = ('detections', 'tracks')
_MASKS = 'masks'
#: last part of names of images that are no results to compare
_NO_RESULTS = ('confidence',)


@dataclass(frozen=True, slots=True)
class TopicScore:
    """
    The accuracy of one topic.

    :param frames: frames with a result and the truth
    :param true_frames: frames with the truth
    :param measures: by name; NaN where nothing is there to be found
    """

    topic: str
    truth: str
    frames: int
    true_frames: int
    measures: Mapping[str, float]


def score_topics(
    results: Path, truth: Path, pairs: Mapping[str, str] | None = None, *, ignore_below: float = 0
) -> list[TopicScore]:
    """
    Return how well topics of one bag agree with those of another, frame by frame.

    :param pairs: topic of results -> topic of the truth; empty for all that both bags have,
        but pictures of cameras
    :param ignore_below: true objects with a lower score may be found or not
    :raises ConfigError: naming bag or topic
    """
    ours, theirs = _types(results), _types(truth)
    wanted = dict(pairs or {}) or {
        topic: topic
        for topic, kind in ours.items()
        if theirs.get(topic) == kind
        and kind in _KINDS
        and _last(topic) not in _NO_RESULTS
        and (kind != IMAGE or all(_has_results(bag, topic) for bag in (results, truth)))
    }
    if not wanted:
        known = ', '.join(sorted(one for one, kind in theirs.items() if kind in _KINDS)) or 'none'
        told = f'has no topic with results of the name and type of one in {truth} ({known})'
        raise ConfigError(str(results), f'{told}: name pairs with --topic')
    for topic, other in wanted.items():
        _check(topic, ours, results)
        _check(other, theirs, truth)
        if ours[topic] != theirs[other]:
            told = f'has {theirs[other]}, {topic} in {results} {ours[topic]}'
            raise ConfigError(f'{truth}: {other}', told)
        if ours[topic] not in _KINDS:
            known = ', '.join(_KINDS)
            raise ConfigError(f'{results}: {topic}', f'has {ours[topic]}; scored are {known}')
    bags = _Bags(results, truth, ours, theirs, ignore_below)
    return [bags.score(topic, other) for topic, other in wanted.items()]


@dataclass(frozen=True, slots=True)
class _Bags:
    results: Path
    truth: Path
    types: Mapping[str, str]
    true_types: Mapping[str, str]
    ignore_below: float

    def score(self, topic: str, other: str) -> TopicScore:
        found, true = read_topic(self.results, topic), read_topic(self.truth, other)
        frames = sorted(set(found) & set(true))
        found, of_them = {at: found[at] for at in frames}, {at: true[at] for at in frames}
        if self.types[topic] == IMAGE:
            self._check_images(topic, other, found, of_them)
        measure = self._measure(topic, other)
        try:
            measures = measure(found, of_them)
        except ConfigError as error:
            raise ConfigError(f'{topic}, {other}', error.problem) from None
        return TopicScore(topic, other, len(frames), len(true), measures)

    def _check_images(self, topic: str, other: str, found: Messages, true: Messages) -> None:
        ours, theirs = image_problems(found, true, masks=_last(topic) == _MASKS)
        if ours:
            raise ConfigError(f'{self.results}: {topic}', ours)
        if theirs:
            raise ConfigError(f'{self.truth}: {other}', theirs)

    def _measure(
        self, topic: str, other: str
    ) -> Callable[[Messages, Messages], Mapping[str, float]]:
        kind = self.types[topic]
        if kind == DETECTIONS:
            return lambda found, true: boxes_measures(found, true, self.ignore_below)
        if kind == CLASSIFICATION:
            return class_measures
        boxes = self._boxes(self.truth, other, self.true_types)
        if kind == KEYPOINTS:
            return lambda found, true: keypoint_measures(found, true, boxes)
        if _last(topic) != _MASKS:
            return image_measures
        ours = self._boxes(self.results, topic, self.types)
        for bag, name, known in ((self.results, topic, ours), (self.truth, other, boxes)):
            if not known:
                told = 'is not there: the masks beside it need the classes of their boxes'
                raise ConfigError(f'{bag}: {_beside(name)}', told)
        return lambda found, true: mask_measures(found, true, ours, boxes)

    @staticmethod
    def _boxes(bag: Path, topic: str, types: Mapping[str, str]) -> Messages:
        """Return the boxes that a topic's objects belong to; empty without any."""
        found = [f'{topic.rpartition("/")[0]}/{name}' for name in _BOXES]
        known = [one for one in found if types.get(one) == DETECTIONS]
        return read_topic(bag, known[0]) if known else {}


def _types(bag: Path) -> dict[str, str]:
    with open_bag(bag) as opened:
        return {one.topic: one.msgtype for one in opened.connections}


def _has_results(bag: Path, topic: str) -> bool:
    """Return whether a topic's first image is one of numbers or depth; also without images."""
    with open_bag(bag) as opened:
        wanted = [one for one in opened.connections if one.topic == topic]
        for connection, _, data in opened.messages(wanted):
            return is_scored_image(opened.deserialize(data, connection.msgtype))
    return True


def _check(topic: str, types: Mapping[str, str], bag: Path) -> None:
    if topic not in types:
        raise ConfigError(f'{bag}: {topic}', f'is not there{did_you_mean(topic, types)}')


def _last(topic: str) -> str:
    return topic.rpartition('/')[2]


def _beside(topic: str) -> str:
    return f'{topic.rpartition("/")[0]}/{_BOXES[0]}'
