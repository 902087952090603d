# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where files of a user are: what a relative path starts from, and how a name becomes that of a file."""

from __future__ import annotations

import hashlib
import os
import re
import typing as t
import unicodedata

from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

_SYMBOLS = frozenset("._-")
# Longest part of a file name that comes from a name: file systems take 255 bytes, with endings and digest.
_LONGEST_BYTES = 120
_DIGEST_LENGTH = 8
# Separate folders, on one system or another.
_SEPARATORS = frozenset("/\\")
# File systems take 255 bytes, with the ending.
_LONGEST_NAME_BYTES = 250
# What looks as if it had a digest gets one, so that no name is taken for another one's.
_ENDS_LIKE_A_DIGEST = re.compile(rf"-[0-9a-f]{{{_DIGEST_LENGTH}}}\Z")
# Windows opens these as devices, whatever ending they have.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³")]
)


def absolute_path(path: t.Any) -> str:
    """Return a path of the user as an absolute one; a relative path starts in the folder the run was started in.

    ``~`` and environment variables are replaced. An empty path stays empty. Raises PoliciesError.
    """
    if not isinstance(path, str) and not isinstance(path, os.PathLike):
        raise PoliciesError(f"a path is {_type_name(path)}. Give it as text")
    text = os.path.expandvars(os.path.expanduser(os.fspath(path)))
    if "\0" in text:
        raise PoliciesError(f"the path {text!r} holds a NUL. Check it")
    return os.path.normpath(os.path.join(_started_in(), text)) if text else ""


def shown_path(path: str) -> str:
    """Return how messages name a file: from the folder that the run was started in, when it is below it."""
    try:
        here = _started_in()
    except PoliciesError:
        return path
    return os.path.relpath(path, here) if path.startswith(here.rstrip(os.sep) + os.sep) else path


def file_name(name: t.Any) -> str:
    """Return a readable file name, without an ending, for the name of a tenant or another thing.

    Two names never get the same one, whether the file system tells cases apart or not: a name that loses anything on
    the way gets a short digest of all of it. Raises PoliciesError.
    """
    if not isinstance(name, str):
        raise PoliciesError(f"a name is {_type_name(name)}. Give it as text")
    readable = readable_stem(name)
    if is_device(readable):
        readable = f"_{readable}"
    if readable and readable == name and not _ENDS_LIKE_A_DIGEST.search(readable):
        return readable
    return f"{readable or 'unnamed'}-{short_digest(name)}"


def is_device(name: str) -> bool:
    """Tell whether Windows takes a file name, whatever its ending and its case, for a device."""
    return name.lower().partition(".")[0].rstrip() in _DEVICES


def is_file_name(name: str) -> bool:
    """Tell whether a name, with an ending behind it, can be that of a file in a folder on every system."""
    return (
        name.isprintable()
        and bool(name.strip(". "))
        and not _SEPARATORS.intersection(name)
        and len(name.encode()) <= _LONGEST_NAME_BYTES
        and not is_device(name)
    )


def short_digest(text: str) -> str:
    """Return what tells two texts apart that look alike as file names."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def readable_stem(name: str) -> str:
    """Return what of a name can be in a file name: letters, numbers and marks of every script, in one case and form.

    Empty where nothing can; two names may have the same.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (char if char in _SYMBOLS or unicodedata.category(char)[0] in "LNM" else "_" for char in folded)
    letters = re.sub("__+", "_", "".join(kept))
    return letters.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore").strip("._-")


def _started_in() -> str:
    """Return the folder that the run was started in, as the shell names it. Raises PoliciesError."""
    try:
        here = os.getcwd()
    except OSError as error:
        raise PoliciesError("the folder that the run was started in is gone. Start it in another folder") from error
    # PWD has links as they were typed, and may be left over from another folder.
    named = os.environ.get("PWD", "")
    try:
        return named if os.path.isabs(named) and os.path.samefile(named, here) else here
    except OSError:
        return here


def _type_name(value: t.Any) -> str:
    return "null" if value is None else f"of type {type(value).__name__}"
