# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the role, written by real ansible-playbook runs: valid HTML, nothing that texts of users could break.

The browser's side is in tests/browser.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import typing as t
from pathlib import Path

import html5lib
import pytest
from jinja2 import Environment, nodes

from ansible_collections.m365.apps.tests.integration.support.processes import ROOT
from ansible_collections.m365.apps.tests.integration.support.report_samples import (
    FAILED_SETTING,
    HOSTILE,
    contoso_report,
    hostile_report,
    large_report,
    planned_report,
)
from ansible_collections.m365.apps.tests.integration.support.reports import once, write_reports

ROLE = ROOT / "roles" / "rollout"
TEMPLATES = ROLE / "templates"
# What the page shows for no value.
NOTHING = "\u2013"
CANARY = "canary-8f1d6c20"
# Macros that escape by themselves.
MACROS = {"badge", "shown", "setting", "setting_name", "names", "number", "percent", "bar", "side", "table", "contents"}
MACROS |= {"card", "devices", "keys", "search"}
XHTML = "{http://www.w3.org/1999/xhtml}"


def _with_canaries() -> dict[str, t.Any]:
    """Return a report whose parts hold keys that the shape does not name. At the top the argument spec refuses them."""
    report = planned_report()
    for place in (report["plan"], report["verdict"], *report["policies"], *report["waves"], *report["tenants"]):
        place["access_token"] = CANARY
    report["counts"]["client_secret"] = CANARY
    return report


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all reports, written in check mode, as that of a plan is."""
    reports = {
        "contoso": _with_canaries(),
        "hostile": hostile_report(),
        "empty": {},
        "nulls": dict.fromkeys(contoso_report()),
        "large": large_report(20, 200),
        "one_device": {
            "checkins": {
                "policies": [{"display_name": "A", "failed_settings": [{**FAILED_SETTING, "error_devices": 1}]}]
            }
        },
    }
    return once(tmp_path_factory, "reports", lambda folder: write_reports(folder, reports, TEMPLATES, "--check"))


def _parsed(path: Path) -> t.Any:
    """Return the tree of a page. Raises html5lib's ParseError at the first error of HTML."""
    return html5lib.HTMLParser(strict=True).parse(path.read_text())


def _elements(tree: t.Any, name: str) -> list[t.Any]:
    return list(tree.iter(XHTML + name))


def _text(element: t.Any) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("name", ["contoso", "hostile", "empty", "nulls", "large"])
def test_page_is_valid_and_accessible(written: Path, name: str) -> None:
    """No parse error, one main and h1, ids that are unique and lead somewhere, names for all that needs one."""
    tree = _parsed(written / f"{name}.html")
    assert [len(_elements(tree, tag)) for tag in ("main", "h1", "title", "nav", "footer")] == [1] * 5
    assert next(iter(tree.iter(XHTML + "html"))).get("lang") == "en"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    pointers = [element.get("aria-labelledby") or element.get("for") for element in tree.iter()]
    links = [link.get("href") for link in _elements(tree, "a")]
    assert all(link.startswith("#") for link in links)
    assert {*filter(None, pointers), *(link[1:] for link in links)} <= set(ids)
    assert all(
        len(_elements(table, "caption")) == 1 and _elements(table, "thead") for table in _elements(tree, "table")
    )
    pictures = list(tree.iter("{http://www.w3.org/2000/svg}svg"))
    assert all(picture.get("role") == "img" and picture.get("aria-label") for picture in pictures)
    assert bool(pictures) == (name in ("contoso", "hostile"))


def test_devices_are_told_by_status_with_the_settings_concerned(written: Path) -> None:
    """Each policy with what its devices reported; a name of the tenant is text on the page and in Markdown."""
    section = next(
        one for one in _elements(_parsed(written / "contoso.html"), "section") if one.get("id") == "checkins"
    )
    rows = [[_text(cell) for cell in row] for row in _elements(section, "tr")]
    assert rows[0] == ["Policy", "Users", "Failed", "Devices", "Last report", "Share that succeeded"]
    told = "48 succeeded, 1 with an error, 1 in conflict"
    assert [row[1:5] for row in rows[1:2]] == [["49", "1", told, "2026-11-23T08:00:00Z"]]
    assert [row[3:5] for row in rows if row[1] == "0"] == [["1 in conflict", NOTHING]]
    setting = "VBA <b>macro</b> notification excel16/L_VBAWarningsPolicy"
    assert [row[1:] for row in rows if row[1] == setting] == [[setting, "2", "1"]] * 4
    markdown = (written / "contoso.md").read_text(encoding="utf-8")
    assert f"| 49 | 1 | 98 % | {told} | 2026-11-23T08:00:00Z |" in markdown
    assert (
        "VBA \\<b\\>macro\\</b\\> notification (excel16/L\\_VBAWarningsPolicy): 2 devices with an error, 1 in"
        in markdown
    )
    assert "): 1 device with an error, 1 in conflict" in (written / "one_device.md").read_text(encoding="utf-8")


