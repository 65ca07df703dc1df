# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Validates the data of a file against a model."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any
from typing import TypeVar

from pydantic import BaseModel
from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.validation_text import plain_key
from edge_sched_ros.documents.validation_text import plain_problem

_Model = TypeVar('_Model', bound=BaseModel)


def parse(
    data: Mapping[Any, Any],
    model: type[_Model],
    where: str,
    *,
    words: Mapping[str, str] | None = None,
    key_of: Callable[[Mapping[str, Any]], str] = plain_key,
) -> _Model:
    """
    Return the data as a model.

    :param where: the file, for messages
    :param words: type of pydantic's error -> own message, if special
    :param key_of: returns an error's place in the file
    :raises ConfigError: naming file and the first invalid key
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = key_of(first)
        problem = plain_problem(first, words)
        raise ConfigError(f'{where}: {key}' if key else where, problem) from None


@contextmanager
def checking(where: str) -> Iterator[None]:
    """Add the file to the errors of a check of its content."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f'{where}: {error.where}', error.problem) from None
