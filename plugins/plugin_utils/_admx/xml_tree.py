# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML of strangers as a tree: bounded, without document types and entities, in whatever encoding it really is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from .model import AdmxError

# Office's largest ADMX file has 30,000 elements, five deep at most below the policy.
MOST_ELEMENTS = 500_000
DEEPEST = 50
# Byte order marks with their length, and the first characters of XML in UTF-16 without one.
_MARKS = (
    (b"\xef\xbb\xbf", 3, "utf-8"),
    (b"\xff\xfe", 2, "utf-16-le"),
    (b"\xfe\xff", 2, "utf-16-be"),
    (b"<\0", 0, "utf-16-le"),
    (b"\0<", 0, "utf-16-be"),
)
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# What a file without a mark may say that it is. One that says UTF-16 is a copy in UTF-8 that nobody told.
_SAID = {"utf-8": "utf-8", "us-ascii": "utf-8", "utf-16": "utf-8", "unicode": "utf-8", "iso-8859-1": "latin-1"}
_SAID |= {"windows-1252": "cp1252"}


@dataclass
class Node:
    """An element: its name without a namespace, its attributes, what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text without the white space around it, which pretty printers add."""
        return "".join(self.texts).strip()

    def all(self, tag: str) -> list[Node]:
        """Return the children of this name."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> Node | None:
        """Return the first child of this name, None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)


def decoded(data: bytes) -> str:
    """Return the text of a file by its mark, or by what it says it is. Raises AdmxError."""
    length, encoding = next(((length, name) for mark, length, name in _MARKS if data.startswith(mark)), (0, ""))
    if not encoding:
        said = _ENCODING.match(data[:200])
        name = said[1].decode().lower() if said else "utf-8"
        encoding = _SAID.get(name, "")
        if not encoding:
            raise AdmxError(f"it says that its encoding is {name}, and ADMX files are in UTF-8 or UTF-16")
    try:
        return data[length:].decode(encoding)
    except UnicodeDecodeError:
        raise AdmxError(f"it is not text in {encoding}") from None


def parsed(data: bytes) -> Node:
    """Return the tree of a file. Raises AdmxError, also for a document type, entities, and what is too large."""
    text = decoded(data)
    builder = _Builder()
    # The encoding that is given counts, and not the one that the file names.
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise AdmxError(f"it is not well-formed XML (line {error.lineno}: {expat.ErrorString(error.code)})") from None
    except UnicodeEncodeError:
        raise AdmxError("it holds an unpaired surrogate") from None
    if builder.root is None:
        raise AdmxError("it is empty")
    return builder.root


class _Builder:
    """Builds the tree from what the parser meets."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise AdmxError(f"it has more than {MOST_ELEMENTS} elements")
        if len(self._open) >= DEEPEST:
            raise AdmxError(f"it is nested more than {DEEPEST} deep")
        node = Node(name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        """End an element."""
        self._open.pop()

    def characters(self, text: str) -> None:
        """Take text."""
        if self._open:
            self._open[-1].texts.append(text)

    @staticmethod
    def refuse(*_declared: object) -> None:
        """Refuse a document type or an entity: ADMX files have none, and they can be made to fill the memory."""
        raise AdmxError("it has a document type or an entity, which ADMX files do not have")
