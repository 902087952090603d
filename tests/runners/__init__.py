# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as its users run it: by AWX, in execution environments, by ansible-navigator, molecule and others."""
