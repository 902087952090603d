# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases: version, changelog, tarball, bill of materials, signatures, commit and tag. ``make release`` runs it."""
