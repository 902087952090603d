#!/bin/sh
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the full path of one interpreter a minor version, newest first, of the Python versions that the lock covers.
# Only those that really run count: the shims of version managers are on PATH and answer 127 for versions that are not
# selected, so PATH is searched whole and the interpreters of pyenv and uv are tried behind it.

usable() { # interpreter, version as major.minor: does it run, is it that version, can it make a venv with pip?
    "$1" -c "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, ${2#3.}))" >/dev/null 2>&1
}

candidates() { # version
    printf '%s\n' "$PATH" | tr ':' '\n' | sed "s|\$|/python$1|"
    root=$(pyenv root 2>/dev/null) || root=${PYENV_ROOT:-$HOME/.pyenv}
    ls -d "$root/versions/$1".*/bin/python"$1" 2>/dev/null
    root=$(uv python dir 2>/dev/null) && ls -d "$root/cpython-$1".*/bin/python"$1" 2>/dev/null
}

for version in 3.14 3.13 3.12 3.11; do
    candidates "$version" | while IFS= read -r python; do
        if [ -x "$python" ] && usable "$python" "$version"; then
            "$python" -c 'import os, sys; print(os.path.realpath(sys.executable))'
            break
        fi
    done
done
