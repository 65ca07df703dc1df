# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The form in Python beside the native one, and comparison of their results."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import fields
from unittest import mock

import numpy as np

from edge_sched_ros.native.loading import VARIABLE


@contextmanager
def in_python():
    """Let everything within the context do without the native module."""
    with mock.patch.dict(os.environ, {VARIABLE: 'off'}):
        yield


def outcome(function, *arguments, error=Exception):
    """Return what a function returns, or the text of the error that it raises."""
    try:
        with np.errstate(all='ignore'):
            return function(*arguments)
    except error as raised:
        return str(raised)


def assert_same(native, wanted, **tolerances):
    """Assert that two results, or texts of errors, agree: exactly, unless tolerances are given."""
    assert type(native) is type(wanted), (native, wanted)
    if isinstance(wanted, str):
        assert native == wanted
        return
    for field in fields(wanted):
        mine, theirs = getattr(native, field.name), getattr(wanted, field.name)
        if not isinstance(theirs, np.ndarray):
            assert mine == theirs, field.name
            continue
        assert mine.dtype == theirs.dtype, field.name
        compare = np.testing.assert_allclose if tolerances else np.testing.assert_array_equal
        compare(mine, theirs, err_msg=field.name, **tolerances)
