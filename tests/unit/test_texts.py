# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of a tenant on a terminal and in Markdown: it is shown, and it does nothing."""

from __future__ import annotations

import re
import typing as t
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.filter import policy_findings
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._errors import printable, printable_value
from ansible_collections.m365.apps.plugins.module_utils._module.results import item_result, outcome_result
from ansible_collections.m365.apps.plugins.plugin_utils._markdown import markdown_text
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy, other_item
from ansible_collections.m365.apps.tests.unit.small_tenants import desired, policies

SPACE = "\u200b"
FORGED = "A\n+++ after: policy 'B'\r\x1b[2J\u202e\u2028\x85\x7f"
SHOWN = r"A\n+++ after: policy 'B'\r\x1b[2J\u202e\u2028\x85\x7f"

# Terminals


@given(st.text())
def test_what_is_printable_prints(text: str) -> None:
    shown = printable(text)
    hidden = {"Cc", "Cs", "Zl", "Zp"}
    assert not [char for char in shown if unicodedata.category(char) in hidden]
    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", shown)
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize("text", ["Zażółć 政策 🛡️", "👩\u200d💻", "\u0646\u0627\u0645\u200c\u0647\u0627", r"C:\new", ""])
def test_people_s_texts_stay(text: str) -> None:
    assert printable(text) == text


def test_texts_and_keys_of_a_value() -> None:
    value = {"a\nb": ["\x1b", 1, None, True, {"c": "\t"}], "d": ("x\r",)}
    assert printable_value(value) == {r"a\nb": [r"\x1b", 1, None, True, {"c": r"\t"}], "d": [r"x\r"]}


def test_no_key_hides_another() -> None:
    assert printable_value({"a\nb": 1, r"a\nb": 2}) == {r"a\nb": 1, r"a\nb (another)": 2}


def test_a_diff_has_one_line_for_each_of_its_own() -> None:
    """Names in headers, texts in fields, and what payloads call their settings."""
    live = [changed_policy(policy, display_name=FORGED, description="x\ny") for policy in policies("A")]
    tenant = MemoryTenant({str(policy.id): policy for policy in live})
    payload = [{"settingId": FORGED, "value": FORGED}]
    changed = other_item(desired("x", description="a\nb", policy_payload=payload), display_name=None, id=live[0].id)
    outcome = converge([changed], tenant, MemoryDirectory({}), RunOptions(check_mode=True))
    [diff] = outcome_result(outcome, with_diff=True)["diff"]
    assert diff["before_header"] == diff["after_header"] == f"policy '{SHOWN}' (id {live[0].id})"
    assert (diff["before"]["description"], diff["after"]["description"]) == (r"x\ny", r"a\nb")
    assert diff["after"]["policy_payload"] == {f"[{SHOWN}]": f"value={SHOWN}"}


def test_a_result_shows_what_its_diff_shows() -> None:
    live = policies("A")
    tenant = MemoryTenant({str(policy.id): policy for policy in live})
    outcome = converge([desired("A", description="a\nb")], tenant, MemoryDirectory({}), RunOptions(check_mode=True))
    [diff] = outcome_result(outcome, with_diff=True)["diff"]
    shown = item_result(0, outcome, MemoryDirectory({}).name_of)
    assert (
        (shown["before"], shown["after"])
        == (diff["before"], diff["after"])
        == ({"description": ""}, {"description": r"a\nb"})
    )


def test_findings_are_for_terminals() -> None:
    found = policy_findings.policy_findings([{"display_name": FORGED}, {"display_name": FORGED, "strange\x1b": 1}])
    assert {finding["rule"] for finding in found} >= {"duplicate_name", "unknown_key"}
    assert [finding["message"] for finding in found if printable(finding["message"]) != finding["message"]] == []
    assert [finding["message"] for finding in found if SHOWN not in finding["message"]] == []


# Markdown

