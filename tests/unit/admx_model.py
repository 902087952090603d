# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An independent model of ADMX policies: their XML, and what the editor of Group Policy writes for a state.

It knows nothing of the parser and the decision: policies are plain dicts, and registry values are
``{(key, value name): (type, data)}`` in lower case. All policies are invented.
"""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

Value = tuple[str, t.Any]
Written = dict[tuple[str, str], Value | None]
Spec = dict[str, t.Any]

KEY = r"Software\Policies\Own\App"
OTHER_KEY = r"Software\Policies\Own\Other"
# Values of policies are numbers, texts, or "remove it".
VALUES = st.one_of(
    st.integers(0, 4).map(lambda number: ("REG_DWORD", number)),
    st.sampled_from(["70,8", "yes", "no", "A b"]).map(lambda text: ("REG_SZ", text)),
    st.just(None),
)
TEXTS = st.text("abcXYZ 09.\\%", min_size=1, max_size=8)


def xml_of(policies: t.Iterable[Spec], prefix: str = "own16", more: str = "") -> str:
    """Return the text of an ADMX file without a declaration."""
    inner = "".join(map(_policy_xml, policies))
    space = f'<policyNamespaces><target prefix="{prefix}" namespace="Own.Policies" /></policyNamespaces>'
    root = '<policyDefinitions revision="1.0" schemaVersion="1.0">'
    return f"{root}{space}{more}<policies>{inner}</policies></policyDefinitions>"


def _policy_xml(spec: Spec) -> str:
    own = f" valueName={quoteattr(spec['value_name'])}" if spec.get("value_name") else ""
    parts = [
        _value_xml("enabledValue", spec, "enabled"),
        _value_xml("disabledValue", spec, "disabled"),
        _list_xml("enabledList", spec.get("enabled_list")),
        _list_xml("disabledList", spec.get("disabled_list")),
    ]
    if spec.get("elements"):
        parts.append(f"<elements>{''.join(map(_element_xml, spec['elements']))}</elements>")
    scope = spec.get("class", "User")
    attributes = f'name="{spec["name"]}" class="{scope}" key={quoteattr(spec.get("key", KEY))}{own}'
    return f"<policy {attributes}>{''.join(parts)}</policy>"


def _value_xml(tag: str, spec: Spec, name: str) -> str:
    return f"<{tag}>{_data_xml(spec[name])}</{tag}>" if name in spec else ""


def _data_xml(value: Value | None) -> str:
    if value is None:
        return "<delete />"
    if value[0] == "REG_SZ":
        return f"<string>\n  {escape(value[1])}\n</string>"
    return f'<decimal value="{value[1]}" />'


def _list_xml(tag: str, entries: t.Iterable[tuple[str, str, Value | None]] | None) -> str:
    if not entries:
        return ""
    items = "".join(
        f"<item key={quoteattr(key)} valueName={quoteattr(name)}><value>{_data_xml(value)}</value></item>"
        for key, name, value in entries
    )
    return f"<{tag}>{items}</{tag}>"


def _element_xml(spec: Spec) -> str:
    names = {"value_name": "valueName", "prefix": "valuePrefix", "low": "minValue", "high": "maxValue"}
    names |= {"as_text": "storeAsText", "explicit": "explicitValue"}
    attributes = {
        names.get(name, name): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in spec.items()
        if name in (*names, "id", "key", "expandable", "required") and value is not None
    }
    text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{spec['form']}{text}>{_inner_xml(spec)}</{spec['form']}>"


def _inner_xml(spec: Spec) -> str:
    if spec["form"] == "boolean":
        values = _value_xml("trueValue", spec, "true") + _value_xml("falseValue", spec, "false")
        return values + _list_xml("trueList", spec.get("true_list")) + _list_xml("falseList", spec.get("false_list"))
    if spec["form"] != "enum":
        return ""
    return "".join(
        f'<item displayName="x"><value>{_data_xml(value)}</value>{_list_xml("valueList", side)}</item>'
        for value, side in spec["items"]
    )


def applied(spec: Spec, state: str, values: t.Mapping[str, t.Any]) -> Written:
    """Return what a state writes; None is a value that is removed. ``values`` are those of elements by id.

    Of a boolean that is True or False, of an enum the number of its item, of others what people typed.
    """
    written: Written = {}
    key = spec.get("key", KEY)
    if spec.get("value_name"):
        default: Value | None = ("REG_DWORD", 1) if state == "enabled" else None
        _write(written, key, spec["value_name"], spec.get(state, default))
    for where, name, value in spec.get(f"{state}_list") or ():
        _write(written, where, name, value)
    for element in spec.get("elements", ()):
        if state == "enabled" and element["id"] in values:
            _apply(written, element, element.get("key", key), values[element["id"]])
        elif state == "disabled" and element["form"] == "boolean":
            _apply(written, element, element.get("key", key), False)
    return written


def _apply(written: Written, spec: Spec, key: str, value: t.Any) -> None:
    form = spec["form"]
    if form == "boolean":
        default: Value | None = ("REG_DWORD", 1) if value else None
        _write(written, key, spec["value_name"], spec.get("true" if value else "false", default))
        for where, name, data in spec.get("true_list" if value else "false_list") or ():
            _write(written, where, name, data)
    elif form == "enum":
        data, side = spec["items"][value]
        _write(written, key, spec["value_name"], data)
        for where, name, each in side or ():
            _write(written, where, name, each)
    elif form == "decimal":
        _write(
            written, key, spec["value_name"], ("REG_SZ", str(value)) if spec.get("as_text") else ("REG_DWORD", value)
        )
    elif form == "text":
        _write(written, key, spec["value_name"], ("REG_EXPAND_SZ" if spec.get("expandable") else "REG_SZ", value))
    else:
        for number, member in enumerate(value, 1):
            name = member if spec.get("explicit") or spec.get("prefix") is None else f"{spec['prefix']}{number}"
            data = value[member] if spec.get("explicit") else member
            _write(written, key, name, ("REG_EXPAND_SZ" if spec.get("expandable") else "REG_SZ", data))


def _write(written: Written, key: str, name: str, value: Value | None) -> None:
    written[key.lower(), name.lower()] = value


def there(written: Written) -> dict[tuple[str, str], Value]:
    """Return what is in the registry afterwards."""
    return {place: value for place, value in written.items() if value is not None}


@st.composite
def policies(draw: t.Any) -> Spec:
    """Random policies: each part writes values of its own, as nearly all in real files do."""
    spec: Spec = {"name": "L_Own"}
    if draw(st.booleans()):
        spec["value_name"] = "Toggle"
        for name in ("enabled", "disabled"):
            if draw(st.booleans()):
                spec[name] = draw(VALUES)
    for name in ("enabled_list", "disabled_list"):
        if draw(st.integers(0, 3)) == 0:
            sides = st.lists(st.sampled_from(["Side1", "Side2"]), unique=True, min_size=1)
            spec[name] = [(OTHER_KEY, side, draw(VALUES)) for side in draw(sides)]
    forms = draw(st.lists(st.sampled_from(["boolean", "enum", "decimal", "text", "list"]), max_size=4))
    spec["elements"] = [draw(_element(form, f"E{number}")) for number, form in enumerate(forms)]
    return spec


@st.composite
def _element(draw: t.Any, form: str, name: str) -> Spec:
    spec: Spec = {"form": form, "id": f"L_{name}", "value_name": name, "required": draw(st.booleans())}
    if form == "boolean":
        spec |= {side: draw(VALUES) for side in ("true", "false") if draw(st.booleans())}
        for side in ("true_list", "false_list"):
            if draw(st.integers(0, 4)) == 0:
                spec[side] = [(KEY, f"{name}Side", draw(VALUES))]
    elif form == "enum":
        sides = st.one_of(st.none(), VALUES.map(lambda value: [(KEY, f"{name}Side", value)]))
        spec["items"] = draw(st.lists(st.tuples(VALUES, sides), min_size=1, max_size=4))
    elif form == "decimal":
        spec |= {"low": 1, "high": 90, "as_text": draw(st.booleans())}
    elif form == "text":
        spec["expandable"] = draw(st.booleans())
    else:
        del spec["value_name"]
        spec |= {"key": f"{KEY}\\{name}", "explicit": draw(st.booleans()), "expandable": draw(st.booleans())}
        if not spec["explicit"]:
            spec["prefix"] = draw(st.sampled_from([None, "", "Member"]))
    return spec


@st.composite
def states(draw: t.Any, spec: Spec) -> tuple[str, dict[str, t.Any]]:
    """Random states of a policy with a value for each element."""
    if draw(st.booleans()):
        return "disabled", {}
    return "enabled", {element["id"]: draw(_value_of(element)) for element in spec["elements"]}


def _value_of(spec: Spec) -> t.Any:
    if spec["form"] == "boolean":
        return st.booleans()
    if spec["form"] == "enum":
        return st.integers(0, len(spec["items"]) - 1)
    if spec["form"] == "decimal":
        return st.integers(spec["low"], spec["high"])
    if spec["form"] == "text":
        return TEXTS
    names = st.lists(TEXTS, min_size=1, max_size=12, unique_by=str.lower)
    if spec["explicit"]:
        return names.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, TEXTS)))
    return names


def all_states(spec: Spec, typed: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield every state of a policy where what people type is what they typed; what is not required may be left out."""
    yield "disabled", {}
    chosen: list[dict[str, t.Any]] = [{}]
    for element in spec["elements"]:
        options: t.Iterable[t.Any] = [typed[element["id"]]] if element["id"] in typed else []
        if element["form"] == "boolean":
            options = [True, False]
        elif element["form"] == "enum":
            options = range(len(element["items"]))
        elif not options and not element["required"]:
            continue
        chosen = [{**each, element["id"]: option} for each in chosen for option in options]
    yield from (("enabled", each) for each in chosen)
