# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of a tenant's settings catalogue: found by id whatever its case, and what settings are checked by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import validation
from .baseline import BASELINE
from .refusals import refused
from .shapes import check_settings

Document = Mapping[str, Any]
# The parent of a category that has none.
NO_CATEGORY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Index:
    """Definitions by id in lower case, and what hangs on which option or group: parent -> child -> required."""

    documents: dict[str, Document]
    children: dict[str, dict[str, bool]] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Index:
        """The index of Graph's documents."""
        index = cls({document["id"].casefold(): document for document in documents})
        for document in index.documents.values():
            index._take(document["id"], document.get("childIds") or (), document)
            for option in document.get("options") or ():
                index._take(option["itemId"], (), option)
            for part in (document, *(document.get("options") or ())):
                for above in part.get("dependentOn") or ():
                    index._hang(above["dependentOn"], document["id"], None)
        return index

    def _take(self, parent: str, members: Iterable[str], part: Mapping[str, Any]) -> None:
        for member in members:
            self._hang(parent, member, None)
        for below in part.get("dependedOnBy") or ():
            self._hang(parent, below["dependedOnBy"], bool(below.get("required")))

    def _hang(self, parent: str, child: str, required: bool | None) -> None:
        """Note that a child hangs on an option or group; None does not say whether it has to be there."""
        found = self.children.setdefault(parent.casefold(), {})
        found[child.casefold()] = found.get(child.casefold(), False) if required is None else required
        self.parents.setdefault(child.casefold(), set()).add(parent.casefold())


def is_definition(document: Document) -> bool:
    """Whether a document of a catalogue is a definition; else it is a category, which states no type."""
    return "@odata.type" in document


def sample_of(items: Iterable[Document]) -> dict[str, Any]:
    """One of the items with the properties that any of them has."""
    sample: dict[str, Any] = {"id": ""}
    for item in items:
        if not item.keys() <= sample.keys():
            sample = {**item, **sample}
    return sample


def bare_category(document: Document) -> Document:
    """What a definition tells of its category: a root without a name of its own."""
    key = document["categoryId"]
    applicability = document.get("applicability") or {}
    return {
        "id": key,
        "name": None,
        "displayName": key,
        "description": None,
        "categoryDescription": None,
        "helpText": None,
        "platforms": applicability.get("platform", "none"),
        "technologies": applicability.get("technologies", "none"),
        "settingUsage": document.get("settingUsage", "none"),
        "parentCategoryId": NO_CATEGORY,
        "rootCategoryId": key,
        "childCategoryIds": [],
    }


class Definitions:
    """A catalogue of definitions as Graph's documents; ``read`` gives them, when they are needed."""

    def __init__(self, read: Callable[[], Iterable[Document]]) -> None:
        self._read = read

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Definitions:
        """A catalogue of these documents."""
        kept = tuple(documents)
        return cls(lambda: kept)

    @cached_property
    def _index(self) -> Index:
        return Index.of(document for document in self._documents if is_definition(document))

    @cached_property
    def _documents(self) -> tuple[Document, ...]:
        return tuple(self._read())

    @property
    def documents(self) -> list[Document]:
        """All documents, those of categories too, as they were given."""
        return list(self._documents)

    def check_forms(self) -> None:
        """Read all documents now.

        :raises LookupError, TypeError, AttributeError: one is not as Graph has it.
        """
        for document in self:
            for child in self.children(document["id"]):
                self.depends_on(child["id"], document["id"])

    @cached_property
    def categories(self) -> dict[str, Document]:
        """The categories by id: those of the documents, and a bare one for each other that a definition names."""
        found = {doc["id"].casefold(): doc for doc in self._documents if not is_definition(doc)}
        for document in self:
            key = str(document.get("categoryId") or "").casefold()
            if key and key not in found:
                found[key] = bare_category(document)
        return found

    @cached_property
    def sample(self) -> dict[str, Any]:
        """A definition with the properties that any of them has."""
        return sample_of(self)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._index.documents.values())

    def __len__(self) -> int:
        return len(self._index.documents)

    def get(self, key: str) -> Document | None:
        """The definition with this id in any case, or None."""
        return self._index.documents.get(key.casefold())

    def known(self, key: str) -> Document:
        """The definition with this id in any case.

        :raises Refused: 400 as a policy with an unknown setting gets it (the text is ours).
        """
        found = self.get(key)
        if found is None:
            raise refused(f"{key}: Setting Definition was not found")
        return found

    def is_child(self, key: str) -> bool:
        """Whether a definition hangs on an option or group of another, and cannot stand alone."""
        return key.casefold() in self._index.parents

    def depends_on(self, key: str, parent: str) -> bool:
        """Whether a definition hangs on this option or group."""
        return parent.casefold() in self._index.parents.get(key.casefold(), ())

    def required(self, parent: str) -> list[str]:
        """Ids of the definitions that an option or group cannot be without."""
        found = self._index.children.get(parent.casefold(), {})
        return [self._spelled(child) for child, needed in found.items() if needed]

    def _spelled(self, folded: str) -> str:
        found = self._index.documents.get(folded)
        return folded if found is None else str(found["id"])

    def children(self, key: str) -> list[Document]:
        """The definitions that hang on a definition itself, or on one of its options."""
        document = self.known(key)
        places = [document["id"], *(option["itemId"] for option in document.get("options") or ())]
        names = dict.fromkeys(child for place in places for child in self._index.children.get(place.casefold(), ()))
        return [self._index.documents[name] for name in names if name in self._index.documents]

    def tree(self, key: str) -> Iterator[Document]:
        """A definition and all that hang on it, to any depth."""
        yield self.known(key)
        for child in self.children(key):
            yield from self.tree(child["id"])

    def check(
        self,
        settings: object,
        *,
        platforms: str = "windows10",
        technologies: str = "mdm",
        template_id: str = "",
        held_templates: Iterable[str] = (),
        unjudged: Iterable[str] = (),
        accepts_unknown: bool = False,
    ) -> None:
        """Check the settings of a policy that is created or replaced.

        ``unjudged`` are ids that the tenant knows and this catalogue does not: settings with them are taken unchecked;
        ``held_templates`` are templates of that kind;
        ``accepts_unknown`` is for all that this catalogue does not know.

        :raises Refused: 400 in Graph's words for the first thing that is wrong.
        """
        missing = frozenset(key.casefold() for key in unjudged if self.get(key) is None)
        held = frozenset(held_templates) - {"", BASELINE}
        context = validation.Context(self, platforms, technologies, template_id, held, missing, accepts_unknown)
        validation.check(context, check_settings(settings))
