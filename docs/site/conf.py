# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx for the pages that antsibull-docs writes; the session docs of noxfile.py runs both."""

from __future__ import annotations

import gc
import re
import typing as t
from pathlib import Path

import yaml
from docutils import nodes

GALAXY = yaml.safe_load((Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8"))
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
# Labels of Ansible's own documentation. Its inventory is not fetched, so that the site is built without a network.
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
# An entry of the first page's lists, which are the side bar: without its title, that is a sentence for each plugin.
ENTRY = re.compile(r"^( +)(\w+)_(module|filter|lookup|role)$", re.MULTILINE)
# What antsibull-docs begins the first page with.
DESCRIPTION = "Description\n-----------\n\n"
START = Path(__file__).with_name("start.rst")
PLUGIN = re.compile(r"ansible_collections\.(ansible)\.(builtin)\.(\w+)_(module|filter|lookup)$")

# Nearly all that a build makes stays to its end, so Python need not search it for what does not.
gc.disable()

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
project_copyright = "m365.apps contributors"
version = release = str(GALAXY["version"])
html_title = f"{project} {release}"
html_short_title = project

extensions = ["sphinx_antsibull_ext"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
nitpicky = True

html_theme = "sphinx_ansible_theme"
html_theme_options = {"topbar_links": {"Source": GALAXY["repository"], "Issues": GALAXY["issues"], "Ansible": ANSIBLE}}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_use_modindex = False
html_use_index = False
html_copy_source = False
html_show_sourcelink = False


def to_ansible(_app: t.Any, _env: t.Any, node: t.Any, shown: nodes.Node) -> nodes.reference | None:
    """Return a link into Ansible's documentation for a reference that is none of ours; None for one that it has not."""
    target = str(node.get("reftarget", ""))
    plugin = PLUGIN.match(target)
    page = "collections/{}/{}/{}_{}.html".format(*plugin.groups()) if plugin else LABELS.get(target)
    if page is None:
        return None
    return nodes.reference("", "", shown, internal=False, refuri=f"{ANSIBLE}/{page}")


def shortened(_app: t.Any, page: str, source: list[str]) -> None:
    """Begin the first page with start.rst; name plugins by their names, the collection the way that it is written."""
    if page == "index":
        if DESCRIPTION not in source[0]:
            raise ValueError("The first page has no description to put start.rst in the place of.")
        source[0] = source[0].replace(DESCRIPTION, START.read_text(encoding="utf-8"))
        entries = ENTRY.sub(r"\1\2 (\3) <\2_\3>", source[0])
        source[0] = re.sub(rf"^{project}$", project, entries, flags=re.MULTILINE | re.IGNORECASE)


def home(app: t.Any, page: str, _template: str, context: dict[str, t.Any], _tree: t.Any) -> None:
    """Let the theme's logo lead to this site's first page, from each of its folders."""
    context["theme_documentation_home_url"] = app.builder.get_relative_uri(page, "index")


def setup(app: t.Any) -> None:
    """Connect what is above."""
    app.connect("source-read", shortened)
    app.connect("html-page-context", home)
    app.connect("missing-reference", to_ansible)
