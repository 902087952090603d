# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a careless server would repeat of a call: its credentials, and the forms they may come back in."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote

from .wire import HEADER_TEXT, JSON_TYPE, Answer, Call, Proceed, relinked

_HEADERS = ("authorization", "x-identity-header", "proxy-authorization")
_FIELDS = ("client_secret", "client_assertion")


def credentials(call: Call) -> str:
    """The secrets of a call, each as it was sent, with blanks between them; empty for none."""
    form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    fields = dict(parse_qsl(call.body.decode("utf-8", "replace"))) if form else {}
    held: list[Mapping[str, str]] = [call.headers, fields]
    return " ".join(
        value
        for names, source in zip((_HEADERS, _FIELDS), held, strict=True)
        for name in names
        if (value := source.get(name))
    )


def _by_word(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: " ".join(change(word) for word in text.split())


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "quoted": _by_word(lambda word: quote(word, safe="")),
    "base64": _by_word(lambda word: base64.b64encode(word.encode()).decode()),
    "late": lambda text: f"{'word ' * 110}{text}",
    "split": lambda text: " ".join(text.replace(".", " ").split()),
}


class EchoFault(Protocol):
    """What a fault says of an echo: ``on`` is graph or login."""

    on: str
    form: str


def echo(fault: EchoFault, call: Call, _proceed: Proceed) -> Answer:
    """400 that repeats the credentials of the call in its body and its headers, in the form that ``form`` names."""
    said = FORMS[fault.form](credentials(call))
    # What a form's field says may not fit into a header.
    shown = said if HEADER_TEXT.fullmatch(said) else quote(said, safe=" ")
    headers = {"request-id": shown, "WWW-Authenticate": f'Bearer error="{shown}"', "Content-Type": JSON_TYPE}
    if fault.on == "login":
        return Answer(400, {"error": "invalid_client", "error_description": f"Not taken: {said}"}, headers)
    inner = {"request-id": said, "client-request-id": said}
    return Answer(400, {"error": {"code": said, "message": f"Not taken: {said}", "innerError": inner}}, headers)


def echo_redirect(fault: EchoFault, call: Call, _proceed: Proceed) -> Answer:
    """302 with the credentials of the call in every part of its Location."""
    said = quote(FORMS[fault.form](credentials(call)), safe="")
    return Answer(302, None, {"Location": f"https://{said}:{said}@{said}.example/{said}?t={said}#{said}"})


def echo_page(fault: EchoFault, call: Call, _proceed: Proceed) -> Answer:
    """502 from something in between, with the credentials of the call in the page and in its title."""
    said = html.escape(FORMS[fault.form](credentials(call)))
    page = f"<!DOCTYPE html><html><head><title>{said}</title></head><body>{said}</body></html>"
    return Answer(502, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def echo_nextlink(fault: EchoFault, call: Call, proceed: Proceed) -> Answer:
    """A page whose nextLink, which is none that the service knows, holds the credentials of the call."""
    said = quote(FORMS[fault.form](credentials(call)), safe="")
    return relinked(proceed(), f"{call.origin}{call.path}?$skiptoken={said}")
