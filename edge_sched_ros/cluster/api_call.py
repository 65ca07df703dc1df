# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One call of the client library ``kubernetes``: plain JSON, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError

#: seconds to connect, and to wait for an answer
TIMEOUT = (5, 30)
_NOT_FOUND = 404
#: of a message; that of an admission policy ends with the reason
_LETTERS = 400


class ApiError(EdgeSchedError):
    """
    The API server does not reply, or refuses the request.

    :param status: HTTP status; 0 without a reply
    """

    def __init__(self, problem: str, status: int = 0) -> None:
        super().__init__(problem)
        self.status = status


class NotServed(ApiError):
    """The cluster does not know this kind of object."""


class Gone(ApiError):
    """The requested version is too old; list again."""


def call_json(call: Callable[..., Any], *arguments: Any, **options: Any) -> dict[str, Any]:
    """
    Return the object that a call answers.

    :raises ApiError:
    """
    options.setdefault('_request_timeout', TIMEOUT)
    response = call_api(call, *arguments, **options)
    try:
        return parse(response.read())
    except lost() as error:
        raise ApiError(in_a_line(error)) from None
    finally:
        response.release_conn()


def call_api(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """
    Return the response of a call, whose body is not read yet.

    :raises ApiError:
    """
    from kubernetes.client.exceptions import ApiException

    try:
        return call(*arguments, _preload_content=False, **options)
    except ApiException as error:
        said, name = _said(error)
        problem = said or str(error.reason)
        # where only the object is missing, the server names it
        absent = error.status == _NOT_FOUND and not name
        kind = Gone if error.status == 410 else NotServed if absent else ApiError
        raise kind(problem[:_LETTERS], int(error.status or 0)) from None
    except lost() as error:
        raise ApiError(in_a_line(error)) from None


def lost() -> tuple[type[Exception], ...]:
    """Return the exceptions of the client when there is no reply."""
    from urllib3.exceptions import HTTPError

    return (HTTPError, OSError)


def parse(text: bytes) -> dict[str, Any]:
    """
    Return an object in JSON.

    :raises ApiError: for anything else
    """
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ApiError(f'the reply is not a JSON object but {text[:60]!r}')
    return data


def _said(error: Any) -> tuple[str, str]:
    """Return the message in the body of an error, and the name of the object it is about."""
    try:
        body = json.loads(error.body)
        return str(body['message']), str((body.get('details') or {}).get('name') or '')
    except (AttributeError, KeyError, TypeError, ValueError):
        return '', ''


def in_a_line(error: Exception) -> str:
    """Return the text of an error, without line breaks."""
    return ' '.join(str(error).split())[:200] or type(error).__name__
