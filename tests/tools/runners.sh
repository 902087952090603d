#!/bin/sh
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes .ansible/runners: a venv with the programs of tests/runners.txt, and in its folder collections the collection awx.awx.
# Does nothing when neither the interpreter nor these files have changed.
set -eu
cd "$(dirname "$0")/../.."
folder=.ansible/runners
wanted="$(cat .venv/.interpreter) $(cat tests/runners.txt tests/awx.txt "$0" | cksum)"
if [ "$(cat "$folder/.installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
rm -rf "$folder"
# With the pip of .venv: to install another one is most of what a venv costs.
.venv/bin/python -m venv --without-pip "$folder"
# What .venv has at the same version, pip need not bring again.
"$folder/bin/python" - .venv <<'SEE'
import pathlib
import sys
import sysconfig

there = pathlib.Path(sysconfig.get_path("purelib", vars={"base": str(pathlib.Path(sys.argv[1]).absolute())}))
pathlib.Path(sysconfig.get_path("purelib"), "tools.pth").write_text(f"{there}\n", encoding="utf-8")
SEE
pip=".venv/bin/python -m pip --python $folder/bin/python --quiet --quiet --disable-pip-version-check"
$pip install --no-compile --require-hashes -r tests/runners.txt
$pip download --no-deps --require-hashes --dest "$folder/wheel" -r tests/awx.txt
"$folder/bin/python" - "$folder" <<'UNPACK'
import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
[wheel] = folder.glob("wheel/*.whl")
with zipfile.ZipFile(wheel) as whole:
    whole.extractall(folder / "collections", [name for name in whole.namelist() if "/awx/awx/" in name])
wheel.unlink()
UNPACK
echo "$wanted" >"$folder/.installed"
