# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings by words, as people know them: display name, keywords, policy name and category."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass

from .catalog import Catalog, built_in
from .definitions import Definition, is_office
from .elements import ValueProblem, elements_of

# Words that say nothing about a setting; nearly all display names end in (User).
_FILLERS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "don't", "for", "from", "i", "in", "is", "it", "let"}
    | {"my", "of", "or", "our", "people", "should", "that", "the", "their", "they", "to", "user", "users", "want", "we"}
    | {"with"}
)
# Words that say what is wanted of a setting rather than which one it is. They are in many names, with another sense.
_WISHES = frozenset(
    {"allow", "always", "block", "check", "disable", "enable", "force", "hide", "keep", "make", "never", "no", "not"}
    | {"off", "on", "prevent", "show", "stop", "switch", "turn"}
)
_DEVICE = "device"
# The texts of a setting for devices say so with one of these words, or with none.
_FOR_DEVICES = f"{_DEVICE} computer machine"
_ENDINGS = ("ings", "ing", "ed", "es", "s")
# Words of so many characters have no endings, and are not looked for inside of others.
_SHORT = 3
_PARTS = re.compile(r"[^\s,.:;!?()\"\[\]{}\\]+")
# Where a policy's name has another word: L_VBAWarningsPolicy.
_CAPITALS = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Filters:
    """Which settings are looked at: of one ADMX file, of one scope, deprecated or not; None lets all pass."""

    file: str | None = None
    scope: str | None = None
    deprecated: bool | None = None

    def fits(self, definition: Definition) -> bool:
        """Tell whether a setting passes."""
        pairs = (
            (self.file, definition.file),
            (self.scope, definition.scope),
            (self.deprecated, definition.deprecated),
        )
        return all(wanted is None or wanted == have for wanted, have in pairs)


@dataclass(frozen=True)
class Matches:
    """Settings that were found, the best first. Where none has all words, they are those with the most telling ones."""

    settings: tuple[Definition, ...]
    all_words: bool = True


class _Text:
    """The words of one setting, in lower case, each with a blank before and after it: words are found by beginnings."""

    def __init__(self, setting: Definition) -> None:
        self.setting = setting
        self.title = _spaced(setting.title)
        parts = _CAPITALS.sub(" ", setting.name)
        scope = _FOR_DEVICES if setting.scope == _DEVICE else ""
        self.all = self.title + _spaced(" ".join((setting.category, *setting.keywords, setting.file, parts, scope)))
        # What may be looked for as it is.
        self.name = f"{setting.name} {setting.file}/{setting.name} {setting.id}".lower()

    def has(self, stem: str) -> bool:
        """Tell whether a word is among the words, or in the name: names are words without blanks."""
        return _is_in(stem, self.all) or (len(stem) > _SHORT and stem in self.name)

    def below(self, catalog: Catalog) -> str:
        """Return the words of the elements of the setting, and of what they can be."""
        try:
            elements = elements_of(self.setting, catalog)
        except ValueProblem:
            return ""
        titles = [title for each in elements for title in (each.title, *(option.title for option in each.options))]
        return _spaced(" ".join(titles))


def settings_in(catalog: Catalog, filters: Filters) -> list[Definition]:
    """Return the settings that pass the filters, by key: those of Office, and the others that the collection brings."""
    brought = built_in()
    found = [each for each in catalog.settings() if filters.fits(each)]
    return sorted((each for each in found if is_office(each.id) or brought.get(each.id)), key=_by_key)


def search(text: str, settings: t.Iterable[Definition], catalog: Catalog) -> Matches:
    """Return the settings that a text leads to; ``catalog`` has their elements.

    A setting has a word where a word of its texts begins with it, but for its ending. First comes the one whose key
    or id the text is, then those of this policy name, then those that have all words in their display names. Last come
    those that have all words only together with the texts of their elements and options.
    """
    looked_at = [_Text(setting) for setting in settings]
    stems = [_unhyphenated(stem) for stem in stems_of(text)]
    found = [each for each in looked_at if stems and all(map(each.has, stems))]
    below = [each for each in looked_at if len(stems) > 1 and _has_below(each, stems, catalog)]
    if found or below or len(stems) < 2:
        wanted = text.strip().lower().replace(";", "/")
        words = [_unhyphenated(word) for word in words_of(text)]
        for each in (found, below):
            each.sort(key=lambda text: _rank(text, wanted, words, stems))
        return Matches(tuple(each.setting for each in (*found, *below)))
    return Matches(tuple(_telling(looked_at, stems)), all_words=False)


def _has_below(text: _Text, stems: t.Sequence[str], catalog: Catalog) -> bool:
    """Tell whether a setting has some of the words, and the others in its elements."""
    missing = [stem for stem in stems if not text.has(stem)]
    if not 0 < len(missing) < len(stems):
        return False
    below = text.below(catalog)
    return all(_is_in(stem, below) for stem in missing)


def words_of(text: str) -> list[str]:
    """Return the words of a text, in lower case and each once; those that say nothing only where they are all."""
    words = list(dict.fromkeys(_PARTS.findall(text.lower().replace(";", "/"))))
    return [word for word in words if word not in _FILLERS] or words


def stems_of(text: str) -> list[str]:
    """Return the words of a text without their endings, each once."""
    return list(dict.fromkeys(map(_stem, words_of(text))))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _SHORT:
            # A letter that only the ending doubles: running.
            return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
    return word


def _unhyphenated(text: str) -> str:
    return text.lower().replace("-", "")


def _spaced(text: str) -> str:
    """Return the words of a text in lower case between blanks, those with hyphens as one word and as several."""
    words = _PARTS.findall(text.lower())
    parts = [part for word in words if "-" in word for part in word.split("-")]
    return f" {' '.join(map(_unhyphenated, [*words, *parts]))} "


def _is_in(stem: str, spaced: str) -> bool:
    return (f" {stem}" if len(stem) > _SHORT else f" {stem} ") in spaced


def _rank(text: _Text, wanted: str, words: t.Sequence[str], stems: t.Sequence[str]) -> tuple[t.Any, ...]:
    setting = text.setting
    if wanted in (setting.id.lower(), f"{setting.file}/{setting.name}".lower()):
        group = 0
    elif wanted == setting.name.lower():
        group = 1
    else:
        group = 2 if all(_is_in(stem, text.title) for stem in stems) else 3
    if group < 2:
        return (group, setting.deprecated, _by_key(setting))
    exact = sum(f" {word} " in text.title for word in words)
    return (group, setting.deprecated, -exact, len(text.title), _by_key(setting))


def _telling(texts: t.Sequence[_Text], stems: t.Sequence[str]) -> list[Definition]:
    """Return the settings that have most of the words.

    The rarer a word is, the more it counts, and most in a display name; one that says what is wanted counts half.
    """
    counts = {stem: sum(each.has(stem) for each in texts) for stem in stems}
    weights = {
        stem: math.log(len(texts) / count) / (2 if stem in _WISHES else 1) for stem, count in counts.items() if count
    }

    def score(text: _Text) -> float:
        return sum(
            weight if _is_in(stem, text.title) else weight / 2 for stem, weight in weights.items() if text.has(stem)
        )

    scores = [(score(each), each.setting) for each in texts]
    best = max((found for found, _setting in scores), default=0.0)
    kept = [(found, setting) for found, setting in scores if found > best / 2]
    kept.sort(key=lambda pair: (-pair[0], pair[1].deprecated, _by_key(pair[1])))
    return [setting for _score, setting in kept]


def _by_key(setting: Definition) -> tuple[str, str, str, str]:
    return (setting.file, setting.name.lower(), setting.scope, setting.id)
