# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sanity, units and integration with every supported ansible-core, in a venv for each; what make matrix runs."""
