"""Operation `template_fill`: values into a template."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment as JinjaEnvironment
from jinja2.exceptions import TemplateError
from lxml import etree
from markupsafe import Markup
from PIL import Image

from . import template_controls, template_language, template_values
from .job import Job, Refusal
from .protocol import Meta
from .redline_package import W
from .template_package import MARK, TemplatePackage, unsafe

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PICTURE = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_WHOLE_MARK = re.compile(r"\{\{[rp]\s")
_MAX_PICTURE_PIXELS = 50_000_000
_WIDEST_MM, _TALLEST_MM = 160.0, 220.0
_SANE_MM = (1.0, 1000.0)
_DEFAULT_DPI = 96
_SETTINGS = "/settings"


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
    try:
        template = Template(job.source)
    except (SyntaxError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise Refusal("document_corrupt", f"The template cannot be read: {error}"[:500]) from error
    pictures = {
        str(name): str(job.directory / file)
        for name, file in wanted.get("pictures", {}).items()
        if _PICTURE.fullmatch(file)
    }
    writer = template_values.Writer(wanted.get("language", ""), template.draw)
    environment = template_language.Environment(writer.filters(), writer.finalize)
    fields = wanted.get("fields", [])
    context = template_values.plain(wanted.get("data", {}))
    context |= template_values.typed(fields, wanted.get("values", {}), pictures)
    target = job.out / "document.docx"
    try:
        template.render(context, environment, autoescape=True)
        template.save(target)
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
    """docxtpl's template: controls become marks first; faulty XML is refused, not mended."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.story = "body"
        self.init_docx()
        self._prepare(self.docx._element.body)
        for uri in (self.HEADER_URI, self.FOOTER_URI):
            for _, part in self.get_headers_footers(uri):
                if hasattr(part, "element"):
                    self._prepare(part.element)
        self._leave_out_attached_template()

    def _prepare(self, root: Any) -> None:
        if next(root.iter(f"{W}sdt"), None) is not None:
            template_controls.to_marks(root, {}, "body")

    def _leave_out_attached_template(self) -> None:
        for relation in self.docx.part.rels.values():
            if relation.is_external or not relation.reltype.endswith(_SETTINGS):
                continue
            settings = relation.target_part
            for identity in [
                key
                for key, one in settings.rels.items()
                if one.reltype.endswith("/attachedTemplate")
            ]:
                del settings.rels[identity]
                for element in settings.element.findall(f"{W}attachedTemplate"):
                    settings.element.remove(element)

    def patch_xml(self, src_xml: str) -> str:
        """A text without a mark needs none of the library's searching."""
        if not MARK.search(re.sub(r"<[^>]*>", "", src_xml)):
            return src_xml
        # `{{r x}}` and `{{p x}}` ask for raw XML as the value; ours are text.
        return str(super().patch_xml(_WHOLE_MARK.sub("{{ ", src_xml)))

    def render_xml_part(
        self, src_xml: str, part: Any, context: dict[str, Any], jinja_env: Any = None
    ) -> str:
        self.story = "body" if part is self.docx._part else "header or footer"
        if not MARK.search(src_xml):
            return src_xml
        return str(super().render_xml_part(src_xml, part, context, jinja_env))

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

    def render_properties(self, context: Any, jinja_env: JinjaEnvironment | None = None) -> None:
        """The document's title and the like, which hold plain text, at most 255 characters."""
        properties = self.docx.core_properties
        for name in ("author", "comments", "identifier", "language", "subject", "title"):
            initial = getattr(properties, name) or ""
            if MARK.search(initial) and jinja_env is not None:
                rendered = Markup(jinja_env.from_string(initial).render(context)).unescape()  # noqa: S704
                setattr(properties, name, rendered[:255])

    def draw(self, file: str, width: Any = None, height: Any = None) -> Markup:
        """The XML of a picture that fits into a box (millimetres) without distortion."""
        try:
            with Image.open(file) as image:
                pixels = image.size
                resolution = image.info.get("dpi") or (_DEFAULT_DPI, _DEFAULT_DPI)
        except Exception:
            return Markup("")
        if min(pixels) < 1 or pixels[0] * pixels[1] > _MAX_PICTURE_PIXELS:
            return Markup("")
        dpi = [float(one) if 10 <= float(one) <= 5000 else _DEFAULT_DPI for one in resolution[:2]]
        natural = [side / per_inch * 25.4 for side, per_inch in zip(pixels, dpi, strict=True)]
        box = (_side(width, _WIDEST_MM), _side(height, _TALLEST_MM))
        # Bigger than natural only where a box was asked for.
        most = float("inf") if width or height else 1.0
        scale = min(box[0] / natural[0], box[1] / natural[1], most)
        size = [Mm(side * scale) for side in natural]
        return Markup(str(InlineImage(self, file, *size)))  # noqa: S704 - made of an image alone


def _side(value: Any, otherwise: float) -> float:
    return min(max(float(value), _SANE_MM[0]), _SANE_MM[1]) if value else otherwise


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
