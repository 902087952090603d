# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the backup tool of others is called, and sent to the emulator."""

from __future__ import annotations

from pathlib import Path

# What the tool reads beside policies of the settings catalog, filters and scope tags, and the emulator does not serve.
LEFT_OUT = """
AppConfigurations AppProtection APNs VPP Applications Compliance NotificationTemplate Profiles
GPOConfigurations AppleEnrollmentProfile WindowsEnrollmentProfile EnrollmentStatusPage ManagedGooglePlay
Intents CompliancePartner ManagementPartner RemoteAssistancePartner ProactiveRemediation PowershellScripts
ShellScripts ConfigurationPolicies ConditionalAccess EnrollmentConfigurations DeviceManagementSettings
CustomAttributes DeviceCategories Roles windowsDriverUpdates windowsFeatureUpdates windowsQualityUpdates
DeviceCompliancePolicies ComplianceScripts ReusablePolicySettings
"""


def backup_command(programs: Path, folder: Path) -> list[str]:
    """Return the command of a backup into a folder, of what the emulator serves; ``programs`` is bin of its venv."""
    return [str(programs / "IntuneCD-startbackup"), "-m", "1", "-p", str(folder), "-e", *LEFT_OUT.split()]


def sent_to(url: str, ca_path: str) -> dict[str, str]:
    """Return what in its environment sends it to an emulator."""
    folder = Path(__file__).parent / "to_emulator"
    return {"PYTHONPATH": str(folder), "EMULATOR_URL": url, "EMULATOR_CA_PATH": ca_path}
