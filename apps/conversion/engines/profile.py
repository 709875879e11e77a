"""LibreOffice's user profile for converting: no macros, no links, no locks, no memory."""

from __future__ import annotations

from pathlib import Path

# `ooSetupLastVersion` spares a second at every start: without it LibreOffice tests its renderer.
_SETTINGS: tuple[tuple[str, str, str | int | bool], ...] = (
    ("Setup/Product", "ooSetupLastVersion", "7.4"),
    ("Setup/Office", "ooSetupInstCompleted", True),
    ("Setup/L10N", "ooSetupSystemLocale", "en-GB"),
    ("Office.Common/Misc", "UseLocking", False),
    ("Office.Common/Misc", "UseDocumentOOoLockFile", False),
    ("Office.Common/Misc", "UseDocumentSystemFileLocking", False),
    ("Office.Common/Misc", "FirstRun", False),
    ("Office.Common/History", "PickListSize", 0),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", True),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", True),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", 3),
    ("Office.Writer/Content/Update", "Link", 2),
    ("Office.Calc/Content/Update", "Link", 2),
    ("Office.Recovery/AutoSave", "Enabled", False),
)


def write(directory: Path, version: str) -> None:
    """Make a profile in `directory`; `version` is LibreOffice's major and minor ("7.4")."""
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{_text(version if name == 'ooSetupLastVersion' else value)}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    user = directory / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{items}\n</oor:items>\n"
    )


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
