# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings catalog: definitions of settings, the settings language, and policies of deviceManagement.

What the surface uses of the language:

* ``catalog.built_in()``, ``catalog.load_catalogue(lines, name, below=built_in())``, ``Catalog.with_definitions(...)``,
  ``definitions.definitions_from_graph(documents)``: a catalog. ``definitions.is_office(definition_id)``.
* ``merge.parse_settings(option, catalog)``: what the option asks for. ``SettingsError.ask`` says what to read from
  Graph (definitions with all that have the same root; policies whose id contains the name) before its problems are
  believed: read it, parse again with these definitions, and raise what is still wrong.
* ``merge.merged(change, live, catalog)``: what the policy is to have. ``settings.same(one, other)``: whether to write.
* ``instances.from_instances(documents)`` and ``instances.instances(settings)``: Graph's JSON.
* ``settings.unknown_members(live) - settings.unknown_members(wanted)``: what a write would drop.
* ``validate.unknown_definitions(settings, catalog)``: settings given as raw that Graph may know nothing of, either.
* ``shorten.shorten(settings, catalog, explicit=True)`` for results and files, ``changes.sides`` and ``changes.whole``
  for diffs, ``changes.changes`` for what was added, changed and removed, ``settings.plain`` for fingerprints.

What people look for: ``keys.settings_of(key, catalog)`` and ``search.search(text, settings_in(catalog, filters))``
find settings, ``describe.described(setting, catalog)`` says what each can be, with the entry of ``example.example_of``,
and ``schema.settings_schema(catalog)`` lets editors complete them.
"""
