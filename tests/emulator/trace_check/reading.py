# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the lines of a trace to its calls: what was asked, and what the tenant answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.m365.apps.plugins.module_utils._trace.records import FORMAT, FORMAT_VERSION

BATCH = "$batch"
# What says nothing of how Graph answers: it had no time, or the token's was over.
PASSING = (None, 401, 424, 429, 502, 503, 504)
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
STAND_IN = re.compile(r"text-[a-p]{12}\.*", re.IGNORECASE)


class TraceError(ValueError):
    """A file is not a trace; the text says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a trace. ``path`` is the path with its query, and with the version unless it is inside of a batch.

    ``status`` None means that there was no answer; ``body`` and ``answer`` are as the trace has them: an object with a
    key (``json``, ``payload``, ``bytes``), None for nothing. ``inner`` are the calls of a batch.
    """

    line: int
    method: str
    path: str
    headers: Mapping[str, Any]
    body: Mapping[str, Any] | None
    status: int | None
    told: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    permissions: tuple[str, ...] = ()
    signed_in: str = ""
    inner: tuple[Call, ...] = ()
    key: str = ""
    cut: bool = False

    @property
    def segments(self) -> list[str]:
        """The segments of the path without the version, with keys in parentheses as segments of their own."""
        plain: list[str] = []
        for segment in urlsplit(self.path).path.strip("/").split("/"):
            found = re.fullmatch(r"([\w.]+)\('([^']*)'\)", unquote(segment))
            plain += list(found.groups()) if found else [unquote(segment)]
        return plain[1:] if plain[:1] in (["beta"], ["v1.0"]) else plain

    @property
    def passing(self) -> bool:
        """Whether the answer says nothing of how Graph answers."""
        return self.status in PASSING or self.cut

    @property
    def document(self) -> Any:
        """The JSON of the answer, None where it is none."""
        return (self.answer or {}).get("json")

    @property
    def name(self) -> str:
        """The call without what is of one tenant: for messages, and to count what happens again."""
        parts = urlsplit(self.path)
        path = GUID.sub("{id}", STAND_IN.sub("{text}", unquote(parts.path)))
        query = "&".join(name.partition("=")[0] for name in parts.query.split("&")) if parts.query else ""
        path = re.sub(r"(configurationSettings/)[^/]+", r"\1{id}", path)
        return f"{self.method} {re.sub(r'^/(beta|v1.0)(?=/)', '', path)}{'?' if query else ''}{query}"


def read_trace(path: Path) -> list[Call]:
    """The calls to Graph, in the order in which their answers came.

    :raises TraceError: the file cannot be read, or is not a trace of a form that is known here.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path}: {error}") from None
    documents = [_document(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not documents:
        raise TraceError(f"{path}: it is empty")
    calls = []
    for number, document in documents:
        if document.get("format", FORMAT) != FORMAT or document.get("version", FORMAT_VERSION) != FORMAT_VERSION:
            raise TraceError(f"{path}, line {number}: this is not a trace of version {FORMAT_VERSION}")
        if document.get("kind") == "graph":
            try:
                calls.append(_call(number, document))
            except (LookupError, TypeError, AttributeError) as error:
                raise TraceError(f"{path}, line {number}: it is not as a trace has it ({error!r})") from None
    if not calls:
        raise TraceError(f"{path}: it has no request to Graph")
    return calls


def _document(path: Path, number: int, line: str) -> tuple[int, dict[str, Any]]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{path}, line {number}: {error}") from None
    if not isinstance(document, dict):
        raise TraceError(f"{path}, line {number}: a JSON object is needed")
    return number, document


def _call(line: int, document: Mapping[str, Any]) -> Call:
    request, answer, url = document["request"], document["answer"], urlsplit(document["url"])
    signed = request.get("signed_in") or {}
    call = Call(
        line=line,
        method=document["method"],
        path=f"{url.path}?{url.query}" if url.query else url.path,
        headers=request["headers"],
        body=request.get("body"),
        status=answer["status"],
        told=answer.get("headers") or {},
        answer=answer.get("body"),
        permissions=tuple(signed.get("permissions") or ()),
        signed_in=signed.get("as", ""),
        cut="failure" in answer,
    )
    return _with_inner(call) if call.segments[-1:] == [BATCH] else call


def _with_inner(call: Call) -> Call:
    told = {str(each["id"]): each for each in (call.document or {}).get("responses") or ()}
    inner = []
    for asked in ((call.body or {}).get("json") or {}).get("requests") or ():
        answer = told.get(str(asked["id"]), {})
        one = Call(
            line=call.line,
            method=asked["method"],
            path=asked["url"],
            headers=asked.get("headers") or {},
            body=None if asked.get("body") is None else {"json": asked["body"]},
            status=answer.get("status"),
            told=answer.get("headers") or {},
            answer=None if answer.get("body") is None else {"json": answer["body"]},
            key=str(asked["id"]),
        )
        inner.append(one)
    return replace(call, inner=tuple(inner))


def single_calls(calls: list[Call]) -> Iterator[Call]:
    """The calls, those of batches each by itself."""
    for call in calls:
        yield from call.inner if call.inner else (call,)
