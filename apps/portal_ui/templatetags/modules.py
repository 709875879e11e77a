"""`{% modules "js/viewer/main.js" %}`: a page's script, and early word of all that it imports."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?"(\.[^"]+)"', re.MULTILINE)


@register.simple_tag
def modules(path: str) -> SafeString:
    """Without the links a browser learns of each module from the one that imports it, in turn."""
    links = ((static(one),) for one in imported(path))
    return format_html(
        '{}\n  <script type="module" src="{}"></script>',
        format_html_join("\n  ", '<link rel="modulepreload" href="{}">', links),
        static(path),
    )


@cache
def imported(path: str) -> tuple[str, ...]:
    """The modules that a script needs before it can run, by their paths below `static`."""
    found: dict[str, None] = {}
    waiting = [path]
    while waiting:
        one = waiting.pop(0)
        file = finders.find(one)
        if file is None:
            raise LookupError(f"There is no script {one}.")
        for name in _IMPORT.findall(Path(file).read_text()):
            other = _joined(PurePosixPath(one).parent, name)
            if other not in found and other != path:
                found[other] = None
                waiting.append(other)
    return tuple(found)


def _joined(folder: PurePosixPath, name: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
