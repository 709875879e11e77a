"""Operations `template_read` and `template_diff`: what a template asks for, and what is wrong."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any

from lxml import etree

from . import fontconfig, template_controls, template_marks
from .job import Job, Refusal
from .protocol import Meta
from .redline_package import W
from .template_fields import fields_of
from .template_marks import Line, Reading
from .template_package import Element, Finding, TemplatePackage, finding, own_paragraphs, own_text
from .template_package import unsafe as unsafe_in
from .template_values import Writer

MAX_FINDINGS = 300
_OTHER = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_SCHEMA_LIMIT = 20_000
FILTERS = frozenset(Writer("en", str).filters())


def read(job: Job) -> Meta:
    """Operation `template_read`: part "template", a JSON object.

    `fields` in form.py's shape, `used` the dotted paths of the marks, `findings` of the doctor,
    `paragraphs` how many there are.
    """
    package = TemplatePackage(job.source)
    package.parse_everything()
    result = reading_of(package)
    target = job.out / "template.json"
    target.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
    job.part("template", target, "application/json")
    return {"fields": len(result["fields"]), "findings": len(result["findings"])}


def reading_of(package: TemplatePackage) -> dict[str, Any]:
    """See `read`."""
    findings: list[Finding] = unsafe_in(package)
    controls: list[template_controls.Control] = []
    lines: list[Line] = []
    total = 0
    for story, root in package.stories():
        paragraphs = own_paragraphs(root)
        total += len(paragraphs)
        if total > _SCHEMA_LIMIT:
            raise Refusal("too_large", f"The template has more than {_SCHEMA_LIMIT} paragraphs.")
        numbers = {paragraph: number for number, paragraph in enumerate(paragraphs, 1)}
        findings += _repeated_ids(story, root)
        findings += _split_marks(story, paragraphs)
        converted = template_controls.to_marks(root, numbers, story)
        findings += converted.findings
        controls += converted.controls
        lines += [
            Line(story, numbers.get(paragraph), own_text(paragraph))
            for paragraph in own_paragraphs(root)
        ]
    reading = template_marks.read(lines, FILTERS)
    findings += reading.findings
    findings += _conflicts(reading, controls)
    fields = fields_of(reading.usages, controls)
    if not fields and not any(one["severity"] == "error" for one in findings):
        findings.append(_no_fields())
    findings += _fonts(package)
    order = {"error": 0, "warning": 1, "info": 2}
    findings = [one for at, one in enumerate(findings) if one not in findings[:at]]
    findings.sort(key=lambda one: (order[one["severity"]], one["part"], one["paragraph"] or 0))
    return {
        "fields": fields,
        "used": list(dict.fromkeys([*reading.usages, *(control.path for control in controls)])),
        "findings": findings[:MAX_FINDINGS],
        "paragraphs": total,
    }


def _no_fields() -> Finding:
    return finding(
        "no_fields",
        "warning",
        "The document holds no fields, so there is nothing to fill in.",
        "Write marks such as {{ Name }}, or give content controls a tag, and upload it again.",
    )


def _repeated_ids(story: str, root: Element) -> list[Finding]:
    """Controls that share an id: Word repairs such a file with a message to its reader."""
    seen: dict[str, int] = {}
    for element in root.iter(f"{W}sdtPr"):
        identity = element.find(f"{W}id")
        if identity is not None:
            value = identity.get(f"{W}val", "")
            seen[value] = seen.get(value, 0) + 1
    return [
        finding(
            "duplicate_id",
            "warning",
            f"{count} content controls have the same id ({value}).",
            "Nothing is lost: filled documents get new ids. To mend it, copy the control by "
            "its tab in Word instead of by its text.",
            part=story,
        )
        for value, count in seen.items()
        if count > 1
    ]


def _split_marks(story: str, paragraphs: list[Element]) -> list[Finding]:
    """Marks whose letters look different: the value gets the looks of the first."""
    found = []
    for number, paragraph in enumerate(paragraphs, 1):
        looks: list[bytes] = []
        text = ""
        for run in paragraph.iter(f"{W}r"):
            words = "".join(node.text or "" for node in run.findall(f"{W}t"))
            properties = run.find(f"{W}rPr")
            if properties is not None:
                for noise in ("lang", "noProof", "rFonts"):
                    for element in properties.findall(f"{W}{noise}"):
                        properties = _without(properties, element)
            look = b"" if properties is None or not len(properties) else etree.tostring(properties)
            looks += [look] * len(words)
            text += words
        for mark in re.finditer(r"\{([{%])(?:(?!\{[{%]).)*?[}%]\}", text):
            if len(set(looks[mark.start() : mark.end()])) > 1:
                found.append(
                    finding(
                        "split_mark",
                        "info",
                        f"The mark “{mark[0][:40]}” has letters of different looks.",
                        "Its value gets the looks of its first brace; format the whole mark alike.",
                        part=story,
                        paragraph=number,
                        excerpt=text.strip(),
                    )
                )
    return found


def _without(properties: Element, element: Element) -> Element:
    copy = etree.fromstring(etree.tostring(properties))
    for same in copy.findall(element.tag):
        copy.remove(same)
    return copy


def _conflicts(reading: Reading, controls: list[template_controls.Control]) -> list[Finding]:
    found = []
    kinds: dict[str, set[str]] = {}
    for control in controls:
        kinds.setdefault(control.path, set()).add(control.kind)
    for path, different in kinds.items():
        if len(different) > 1:
            found.append(
                finding(
                    "conflicting_kinds",
                    "warning",
                    f"Content controls named “{path}” are of different kinds.",
                    "Give them different tags, or make them of one kind.",
                )
            )
    for path, usage in reading.usages.items():
        if "collection" in usage.hints and "written" in usage.hints:
            found.append(
                finding(
                    "conflicting_kinds",
                    "warning",
                    f"“{path}” is both repeated and written as one value.",
                    "Write the fields of its items inside the loop, or use another name.",
                )
            )
    return found


def _fonts(package: TemplatePackage) -> list[Finding]:
    names: set[str] = set()
    folder = package.main.rpartition("/")[0]
    for part in (package.main, f"{folder}/styles.xml"):
        if package.has(part):
            for fonts in package.xml(part).iter(f"{W}rFonts"):
                names.add(fonts.get(f"{W}ascii", ""))
    names = {name for name in names if name and "{" not in name}
    return [
        finding(
            "missing_font",
            "info",
            f"The font “{one['name']}” is not installed here; “{one['replacement']}” is used "
            "for pages and PDF.",
            "Install the font on the server, or choose another in the document.",
        )
        for one in fontconfig.substitutions(sorted(names)[:50])
    ]


def diff(job: Job) -> Meta:
    """Operation `template_diff`, params {other: "in/NAME.docx"}: part "diff", a JSON object.

    `fields` lists {path, change: added|removed}, `paragraphs` {change: added|removed|changed,
    part, old, new} from the source to the other.
    """
    name = str(job.params.get("other", ""))
    if not _OTHER.fullmatch(name):
        raise Refusal("format_unsupported", "A second document is needed.")
    old, new = _contents(job.source), _contents(job.directory / name)
    changes: list[dict[str, Any]] = []
    for part in dict.fromkeys([*old["texts"], *new["texts"]]):
        changes += _changes(part, old["texts"].get(part, []), new["texts"].get(part, []))
    fields = [
        {"path": path, "change": "removed"} for path in old["used"] if path not in new["used"]
    ] + [{"path": path, "change": "added"} for path in new["used"] if path not in old["used"]]
    target = job.out / "diff.json"
    result = {"fields": fields, "paragraphs": changes[:1000]}
    target.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
    job.part("diff", target, "application/json")
    return {"fields": len(fields), "paragraphs": len(changes)}


def _contents(path: Path) -> dict[str, Any]:
    package = TemplatePackage(path)
    texts = {
        story: [own_text(paragraph).strip() for paragraph in own_paragraphs(root)]
        for story, root in package.stories()
    }
    return {"texts": texts, "used": reading_of(package)["used"]}


def _changes(part: str, old: list[str], new: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for change, a, b, c, d in matcher.get_opcodes():
        if change == "equal":
            continue
        before, after = old[a:b], new[c:d]
        for index in range(max(len(before), len(after))):
            one = before[index] if index < len(before) else ""
            two = after[index] if index < len(after) else ""
            if one or two:
                kind = "changed" if one and two else "removed" if one else "added"
                found.append({"change": kind, "part": part, "old": one[:2000], "new": two[:2000]})
    return found
