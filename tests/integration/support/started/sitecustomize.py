# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the processes of tests sooner: Python imports this first when it starts with this folder as PYTHONPATH.

It keeps what Python compiles of modules, which come in a zip, and of what ansible's own loader loads of collections
(support/callback_plugins/preload.py sees to that): of neither anything is kept otherwise, and two hundred files are
compiled anew in each process. So are Jinja's templates, in each task. Only the same source for the same Python is the
same here, so nothing else is ever run.
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


def kept(key: str | bytes, make: t.Callable[[], t.Any]) -> t.Any:
    """Return the code that is kept for a key, which holds all that it is made of; else make it and keep it."""
    data = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    path = os.path.join(_KEPT, hashlib.sha256(sys.version.encode() + b"\0" + data).hexdigest())
    try:
        with open(path, "rb") as file:
            return marshal.loads(file.read())
    except OSError:
        pass
    code = make()
    os.makedirs(_KEPT, exist_ok=True)
    own = f"{path}.{os.getpid()}"  # which is never seen half
    with open(own, "wb") as file:
        file.write(marshal.dumps(code))
    os.replace(own, path)
    return code


def compiled(source: str | bytes, filename: str, **_same: t.Any) -> t.Any:
    """Return the code of a module's source with this file name, compiled here or earlier.

    It stands in for ``compile`` where that is called for modules alone, always with the same other arguments.
    """
    code = kept(source, lambda: compile(source, filename, "exec", dont_inherit=True))
    _rename(code, filename)
    return code


def _of_zip(path: str, source: bytes) -> t.Any:
    return compiled(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), path)


vars(zipimport)["_compile_source"] = _of_zip
# None of these processes lives long enough for what is collected to be worth the search, a tenth of its time.
gc.disable()
