# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps what Python compiles of modules: each comes in a zip, of which Python keeps nothing by itself.

Python imports this when it starts with this folder as PYTHONPATH. A module process compiles two hundred files, which is
half of what it costs. Only the same source for the same Python is the same here, so nothing else is ever run.
"""

from __future__ import annotations

import _imp  # pylint: disable=import-error  # pylint knows no module that is compiled into Python
import hashlib
import marshal
import os
import sys
import typing as t
import zipimport

_KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 4, ".ansible", "compiled")
_compile: t.Callable[[str, bytes], t.Any] = vars(zipimport)["_compile_source"]
_rename: t.Callable[[t.Any, str], None] = vars(_imp)["_fix_co_filename"]


def _compiled(path: str, source: bytes) -> t.Any:
    """Return the code of a source, as compiled here or earlier; what is kept of it names the path of this process."""
    name = hashlib.sha256(sys.version.encode() + b"\0" + source).hexdigest()
    kept = os.path.join(_KEPT, name)
    try:
        with open(kept, "rb") as file:
            code = marshal.loads(file.read())
    except OSError:
        code = _compile(path, source)
        _keep(kept, code)
    else:
        _rename(code, path)
    return code


def _keep(kept: str, code: t.Any) -> None:
    """Write code to a file that is never seen half."""
    os.makedirs(_KEPT, exist_ok=True)
    own = f"{kept}.{os.getpid()}"
    with open(own, "wb") as file:
        file.write(marshal.dumps(code))
    os.replace(own, kept)


vars(zipimport)["_compile_source"] = _compiled
