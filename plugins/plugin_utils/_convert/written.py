# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converted policies as definition files: the same bytes for the same input, with what is not in them on top."""

from __future__ import annotations

import textwrap
import typing as t
from collections import Counter
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import ENDINGS, Form, rendered
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, File, slug_of
from ansible_collections.m365.apps.plugins.plugin_utils._places import is_device, short_digest
from ansible_collections.m365.apps.plugins.plugin_utils._records import blank_record, recorded

from .convert import CONVERTED, ENFORCED, Converted, Row, Source

Made = t.Sequence[tuple[Source, t.Sequence[Converted]]]

# By it a conversion knows its own files, and an export of a tenant leaves them alone.
RECORDED_AS = "convert"
_LONGEST = 600
_WIDTH = 120
# Where a policy begins, below its record.
_BEGIN = b"\n---\n"
_LONGEST_STEM = 200
# The name of a policy takes up to 120 more.
_LONGEST_WITH_POLICY = 100


def written(made: Made, catalog: Catalog) -> Export:
    """Return a file for each policy that has a new definition, with comments of the catalog's texts, if it has any."""
    names = names_of(made)
    form = Form(catalog=catalog)
    files = []
    for source, policies in made:
        for number, policy in enumerate(policies):
            if policy.definition is None:
                continue
            name = names[source.name, number]
            data = rendered(policy.definition, form, blank_record(RECORDED_AS))
            head, mark, body = data.partition(_BEGIN)
            comments = "".join(f"# {line}\n" for line in _comments(source, policy)).encode()
            data = b"".join([head, b"\n", comments, mark[1:], body])
            files.append(File(name, recorded(name, data), policy.display_name, None))
    return Export(tuple(sorted(files, key=lambda file: file.name)), ())


def names_of(made: Made) -> dict[tuple[str, int], str]:
    """Return a file name for each policy, by the name of its source and its place there.

    It is the path of the source as one name, with the policy's name where that holds several, and a digest where it
    needs one. The place of a policy among others is not in it, so that a new one renames none.
    """
    stems = {
        (source.name, number): _stem(source.name, policy.display_name if len(policies) > 1 else "")
        for source, policies in made
        for number, policy in enumerate(policies)
    }
    identities = {
        (source.name, number): identity
        for source, policies in made
        for number, identity in enumerate(_identities(source))
    }
    counts = Counter(stem.casefold() for stem in stems.values())
    return {
        place: (f"{stem}-{short_digest(identities[place])}" if counts[stem.casefold()] > 1 or _is_odd(stem) else stem)
        + ENDINGS["yaml"]
        for place, stem in stems.items()
    }


def _identities(source: Source) -> list[str]:
    """Return what each policy of a file is known by; equal ones are told apart by how many there were before."""
    known: Counter[str] = Counter()
    found = []
    for policy in source.policies:
        options = ("display_name", "id", "kind") if len(source.policies) > 1 else ()
        identity = repr([source.name, *(str(policy.get(option) or "") for option in options)])
        found.append(f"{identity} {known[identity]}")
        known[identity] += 1
    return found


def _is_odd(stem: str) -> bool:
    """Tell whether a file of this name is hidden, or cannot be everywhere."""
    return not stem or stem.startswith(".") or is_device(stem)


def _stem(source: str, policy: str) -> str:
    """Return a file name for a source, with the name of a policy where one is given."""
    path = source.replace("\\", "/")
    stem = path.rpartition(".")[0] if "." in path.rpartition("/")[2] else path
    longest = _LONGEST_WITH_POLICY if policy else _LONGEST_STEM
    short = stem.strip("/").replace("/", "-").encode()[:longest].decode("utf-8", "ignore")
    return f"{short}-{slug_of(policy) or 'policy'}" if policy else short


def _comments(source: Source, policy: Converted) -> list[str]:
    """Return what a file says of itself before its policy, each one line."""
    asked = [row for row in policy.rows if row.payload == ENFORCED]
    done = sum(row.outcome.status == CONVERTED for row in asked)
    lines = [f"Converted from {source.name}: {done} of {number_of(len(asked), 'setting')}."]
    left = [f"  - {named_item(row)}: {row.outcome.reason}" for row in asked if row.outcome.status != CONVERTED]
    lines += ["INCOMPLETE, these settings are not in this file:", *left] if left else []
    preferences = len(policy.rows) - len(asked)
    if preferences:
        told = number_of(preferences, "user preference")
        lines.append(f"Not in this file: {told}, which the settings catalog does not have.")
    notes = dict.fromkeys(f"  - {row.item.setting}: {note}" for row in asked for note in row.outcome.notes)
    lines += ["What to know:", *notes] if notes else []
    return [part for line in lines for part in _wrapped(plain(line, _LONGEST))]


def is_converted_from(data: bytes, source: str) -> bool:
    """Tell whether a file says below its record that it was converted from a source of this name."""
    lines = data.decode("utf-8", "replace").splitlines()[1:]
    said = " ".join(line.removeprefix("#").strip() for line in lines[: _LONGEST // _WIDTH + 2])
    return said.startswith(" ".join(plain(f"Converted from {source}: ", _LONGEST).split()))


def _wrapped(line: str) -> list[str]:
    """Return a line as those of a comment, which are not wide; a word is never divided."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    words = textwrap.TextWrapper(_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return words.wrap(line)


def number_of(count: int, noun: str) -> str:
    """Return a number of things, such as 1 item or 2 items."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def named_item(row: Row) -> str:
    """Return an item as one text: its setting and its registry value."""
    item = row.item
    value = f"{item.name} = {item.value!r}" if item.name else f"item {item.number}"
    return f"{item.setting} ({value})" if item.setting else value


def refuse_the_same(place: Path, folder: Path) -> None:
    """Refuse to write among the definitions that are converted: both would be rolled out. Raises UserError."""
    source = (place if place.is_dir() else place.parent).resolve()
    inside = folder.resolve().is_relative_to(source) if place.is_dir() else folder.resolve() == source
    if inside:
        cause = f"it is in the folder of the definitions that are converted, {plain(str(source), 200)}"
        step = "Choose a folder outside of it: a rollout of one folder would take both"
        raise UserError(f"convert_folder {plain(str(folder), 200)}", "write to it", cause, step)
