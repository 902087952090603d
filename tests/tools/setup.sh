#!/bin/sh
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# setup.sh LOCK: makes .venv and installs what the file LOCK pins, each file by its hash.
# Does nothing when neither the interpreter nor these files have changed. PYTHON=... chooses the interpreter.
set -eu
cd "$(dirname "$0")/../.."
lock=$1
stamp=.venv/.installed-$(basename "$lock")

python=${PYTHON:-$(sh tests/tools/pythons.sh | sed -n 1p)}
if ! "${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "make setup: no usable Python 3.11 or newer (with venv and pip) found${PYTHON:+ at PYTHON=$PYTHON};" \
        "install one, or say which to take: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi

interpreter=$("$python" -c 'import os, sys; print(os.path.realpath(sys.executable), sys.version.split()[0])')
wanted="$interpreter $(cat tests/requirements.txt tests/demo.txt | cksum)"
# requirements.txt has all that demo.txt has.
for made in "$stamp" .venv/.installed-requirements.txt; do
    if [ "$(cat "$made" 2>/dev/null)" = "$wanted" ]; then
        exit 0
    fi
done

if [ "$(cat .venv/.interpreter 2>/dev/null)" != "$interpreter" ]; then
    "$python" -m venv --clear .venv
    echo "$interpreter" >.venv/.interpreter
fi
echo "make setup: installing for $interpreter (a minute or less)"
# Twice --quiet: errors only. Python compiles what is used of it, which is less than all.
.venv/bin/python -m pip install --no-compile --quiet --quiet --disable-pip-version-check --require-hashes -r "$lock"
echo "$wanted" >"$stamp"
echo "make setup: .venv is ready ($(.venv/bin/python -V), $(.venv/bin/ansible --version | sed -n 1p))"