def test_whole_report_has_every_section(written: Path) -> None:
    """All sections, and in each policy's table the rows of its diff."""
    tree = _parsed(written / "contoso.html")
    assert tuple(section.get("id") for section in _elements(tree, "section")) == (
        "summary", "tenants", "waves", "findings", "policies", "layers", "conflicts", "effective", "checkins",
        "unmanaged",
    )  # fmt: skip
    shown = [one for one in _elements(tree, "details") if "policy" in one.get("class").split()]
    report = contoso_report()
    # What stays as it is comes last, in one line that unfolds.
    ordered = sorted(report["policies"], key=lambda policy: policy["status"] == "unchanged")
    assert [(one.get("data-status"), _text(_elements(one, "h3")[0])) for one in shown] == [
        (policy["status"], policy["display_name"]) for policy in ordered
    ]
    [staying] = [one for one in _elements(tree, "details") if one.get("id") == "staying"]
    assert _text(_elements(staying, "summary")[0]) == "5 policies stay as they are"
    assert len(_elements(staying, "details")) == 1 + 5
    rows = [[_text(cell) for cell in row] for row in _elements(shown[1], "tr")]
    assert ["changed", "excel16;L_BlockMacroExecutionFromInternet.value", "2", "0"] in rows
    # The value comes first, what is secondary below it.
    secondary = "app=office16, platform=Windows, type=REG_DWORD"
    assert ["removed", "office16;L_LegacySetting", f"1{secondary}", NOTHING] in rows
    assert ["Enforced settings: Excel"] in rows
    assert [row[0] for row in rows[1:5]] == ["Groups", "added", "Policy", "changed"]
    # Display names stand below the values, and what would look alike is told apart.
    assert ["changed", "own16/L_Own", "1Own: One", "2Own: Two"] in rows
    assert ["changed", "own16/L_Zero", '"0"', "0"] in rows
    assert "\n- own16/L_Own: 1  # Own: One\n+ own16/L_Own: 2  # Own: Two\n" in (written / "contoso.plan.md").read_text()
    assert ["added", "Break Glass - Macro Exception", NOTHING, "assigned"] in rows
    failed = next(place for place, policy in enumerate(ordered) if policy["status"] == "failed")
    assert ordered[failed]["msg"] in _text(shown[failed])
    plan = (written / "contoso.plan.md").read_text()
    assert "\n5 policies stay as they are: Contoso - " in plan
    assert plan.index("## Policies") < plan.index("Fingerprint") < plan.index("## Findings")


@pytest.mark.parametrize("name", ["empty", "nulls"])
def test_sections_without_data_are_left_out(written: Path, name: str) -> None:
    """A report of nothing says so; in Markdown it is a heading."""
    tree = _parsed(written / f"{name}.html")
    assert [section.get("id") for section in _elements(tree, "section")] == ["summary"]
    assert "Nothing was handed over" in _text(_elements(tree, "main")[0])
    assert (written / f"{name}.md").read_text().strip() == "# Rollout: Microsoft 365 Apps policies"


