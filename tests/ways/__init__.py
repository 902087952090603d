# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as its users run it: AWX, execution environments, ansible-navigator, molecule, ansible-pull, ansible-galaxy."""