INERT = {
    "mention": "@team",
    "mention in a word": "x@team",
    "mention with a dash": "ask @contoso/office-admins now",
    "mail": "someone@example.com",
    "mailto": "mailto:someone@example.com",
    "xmpp": "xmpp:someone@example.com",
    "URL": "see https://evil.example/x?y=1#z",
    "URL in capitals": "HTTP://EVIL.EXAMPLE",
    "other scheme": "ftp://evil.example smb://evil.example/x ssh+git://evil.example",
    "www": "www.evil.example and WWW.evil.example",
    "host": "evil.com or evil.co.uk, evil.xxx, evil.рф",
    "issue": "#123 contoso/repo#4 GH-12 gh-12",
    "merge request": "!45",
    "label": '~bug ~"a label"',
    "milestone": '%"v1.0" %12',
    "snippet": "$12",
    "epic": "&12",
    "alert": "^alert#12",
    "contact": "[contact:x@y.example] [[wiki]] [vulnerability:1]",
    "commit": "9ba12248 and b19a04f53caeaf4d2a2b7b6c0c9b2e8a6d1f0e3c",
    "emoji": ":tada: x:tada: 1:100:2 :+1:",
    "entity": "&copy; &#64;team &amp;",
    "code": "`code` ```",
    "table": "a | b || c",
    "html": "<script>alert(1)</script> <https://evil.example> <!-- x -->",
    "link": "[click](https://evil.example) ![i](https://evil.example/x.png) [x]: https://evil.example",
    "emphasis": "**bold** _x_ ~~gone~~ *y*",
    "math": "$x$ $$y$$",
    "inline diff": "{+ added +} [- gone -] {-x-}",
    "backslash": "\\@team \\",
    "lines": "a\n\n# b\n| c |\n/approve",
    "list": "- item",
    "other list": "+ item",
    "numbers": "1. item",
    "more numbers": "12) item",
    "heading": "# heading #",
    "underline": "=====",
    "rule": "---",
    "command": "/merge",
    "quote": "> quote",
}
# What a platform makes something of, in text without markup.
LIVE = {
    "a mention, a reference": re.compile(r"[@#!$%~&^*\[{][\w\"']"),
    "an address of mail": re.compile(r"\w@\w"),
    "an URL": re.compile(r"[a-z]:[^\s\u200b]|://|\bwww\.", re.IGNORECASE),
    "a host": re.compile(r"[\w-]\.(?:com|co|uk)(?!\w)", re.IGNORECASE),
    "an issue": re.compile(r"\bGH-\d", re.IGNORECASE),
    "a commit": re.compile(r"(?<![\w-])[0-9a-f]{7,40}(?![\w-])"),
    "a wiki link or an inline diff": re.compile(r"\[\[|[\[{][-+]"),
    "an emoji": re.compile(r":(?!\d\d?:)[\w+-]+:"),
}


def rendered(text: str) -> str:
    """Return the text that CommonMark shows for Markdown of text, escapes and entities alone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|&#8203;", lambda found: found[1] or SPACE, text)


def assert_inert(text: str) -> None:
    markdown = markdown_text(text)
    shown = rendered(markdown)
    assert shown.replace(SPACE, "") == printable(text).strip()
    assert "\n" not in markdown
    assert [what for what, pattern in LIVE.items() if pattern.search(shown)] == [], shown
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|&#8203;", "", markdown)
    assert not re.search(r"[\\`*_\[\]<>|~&$#]", bare), bare
    assert not re.match(r"[-+=/]|\d+[.)]", markdown)


@pytest.mark.parametrize("text", INERT.values(), ids=INERT)
def test_nothing_means_anything_in_markdown(text: str) -> None:
    assert_inert(text)


@pytest.mark.parametrize("text", ["22222222-0000-4000-8000-000000000001", "Contoso Standard (2026), 100 % Büro", "C"])
def test_what_means_nothing_stays_as_it_is(text: str) -> None:
    assert markdown_text(text) == text


PIECES = st.sampled_from(
    [*INERT.values(), "@", "[", "\\", "`", " ", "\n", ":", "//", ".", "com", "a", "1", "é", "#", "-"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=6).map("".join)))
def test_nothing_means_anything_in_any_text(text: str) -> None:
    assert_inert(text)


def test_a_renderer_makes_text_of_it() -> None:
    """In a table, a heading, a list and a paragraph."""
    markdown_it = pytest.importorskip("markdown_it", reason="this ansible-core's venv has no renderer")
    renderer: t.Any = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for text in INERT.values():
        cell = markdown_text(text)
        page = renderer.render(f"| x |\n|---|\n| {cell} |\n\n### {cell}\n\n* {cell}\n\n{cell}\n")
        tags = re.sub(r"<(?!/)(\w+)[^>]*>|</\w+>|[^<]", lambda found: f"{found[1]} " if found[1] else "", page)
        assert tags.split() == ["table", "thead", "tr", "th", "tbody", "tr", "td", "h3", "ul", "li", "p"], page
        wanted = printable(text).strip()
        wanted = wanted.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        assert page.replace(SPACE, "").count(wanted) >= 4, page
