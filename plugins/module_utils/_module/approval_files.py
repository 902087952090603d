# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options ``approval_reason`` and ``approval_codes``: the file that keeps requests for approval between runs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
import typing as t
from dataclasses import asdict, fields
from pathlib import Path

from .._catalog.approvals import ApprovalOptions, KeptRequest, Place
from .._errors import UserError, system_reason
from .._ids import is_guid
from .._json import strict_json
from .parse_values import refuse_half_characters

_TASK = "the task"
_LONGEST_REASON = 1024
_FORMAT = "m365.apps approval requests 1"
_REQUESTS = "requests"
_BODY = "body"
_OF_PLACE = ("graph_url", "tenant")
_TEXTS = (*_OF_PLACE, *(each.name for each in fields(KeptRequest) if each.name not in ("place", _BODY)))


def approval_options(params: t.Mapping[str, t.Any]) -> ApprovalOptions:
    """Return how the task goes about approval. Raises UserError, also for a file that cannot be read and written."""
    reason, path = params.get("approval_reason"), params.get("approval_codes")
    if path is not None and not path.strip():
        raise UserError(_TASK, "use approval_codes", "it is empty", "Give the path of a file, or leave it out")
    if reason is not None:
        refuse_half_characters(reason, _TASK, "approval_reason")
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            cause = "it is empty" if not reason.strip() else f"it has more than {_LONGEST_REASON} characters"
            step = f"Tell the second administrator why, in 1 to {_LONGEST_REASON} characters"
            raise UserError(_TASK, "use approval_reason", cause, step)
        if path is None:
            cause = "approval_codes is missing, and a request whose code is not kept can never be used"
            raise UserError(_TASK, "use approval_reason", cause, "Give approval_codes the path of a file, too")
    return ApprovalOptions(reason, None if path is None else ApprovalFile(path))


class ApprovalFile:
    """Requests in a JSON file of the owner alone. It need not be there; its folder must.

    Runs may share it: each change reads it again, under a lock on its folder, and replaces it at once.
    """

    def __init__(self, path: str) -> None:
        self._shown = path
        self._path = Path(os.path.realpath(path))
        # The requests, and the bytes of the file that holds them.
        self._kept: tuple[KeptRequest, ...] = ()
        self._data: bytes | None = None
        self._lines: list[tuple[KeptRequest, str]] = []
        self._read()
        for place in (self._path.parent, *([self._path] if self._path.exists() else [])):
            if not os.access(place, os.W_OK):
                raise self._unusable(f"{place} cannot be written", "Check the path and its permissions")

    @property
    def place(self) -> str:
        """What messages call the file."""
        return f"the file {self._shown}"

    def kept(self) -> t.Sequence[KeptRequest]:
        """Return the requests, in the order in which they were filed."""
        return self._kept

    def keep(self, request: KeptRequest) -> None:
        """Keep a request, in place of earlier ones about the same object. Raises UserError."""
        self._change(lambda kept: [*(one for one in kept if not request.supersedes(one)), request])

    def drop(self, request: KeptRequest) -> None:
        """Forget a request. Raises UserError."""
        self._change(lambda kept: [one for one in kept if one.code != request.code])

    def _change(self, changed: t.Callable[[t.Sequence[KeptRequest]], t.Sequence[KeptRequest]]) -> None:
        try:
            with self._locked():
                self._write(tuple(changed(self._read())))
        except OSError as error:
            raise self._unusable(f"it cannot be written ({_said(error)})", "Check it and the space there") from error

    @contextlib.contextmanager
    def _locked(self) -> t.Iterator[None]:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _read(self) -> tuple[KeptRequest, ...]:
        data = self._bytes()
        if data == self._data:
            return self._kept
        try:
            self._kept = () if data is None else _requests_in(strict_json(data))
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            step = "Give the path of a file that this option made, or of none"
            raise self._unusable("it does not hold requests for approval", step) from error
        self._data = data
        return self._kept

    def _bytes(self) -> bytes | None:
        """Return what the file holds, None where there is none. Reading another thing than a file might never end."""
        try:
            if not self._path.exists():
                return None
            if self._path.is_file():
                return self._path.read_bytes()
        except OSError as error:
            raise self._unusable(f"it cannot be read ({_said(error)})", "Check the path and its permissions") from error
        raise self._unusable("it is not a file", "Give the path of a file that this option made, or of none")

    def _write(self, kept: tuple[KeptRequest, ...]) -> None:
        data = self._document(kept)
        # Files of tempfile are for their owner alone.
        number, name = tempfile.mkstemp(prefix=".", dir=self._path.parent)
        try:
            with os.fdopen(number, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        self._kept, self._data = kept, data

    def _document(self, kept: t.Iterable[KeptRequest]) -> bytes:
        """Return the file that holds these requests, each in a line, of which most are those of the time before."""
        known = {id(request): line for request, line in self._lines}
        self._lines = [(request, known.get(id(request)) or _line(request)) for request in kept]
        lines = ",\n".join(line for _request, line in self._lines)
        return f'{{"format": "{_FORMAT}", "{_REQUESTS}": [\n{lines}\n]}}\n'.encode("ascii")

    def _unusable(self, cause: str, step: str) -> UserError:
        return UserError(f"the file {self._shown} of approval_codes", "use it", cause, step)


def _said(error: OSError) -> str:
    return system_reason(error)


def _requests_in(document: t.Any) -> tuple[KeptRequest, ...]:
    """Return the requests of a file. Raises ValueError, KeyError or TypeError for what is none."""
    if document["format"] != _FORMAT or not isinstance(document[_REQUESTS], list):
        raise ValueError(_FORMAT)
    return tuple(map(_request_in, document[_REQUESTS]))


def _request_in(entry: t.Any) -> KeptRequest:
    texts = {name: entry[name] for name in _TEXTS}
    if not all(isinstance(text, str) for text in texts.values()) or not is_guid(texts["code"]):
        raise ValueError("code")
    place = Place(*(texts.pop(name) for name in _OF_PLACE))
    return KeptRequest(place=place, body=entry[_BODY], **{**texts, "code": texts["code"].lower()})


def _line(request: KeptRequest) -> str:
    told = {each.name: getattr(request, each.name) for each in fields(request)}
    return json.dumps({"code": told.pop("code"), **asdict(told.pop("place")), **told})
