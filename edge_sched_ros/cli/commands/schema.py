# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched schema``: the keys of system files for editors."""

from __future__ import annotations

import json

import click

from edge_sched_ros.cli.output import printing


@click.command('schema')
def schema() -> None:
    """
    Print the JSON Schema of system files.

    An editor with this schema completes keys and marks mistakes. For the YAML language server,
    write the schema to a file, and put this line at the top of a system file:
    "# yaml-language-server: $schema=PATH-TO-THAT-FILE".
    """
    from edge_sched_ros.system.schema_docs import json_schema

    with printing():
        click.echo(json.dumps(json_schema(), indent=2))


COMMAND = schema
