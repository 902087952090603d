# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the processes of tests sooner: Python imports this first when it starts with this folder as PYTHONPATH.

It keeps what Python compiles of modules, which come in a zip, and of what ansible's own loader loads of collections
(support/callback_plugins/preload.py sees to that): of neither anything is kept otherwise, and two hundred files are
compiled anew in each process. Only the same source for the same Python is the same here, so nothing else is ever run.
"""

from __future__ import annotations

import _imp  # pylint: disable=import-error  # pylint knows no module that is compiled into Python
import gc
import hashlib
import marshal
import os
import sys
import typing as t
import zipimport

_KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 4, ".ansible", "compiled")
_rename: t.Callable[[t.Any, str], None] = vars(_imp)["_fix_co_filename"]


def _digest(source: str | bytes) -> str:
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return hashlib.sha256(sys.version.encode() + b"\0" + data).hexdigest()


def compiled(source: str | bytes, filename: str, **_same: t.Any) -> t.Any:
    """Return the code of a module's source with this file name, compiled here or earlier.

    It stands in for ``compile`` where that is called for modules alone, always with the same other arguments.
    """
    kept = os.path.join(_KEPT, _digest(source))
    try:
        with open(kept, "rb") as file:
            code = marshal.loads(file.read())
    except OSError:
        code = compile(source, filename, "exec", dont_inherit=True)
        _keep(kept, code)
    else:
        _rename(code, filename)
    return code


def _keep(kept: str, code: t.Any) -> None:
    """Write code to a file that is never seen half."""
    os.makedirs(_KEPT, exist_ok=True)
    own = f"{kept}.{os.getpid()}"
    with open(own, "wb") as file:
        file.write(marshal.dumps(code))
    os.replace(own, kept)


def _of_zip(path: str, source: bytes) -> t.Any:
    return compiled(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), path)


vars(zipimport)["_compile_source"] = _of_zip
# None of these processes lives long enough for what is collected to be worth the search, a tenth of its time.
gc.disable()
