"""Operation `template_fill`: values into a template."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import Any

from docx.oxml.shape import CT_Inline
from docx.shared import Mm
from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError
from lxml import etree
from markupsafe import Markup
from PIL import Image

from . import template_controls, template_language, template_values
from .job import Job, Refusal
from .protocol import Meta
from .redline_package import W
from .template_language import Environment
from .template_package import MARK, TemplatePackage, unsafe
from .template_writer import Writer

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PICTURE = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_WHOLE_MARK = re.compile(r"\{\{[rp]\s")
_MAX_PICTURE_PIXELS = 50_000_000
_WIDEST_MM, _TALLEST_MM = 160.0, 220.0
_SANE_MM = (1.0, 1000.0)
_DEFAULT_DPI = 96
_TAGS = re.compile(r"<[^>]*>")


def fill(job: Job) -> Meta:
    """Operation `template_fill`, with in/values.json beside the source: part "document" (docx).

    values.json: `fields` (the form), `values`, `data` (JSON objects), `language`, `pictures`
    (name to file below in/). `warnings` in the meta name what had no value.
    """
    gc.disable()  # this process ends with the document
    wanted = json.loads((job.directory / "in" / "values.json").read_text("utf-8"))
    package = TemplatePackage(job.source)
    for finding in unsafe(package):
        if finding["severity"] == "error":
            raise Refusal("document_corrupt", f"The template is not safe: {finding['message']}")
    template = Template(package)
    pictures = {
        str(name): str(job.directory / file)
        for name, file in wanted.get("pictures", {}).items()
        if _PICTURE.fullmatch(file)
    }
    writer = template_values.Writer(wanted.get("language", ""), template.draw)
    environment = Environment(writer.filters(), writer.finalize)
    fields = wanted.get("fields", [])
    context = template_values.plain(wanted.get("data", {}))
    context |= template_values.typed(fields, wanted.get("values", {}), pictures)
    target = job.out / "document.docx"
    try:
        template.fill(context, environment, target)
    except template_language.TooLarge as error:
        raise Refusal("too_large", str(error)) from error
    except TemplateError as error:
        raise Refusal("document_corrupt", _sentence(error, template)) from error
    except (RecursionError, SyntaxError, ValueError, KeyError, TypeError) as error:
        detail = f"The template cannot be filled: {type(error).__name__}: {error}"
        raise Refusal("document_corrupt", detail[:500]) from error
    job.part("document", target, _DOCX)
    return {"warnings": [f"“{path}” has no value." for path in environment.missed]}


def _sentence(error: TemplateError, template: Template) -> str:
    line = getattr(error, "lineno", None)
    place = f" ({template.story}, near paragraph {line - 1})" if line and line > 1 else ""
    return f"The template cannot be filled: {error.message}{place}"[:500]


class Template(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """docxtpl's way with marks in XML, on our own way with packages.

    The library would parse and write every part; most are copied here. Faulty XML is refused, not
    mended.
    """

    def __init__(self, package: TemplatePackage) -> None:
        super().__init__(None)
        self.docx_ids_index = 1000
        self.story, self._part = "body", package.main
        self._package = package
        self._writer = Writer(package)

    def fill(self, context: dict[str, Any], environment: Environment, target: Path) -> None:
        """Writes the filled document."""
        for story, part in self._package.story_parts():
            self.story, self._part = story, part
            self._fill_story(part, context, environment)
        self._fill_properties(context, environment)
        self._writer.leave_out_attached_template()
        self._writer.be_a_document()
        self._writer.write(target)

    def _fill_story(self, part: str, context: dict[str, Any], environment: Environment) -> None:
        root = self._package.xml(part)
        _without_blanks(root)
        if next(root.iter(f"{W}sdt"), None) is not None:
            template_controls.to_marks(root, {}, self.story)
        body = root.find(f"{W}body")
        whole = root if body is None else body
        xml = etree.tostring(whole, encoding="unicode")
        if not MARK.search(_TAGS.sub("", xml)):
            return
        # `{{r x}}` and `{{p x}}` ask for raw XML as the value; ours are text.
        xml = self.patch_xml(_WHOLE_MARK.sub("{{ ", xml))
        tree = self.fix_tables(self.render_xml_part(xml, part, context, environment))
        if body is None:
            root = tree
        else:
            self.fix_docpr_ids(tree)
            root.replace(body, tree)
        self._writer.put(part, root)

    def fix_tables(self, xml: str) -> Any:
        """The library would drop what is not well-formed without a word."""
        try:
            tree = etree.fromstring(xml, _parser())
        except etree.XMLSyntaxError as error:
            raise Refusal(
                "document_corrupt",
                "The filled document is damaged: a block begins in one paragraph and ends in "
                f"another of a different build. Use {{%p if %}} and {{%tr for %}}. ({error})",
            ) from error
        return super().fix_tables(xml) if next(tree.iter(f"{W}tbl"), None) is not None else tree

    def _fill_properties(self, context: dict[str, Any], environment: Environment) -> None:
        """The document's title and the like, which hold plain text."""
        self.story = "properties"
        for part in self._package.related("", "core-properties").values():
            root = self._package.xml(part)
            found = [one for one in root.iter() if one.text and MARK.search(one.text)]
            for one in found:
                rendered = Markup(environment.from_string(one.text).render(context))  # noqa: S704
                one.text = rendered.unescape()[:255]
            if found:
                self._writer.put(part, root)

    def draw(self, file: str, width: Any = None, height: Any = None) -> Markup:
        """The XML of a picture that fits into a box (millimetres) without distortion."""
        try:
            with Image.open(file) as image:
                pixels = image.size
                resolution = image.info.get("dpi") or (_DEFAULT_DPI, _DEFAULT_DPI)
                if min(pixels) < 1 or pixels[0] * pixels[1] > _MAX_PICTURE_PIXELS:
                    return Markup("")
                relationship = self._writer.picture(self._part, file, image)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return Markup("")  # no picture, or a broken one
        dpi = [float(one) if 10 <= float(one) <= 5000 else _DEFAULT_DPI for one in resolution[:2]]
        natural = [side / per_inch * 25.4 for side, per_inch in zip(pixels, dpi, strict=True)]
        box = (_side(width, _WIDEST_MM), _side(height, _TALLEST_MM))
        # Bigger than natural only where a box was asked for.
        most = float("inf") if width or height else 1.0
        scale = min(box[0] / natural[0], box[1] / natural[1], most)
        size = [Mm(side * scale) for side in natural]
        inline = CT_Inline.new_pic_inline(1, relationship, "picture", *size)
        drawing = etree.tostring(inline, encoding="unicode")
        return Markup(  # noqa: S704 - made of numbers and an id
            f"</w:t></w:r><w:r><w:drawing>{drawing}</w:drawing></w:r>"
            '<w:r><w:t xml:space="preserve">'
        )


def _without_blanks(root: Any) -> None:
    """Takes away line breaks between elements, which the library's patterns do not expect."""
    for element in root.iter():
        if element.tail and not element.tail.strip():
            element.tail = None
        if element.text and len(element) and not element.text.strip():
            element.text = None


def _side(value: Any, otherwise: float) -> float:
    return min(max(float(value), _SANE_MM[0]), _SANE_MM[1]) if value else otherwise


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