def test_hostile_texts_are_text(written: Path) -> None:
    """Every hostile text is shown as it is; the page has the same elements and attributes as one without them."""
    harmless, hostile = _parsed(written / "contoso.html"), _parsed(written / "hostile.html")
    assert {element.tag for element in hostile.iter() if isinstance(element.tag, str)} <= {
        element.tag for element in harmless.iter() if isinstance(element.tag, str)
    }
    assert {name for element in hostile.iter() for name in element.keys()} == {  # noqa: SIM118
        name
        for element in harmless.iter()
        for name in element.keys()  # noqa: SIM118
    }
    assert len(_elements(hostile, "script")) == len(_elements(hostile, "style")) == 1
    main = " ".join(_text(_elements(hostile, "main")[0]).split())
    for text in HOSTILE:
        readable = " ".join(re.sub("[\0-\x08\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text).split())
        assert readable in main, text


@pytest.mark.parametrize("name", ["contoso", "hostile"])
def test_the_wave_after_which_the_run_stops_is_marked(written: Path, name: str) -> None:
    for page in (f"{name}.html", f"{name}.md", f"{name}.plan.md"):
        assert (written / page).read_text().count("1 created, 1 write. The run stops after this wave.") == 1, page


def test_hostile_texts_make_no_markdown(written: Path) -> None:
    """Outside of fenced blocks nothing of them stands unescaped, and no block ends early."""
    for name in ("hostile.md", "hostile.plan.md"):
        text = (written / name).read_text()
        assert not re.search("[\0-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
        lines = text.splitlines()
        fences = [line for line in lines if line.lstrip().startswith("```")]
        assert fences == ["```diff", "```"] * (len(fences) // 2)
        assert fences
        outside = re.sub(r"^```diff\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert not re.search(r"[@#!~%]\w|[a-z]:[^\s&]|www\.|\w\.com\b", re.sub(r"&#8203;|`[^`\n]*`", " ", outside))
        bare = re.sub(r"\\[\\`*_\[\]<>|~&$#]|&#8203;|`[^`\n]*`", "", outside)
        assert not re.search(r"[<>`~\[\]&]", bare), re.findall(r".*[<>`~\[\]&].*", bare)[:3]
        headings = [line for line in outside.splitlines() if line.startswith("#")]
        assert "# heading" not in headings
        assert "# not code" not in headings


def test_nothing_else_is_shown(written: Path) -> None:
    """Keys that the shape does not name stay out, so that no secret can come in by mistake."""
    for name in ("contoso.html", "contoso.md", "contoso.plan.md"):
        assert CANARY not in (written / name).read_text(), name


def test_page_loads_nothing(written: Path) -> None:
    """The policy of the page forbids everything but its own style and script, whose hashes are right."""
    text = (written / "hostile.html").read_text()
    hashes = {}
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert found
        hashes[tag] = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    wanted = (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    metas = {
        meta.get("http-equiv"): meta.get("content") for meta in _elements(_parsed(written / "hostile.html"), "meta")
    }
    assert metas["Content-Security-Policy"] == wanted, "style.css or script.js changed: set the hashes in page.html.j2"
    tree = _parsed(written / "contoso.html")
    loading = [
        element.tag
        for element in tree.iter()
        if any(element.get(name) for name in ("src", "srcset", "style", "action"))
    ]
    assert loading == []


def test_files_are_told(written: Path) -> None:
    """The role says where it wrote, and a large report stays small."""
    files = json.loads((written / "large.files.json").read_text())
    assert [Path(files[kind]).name for kind in ("html", "markdown")] == ["large.html", "large.md"]
    assert all(Path(path).is_file() for path in files.values())
    # 4,000 changed settings; each row is its texts and less than 70 characters around them.
    assert (written / "large.html").stat().st_size < 4000 * 110 + 40000


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html.j2")), ids=lambda path: path.name)
def test_templates_escape_every_value(path: Path) -> None:
    """Each expression ends in "| e" (Ansible's Jinja ignores autoescape), is a macro that does, or is literal."""
    tree = Environment().parse(path.read_text())
    bare = [
        f"line {node.lineno}: {value!r}"
        for node in tree.find_all(nodes.Output)
        for value in node.nodes
        if not isinstance(value, nodes.TemplateData) and not _safe(value)
    ]
    assert bare == []


def _safe(value: nodes.Node | None) -> bool:
    if isinstance(value, nodes.CondExpr):
        return _safe(value.expr1) and (value.expr2 is None or _safe(value.expr2))
    if isinstance(value, nodes.Call):
        return isinstance(value.node, nodes.Name) and value.node.name in MACROS
    return isinstance(value, nodes.Const) or (isinstance(value, nodes.Filter) and value.name == "e")


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio")."""
    low, high = sorted([_luminance(one), _luminance(other)])
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *((text, back, 4.5) for text in ("text", "muted", "accent") for back in ("page", "surface", "neutral-back")),
    *((tone, f"{tone}-back", 4.5) for tone in ("ok", "changed", "warning", "failed", "neutral")),
    *((tone, "surface", 4.5) for tone in ("ok", "changed", "failed")),
    *((shape, "surface", 3) for shape in ("control", "good-bar", "bad-bar", "accent")),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme: int) -> None:
    """Text and controls reach level AA in both themes, by the numbers of the style's variables."""
    style = (TEMPLATES / "report" / "style.css").read_text()
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", style)
    colours = {name: values[theme] for name, *values in found}
    low = {
        pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in PAIRS
        if _contrast(colours[pair[0]], colours[pair[1]]) < pair[2]
    }
    assert low == {}
