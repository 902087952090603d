#!/bin/sh
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pins each list tests/NAME.in in tests/NAME.txt: a universal lock for Python 3.11 to 3.14, with the hashes of all files of a version, made by
# uv in a venv of its own. Keeps the pins that still fit; LOCK_ARGS=--upgrade takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
venv=../.ansible/lock-venv
python=$venv/bin/python
[ -x "$python" ] || "$(sh tools/pythons.sh | sed -n 1p)" -m venv "$venv"
"$python" -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r lock.txt

lock() { # NAME, further arguments
    name=$1
    shift
    # shellcheck disable=SC2086  # several arguments are meant
    "$venv/bin/uv" pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" --python "$python" --quiet ${LOCK_ARGS:-} "$@" -o "$name.txt" "$name.in"
}

lock requirements
# Parts of it, and what runs beside it, at the same versions.
for name in runtime demo matrix runners; do
    lock "$name" -c requirements.txt
done
# Venvs of their own, with versions of their own.
for name in galaxy backup-tool sbom lock; do
    lock "$name"
done
