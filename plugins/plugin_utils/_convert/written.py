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
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, File
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

    It is the path of the source as one name, with a number where that holds several, and a digest where it needs one.
    """
    stems = {
        (source.name, number): _stem(source.name) + (f"-{number + 1}" if len(policies) > 1 else "")
        for source, policies in made
        for number in range(len(policies))
    }
    counts = Counter(stem.casefold() for stem in stems.values())
    return {
        (source, number): (
            f"{stem}-{short_digest(f'{source} {number}')}" if counts[stem.casefold()] > 1 or _is_odd(stem) else stem
        )
        + ENDINGS["yaml"]
        for (source, number), stem in stems.items()
    }


def _is_odd(stem: str) -> bool:
    """Tell whether a file of this name is hidden, or cannot be everywhere."""
    return not stem or stem.startswith(".") or is_device(stem)


def _stem(source: str) -> str:
    path = source.replace("\\", "/")
    stem = path.rpartition(".")[0] if "." in path.rpartition("/")[2] else path
    return stem.strip("/").replace("/", "-").encode()[:_LONGEST_STEM].decode("utf-8", "ignore")


def _comments(source: Source, policy: Converted) -> list[str]:
    """Return what a file says of itself before its policy, each one line."""
    asked = [row for row in policy.rows if row.payload == ENFORCED]
    done = sum(row.outcome.status == CONVERTED for row in asked)
    lines = [f"Converted from {source.name}: {done} of {len(asked)} settings."]
    left = [f"  - {named_item(row)}: {row.outcome.reason}" for row in asked if row.outcome.status != CONVERTED]
    lines += ["INCOMPLETE, these settings are not in this file:", *left] if left else []
    preferences = len(policy.rows) - len(asked)
    if preferences:
        lines.append(f"Not in this file: {preferences} user preferences, which the settings catalog does not have.")
    notes = dict.fromkeys(f"  - {row.item.setting}: {note}" for row in asked for note in row.outcome.notes)
    lines += ["What to know:", *notes] if notes else []
    return [part for line in lines for part in _wrapped(plain(line, _LONGEST))]


def _wrapped(line: str) -> list[str]:
    """Return a line as those of a comment, which are not wide; a word is never divided."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    words = textwrap.TextWrapper(_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return words.wrap(line)


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
