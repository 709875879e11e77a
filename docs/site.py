"""Brings what stands outside of docs/ into the site: the examples, and files that pages link to."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
DOORS = {
    "view": ("Show a document", "how-to/integrate.md"),
    "compare": ("Compare two documents", "how-to/compare.md"),
    "fill": ("Fill in a template", "how-to/connect.md"),
    "extract": ("Extract data", "how-to/extract.md"),
    "edit": ("Edit a document", "how-to/editor.md"),
}
LANGUAGES = {
    "sh": ("curl", "bash"),
    "py": ("Python", "python"),
    "mjs": ("JavaScript", "javascript"),
    "ps1": ("PowerShell", "powershell"),
}
# Where a file at the top stands in the site; files that are no page stand under their own path.
PAGES = {
    "README.md": "index.md",
    "docs/adr": "adr/README.md",
    "examples": "examples/view.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
}
TAKEN = ["deploy/*.conf", "deploy/grafana/*.json", "deploy/prometheus/*.yaml", ".env.example"]
# The folders of docs/, by their section of the navigation.
SECTIONS = {
    "How to": "how-to",
    "Reference": "reference",
    "Dialects": "dialects",
    "Explanation": "explanation",
    "Decisions": "adr",
}


def place(path: str) -> str:
    """Where in the site a file of the project stands; its path from the root, else."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("examples/"):
        name = PurePosixPath(path)
        language = LANGUAGES[name.suffix[1:]][0].lower()
        return f"examples/{name.stem}.md#{language}" if name.stem in DOORS else path
    return path.lstrip(".")


def example(door: str) -> str:
    """The page of a door: the same program in each language, as it stands in examples/."""
    title, guide = DOORS[door]
    parts = [f"# {title}: examples", f"The same calls [explained](../{guide})."]
    for ending, (language, colours) in LANGUAGES.items():
        program = (ROOT / f"examples/{door}.{ending}").read_text()
        parts += [f"## {language}", f"`examples/{door}.{ending}`"]
        parts += ["It needs [portal.mjs](portal.mjs) beside it."] if "portal.mjs" in program else []
        parts += [f"```{colours}\n{program}```"]
    return "\n\n".join(parts) + "\n"


def on_config(config: Any) -> Any:
    """Adds the pages that the navigation does not name to their folder's section."""
    named = set(re.findall(r"[\w/.-]+\.md", str(config.nav)))
    for section in config.nav:
        for title, pages in section.items():
            folder = ROOT / "docs" / SECTIONS.get(title, "-")
            found = sorted(f"{folder.name}/{page.name}" for page in folder.glob("*.md"))
            pages += [page for page in found if page not in named]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages and files that are not in docs/."""
    for door in DOORS:
        files.append(File.generated(config, f"examples/{door}.md", content=example(door)))
    for path, page in PAGES.items():
        if page.startswith("project/"):
            files.append(File.generated(config, page, content=(ROOT / path).read_text()))
    logo = str(ROOT / "static/img/logo.svg")
    files.append(File.generated(config, "img/logo.svg", abs_src_path=logo))
    for file in [ROOT / "examples/portal.mjs", *(f for p in TAKEN for f in ROOT.glob(p))]:
        path = place(file.relative_to(ROOT).as_posix())
        files.append(File.generated(config, path, abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leads links that leave docs/ to where the same thing stands in the site."""
    here = page.file.src_uri
    if here.startswith("adr/"):
        page.meta["search"] = {"boost": 0.5}  # whoever searches wants to do something
    if here.startswith("examples/"):
        return markdown
    origin = next((path for path, to in PAGES.items() if to == here), f"docs/{here}")
    origin = f"docs/{here}" if here in ("index.md", "adr/README.md") else origin

    def led(link: re.Match[str]) -> str:
        target = normpath(str(PurePosixPath(origin).parent / link[1]))
        if target.startswith("docs/") and origin.startswith("docs/") and target not in PAGES:
            return link[1]
        to, hash_, anchor = place(target).partition("#")
        return relpath(to, str(PurePosixPath(here).parent)) + hash_ + anchor

    return LINK.sub(led, markdown)
