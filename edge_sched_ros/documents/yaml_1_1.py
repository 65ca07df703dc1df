# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the tools of ROS make of a single word: they read YAML 1.1, where ``off`` is false."""

from __future__ import annotations

from typing import Any

import yaml

#: longer texts are no words
_LONGEST = 200


def read_word(text: str) -> Any:
    """Return the value that YAML 1.1 gives a plain scalar; the text itself for any other."""
    if len(text) > _LONGEST:
        return text
    # only the scalar is looked at: parsing a document could multiply aliases
    loader: Any = yaml.SafeLoader('')
    try:
        tag = loader.resolve(yaml.ScalarNode, text, (True, False))
        return loader.construct_object(yaml.ScalarNode(tag, text))
    except (yaml.YAMLError, ValueError):
        return text
    finally:
        loader.dispose()
