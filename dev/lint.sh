#!/usr/bin/env bash
# Everything that reads the code without running it. Runs in the environment: make lint.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
ruff check . || failed=1
ruff format --check . || failed=1
mypy || failed=1
# the rooms and which may import which: see pyproject.toml
PYTHONPATH=. PYTHONSAFEPATH= lint-imports --no-cache || failed=1
exit "$failed"
