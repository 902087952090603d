# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of policies of the settings catalog, as tools write them, become definition files.

``files`` finds them, ``texts`` reads a text, ``formats`` is the table of the forms that a policy comes in, ``plain``
brings one to Graph's own form, ``assignments`` and ``policies`` make the options of a definition, ``folder`` decides
what is written where.
"""
