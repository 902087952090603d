# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text in Markdown, for GitHub, GitLab and what renders CommonMark: it is shown as it is, and does nothing.

A backslash keeps a character from being markup. It does not keep platforms from making links, mentions and references
of the rendered text, so where one would begin the text is broken by a space without width, which nobody sees.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._converge.diff import lines_of_diff
from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.plugin_utils._policies.plain_values import plain_value

BREAK = "&#8203;"

# How names of hosts end.
_ENDINGS = r"[a-z]{2}|com|net|org|edu|gov|info|biz|name|shop|pro|web|xxx|museum|aero|coop|asia|рф|xn--\w+"
# What a link or a reference begins with, and what must follow it.
_BREAKS = re.compile(
    "|".join(
        (
            # Mentions, issues, merge requests, snippets, milestones, labels, epics, alerts, iterations, [contact:...].
            r"(?<=[@#!$%~&^*\[{])(?=[\w\"'])",
            # Addresses of mail.
            r"(?<=@)(?=[^\s])",
            # URLs, mailto:, xmpp: and :emoji:.
            r"(?<=[A-Za-z]:)(?=\S)|(?<=:)(?!\d\d?:)(?=[\w+-]+:)|(?<=:/)(?=/)",
            r"(?<=\b[wW]{3})(?=\.)",
            # Names of hosts, which some renderers take for URLs.
            rf"(?<=[\w-])(?=\.(?:{_ENDINGS})(?!\w))",
            # Issues by GH-1; wiki links [[...]]; GitLab's {+ inline +} [- diffs -].
            r"(?<=\bGH)(?=-\d)|(?<=\[)(?=\[)|(?<=[\[{])(?=[-+])",
        )
    ),
    re.IGNORECASE,
)
# A commit, but not a part of a GUID or of another word. Seven digits are the fewest that name one.
_COMMIT = re.compile(r"(?<![\w-])[0-9a-f]{7,40}(?![\w-])", re.IGNORECASE)
_SHORT = 6
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$#]")
# What makes a list, a heading, a rule or a command of a line that begins with it.
_BEGINNING = re.compile(r"^(?:(?=[-+=/])|(\d+)(?=[.)]))")


def diff_lines(
    before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], names: t.Mapping[str, t.Any] | None = None
) -> str:
    """Return the lines of a fenced diff for what differs of two sides; each ends with a line break.

    ``names`` are the display names of the lines, by side and key. A line begins with a sign, so it can never be the
    fence's end. Reports are mostly made of them: as a macro they take most of the time.
    """
    return "".join(lines_of_diff(plain_value(before), plain_value(after), plain_value(names or {})))


def markdown_text(value: object) -> str:
    """Return a value's text on one line, without any character or word that means something in Markdown."""
    text = printable(str(value)).strip()
    places = {found.start() for found in _BREAKS.finditer(text)}
    for found in _COMMIT.finditer(text):
        places.update(range(found.start() + _SHORT, found.end(), _SHORT))
    parts = [text[start:end] for start, end in zip([0, *sorted(places)], [*sorted(places), len(text)], strict=True)]
    escaped = [_MARKUP.sub(r"\\\g<0>", part) for part in parts]
    return _BEGINNING.sub(r"\1\\", BREAK.join(escaped))
