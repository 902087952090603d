# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that may never be seen, looked for in every form that they may be written in."""

from __future__ import annotations

import base64
import html
import json
import typing as t
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms_of(secret: str) -> set[str]:
    """Return how a secret may be written: as it is, URL-encoded, in JSON, HTML and Python, and inside a base64 text."""
    data = secret.encode()
    # Wherever a base64 text has it, one of these is in there: it depends on what stands in front.
    inside = [base64.b64encode(b"\0" * gap + data)[4 if gap else 0 :].rstrip(b"=")[:-1].decode() for gap in range(3)]
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        html.escape(secret),
        repr(secret)[1:-1],
        *inside,
        *(text.replace("+", "-").replace("/", "_") for text in inside),
    }


class Canaries:
    """What is secret, by a name that may be shown."""

    def __init__(self, secrets: t.Mapping[str, str]) -> None:
        self._forms = {name: forms_of(secret) for name, secret in secrets.items()}

    def add_tokens(self, tokens: t.Sequence[str]) -> None:
        """Add tokens that were issued; the signature is as secret as the whole."""
        for place, token in enumerate(tokens):
            self._forms[f"token {place}"] = forms_of(token)
            self._forms[f"signature of token {place}"] = forms_of(token.rsplit(".", 1)[1])

    def seen_in(self, text: str) -> list[str]:
        """Return the names of those that a text shows, each with what stands around it."""
        seen = []
        for name, forms in self._forms.items():
            for form in forms:
                place = text.find(form)
                if place >= 0:
                    around = text[max(0, place - 150) : place] + f"<{name}>" + text[place + len(form) :][:60]
                    seen.append(f"{name}: {around}")
                    break
        return seen

    def seen_below(self, folder: Path, given: t.Container[str]) -> dict[str, list[str]]:
        """Return what the files below a folder show, by path. ``given`` are names of files and folders that the user
        wrote secrets into, which are left out.
        """
        found = {}
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part in given for part in inside.parts):
                seen = self.seen_in(path.read_bytes().decode("utf-8", "replace"))
                if seen:
                    found[str(inside)] = seen
        return found
