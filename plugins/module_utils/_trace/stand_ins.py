# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins: the same thing has the same one wherever it stands, and nobody without the key finds out what it is for.

They are made with a keyed hash (HMAC-SHA-256), so that processes that share a key need to share nothing else. A plain
hash would not do: names and short ids can be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import re

# What stand-ins begin with; ``KIND_OF`` and programs that read traces know them by that.
TEXT, USER, DOMAIN, HOST, TOKEN = "text-", "user-", "domain-", "host-", "token-"
TOP_LEVEL = ".example"
_LETTERS = "abcdefghijklmnop"
_LENGTH = 12
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:(?P<middle>[T ])\d\d:\d\d(?::\d\d(?P<fraction>\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?"
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
# GUIDs, which may have a number behind, in one text.
GUIDS = re.compile(rf"{GUID.pattern}(?:[_,;|]{GUID.pattern})*(?:_\d{{1,3}})?", re.IGNORECASE)
# GUIDs that are the same in every tenant: nothing, Graph itself, and what stands for all users and all devices.
PUBLIC_GUIDS = frozenset(
    {
        "00000000-0000-0000-0000-000000000000",
        "00000003-0000-0000-c000-000000000000",
        "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
        "adadadad-808e-44e2-905a-0b7873a8a531",
    }
)
_NO_DATE = "0001-01-01"
# A text longer than that keeps its length, up to the other: Graph has bounds for it.
_SHORT, _LONGEST = 64, 4096
# A known value that is shorter is a word, or a part of many; a longer one is in no sentence. So many are kept in mind.
SHORTEST_KNOWN, _LONGEST_KNOWN, _MOST_KNOWN = 4, 256, 50_000
# What a text of digits keeps: indices, counts, codes of errors.
_FEW_DIGITS = 4


class StandIns:
    """Makes stand-ins with one key, and remembers for which texts, to find them within sentences.

    ``known`` maps a text to its stand-in. It is safe to use from several threads.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.known: dict[str, str] = {}

    def of_text(self, text: str) -> str:
        """Return the stand-in for any text of a tenant. An empty one stays; ids, dates and addresses keep their form.

        Texts that differ in case alone have stand-ins that differ in case alone: Graph compares names so.
        """
        if not text:
            return text
        if GUIDS.fullmatch(text):
            return GUID.sub(lambda found: self.of_guid(found[0]), text)
        made = self._of_date(text) if DATE.fullmatch(text) else self._of_address(text) or self._of_words(text)
        if SHORTEST_KNOWN <= len(text) <= _LONGEST_KNOWN and len(self.known) < _MOST_KNOWN:
            self.known[text] = made
        return made

    def of_guid(self, guid: str) -> str:
        """Return a GUID for a GUID, in the case that it has."""
        low = guid.lower()
        if low in PUBLIC_GUIDS:
            return guid
        digits = self._digest("guid", low).hex()
        made = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
        return made.upper() if guid != low and guid == guid.upper() else made

    def of_token(self, token: str) -> str:
        """Return what tells one token from another."""
        return TOKEN + self._letters("token", token)

    def of_host(self, host: str) -> str:
        """Return a host for a host (with its port)."""
        return f"{HOST}{self._letters('host', host.lower())}{TOP_LEVEL}"

    def of_digits(self, digits: str) -> str:
        """Return as many other digits, the first of which is not 0."""
        made = str(int.from_bytes(self._digest("digits", digits) * 2, "big")).lstrip("0")
        return made[: len(digits)] if len(digits) <= len(made) else made

    def _digest(self, kind: str, text: str) -> bytes:
        data = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, data, hashlib.sha256)

    def _letters(self, kind: str, text: str) -> str:
        return "".join(_LETTERS[byte & 15] for byte in self._digest(kind, text)[:_LENGTH])

    def _of_words(self, text: str) -> str:
        folded = text.casefold()
        letters = self._letters("text", folded)
        if text != folded:
            # Never none: that one is for the text in lower case.
            case = int.from_bytes(self._digest("case", text)[:2], "big") or 1
            letters = "".join(letter.upper() if case >> place & 1 else letter for place, letter in enumerate(letters))
            letters = letters if letters != letters.lower() else letters.capitalize()
        made = TEXT + letters
        return made if len(text) <= _SHORT else made.ljust(min(len(text), _LONGEST), ".")

    def _of_address(self, text: str) -> str:
        """Return a user at a domain for a user principal name or a mail address, "" for anything else."""
        if not _ADDRESS.fullmatch(text):
            return ""
        user, _at, domain = text.rpartition("@")
        return f"{USER}{self._letters('user', user.lower())}@{self.of_domain(domain)}"

    def of_domain(self, domain: str) -> str:
        """Return a domain for a domain."""
        return f"{DOMAIN}{self._letters('domain', domain.lower())}{TOP_LEVEL}"

    def _of_date(self, text: str) -> str:
        """Return a date of the same form. Which of two is the later one is lost."""
        if text.startswith(_NO_DATE):
            return text
        found = DATE.fullmatch(text)
        numbers = self._digest("date", text)
        day = f"20{numbers[0] % 20:02}-{numbers[1] % 12 + 1:02}-{numbers[2] % 28 + 1:02}"
        if found is None or not found["middle"]:
            return day
        time = f"{numbers[3] % 24:02}:{numbers[4] % 60:02}"
        seconds = f":{numbers[5] % 60:02}" if text.count(":") >= (3 if found["zone"] not in (None, "Z") else 2) else ""
        fraction = found["fraction"] or ""
        digits = "".join(str(byte % 10) for byte in numbers[8 : 8 + max(0, len(fraction) - 1)])
        return f"{day}{found['middle']}{time}{seconds}{'.' if fraction else ''}{digits}{found['zone'] or ''}"


def is_few_digits(text: str) -> bool:
    """Tell whether a text is a small number, such as the id of a setting in its policy or of a scope tag."""
    return text.isascii() and text.isdecimal() and len(text) <= _FEW_DIGITS
