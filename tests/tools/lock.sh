#!/bin/sh
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pins tests/requirements.in in tests/requirements.txt, and runners.in, docs.in and backup-tool.in the same way: each one universal lock for
# Python 3.11 to 3.14, made by uv in a venv of its own. Keeps the pins that still fit; LOCK_ARGS=--upgrade takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
venv=../.ansible/lock-venv
if [ ! -x "$venv/bin/uv" ]; then
    "$(sh tools/pythons.sh | sed -n 1p)" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check uv
fi
for list in requirements runners docs backup-tool; do
    # shellcheck disable=SC2086  # several arguments are meant
    "$venv/bin/uv" pip compile --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
        --python "$venv/bin/python" --quiet ${LOCK_ARGS:-} -o $list.txt $list.in
done
