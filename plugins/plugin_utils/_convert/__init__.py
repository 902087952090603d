# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From definitions of Cloud Policy to definitions of the settings catalog, by ADMX files.

``items`` takes payloads apart, ``located`` finds the registry keys that their items do not have, ``_admx.decide`` says
which state that is, ``entries`` spells it in the settings language and holds it to the definitions, ``convert`` does so
for whole definitions, ``report`` tells what became of each item.
"""
