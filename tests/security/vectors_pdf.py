"""PDF files and DXF drawings that refer to other files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.engine import documents
from tests.security.vectors import Vector


def _pdf(change: Callable[[pikepdf.Pdf, pikepdf.Object, str], None]) -> Callable[[str], bytes]:
    """A page with "Text", changed: gets the document, its page and the address."""

    def build(address: str) -> bytes:
        with pikepdf.open(io.BytesIO(documents.pdf([("Text", {})]))) as document:
            change(document, document.pages[0].obj, address)
            stream = io.BytesIO()
            document.save(stream)
            return stream.getvalue()

    return build


def _specified(address: str) -> Dictionary:
    """A file specification by address (PDF 32000-1, 7.11.5)."""
    return Dictionary(Type=Name.Filespec, FS=Name.URL, F=String(address), UF=String(address))


def _action(**entries: object) -> Callable[[str], bytes]:
    """An action that the document starts with, that its page starts with and that a click starts.

    Values that are None become the address, as a string; `...` as a file specification.
    """

    def change(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
        given = {None: String(address), ...: _specified(address)}
        filled = {
            name: given[value] if value is None or value is ... else value  # type: ignore[index]
            for name, value in entries.items()
        }
        action = document.make_indirect(Dictionary(Type=Name.Action, **filled))
        document.Root.OpenAction = action
        document.Root.AA = Dictionary(WC=action, WS=action, WP=action)
        page.AA = Dictionary(O=action, C=action)
        page.Annots = Array(
            [
                document.make_indirect(
                    Dictionary(
                        Type=Name.Annot, Subtype=Name.Link, Rect=[9, 9, 99, 99], A=action,
                        AA=Dictionary(PO=action, PV=action),
                    )
                )
            ]
        )  # fmt: skip

    return _pdf(change)


def _external_stream(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    picture = document.make_stream(b"")
    picture.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=300, Height=300, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB, F=_specified(address), FFilter=Name.DCTDecode,
    )  # fmt: skip
    more = document.make_stream(b"")
    more.stream_dict = Dictionary(F=_specified(address))
    page.Resources.XObject = Dictionary(P=picture)
    drawn = document.make_stream(b"q 300 0 0 300 50 300 cm /P Do Q")
    page.Contents = Array([page.Contents, drawn, more])


def _reference(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    form = document.make_stream(b"")
    form.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 300, 300],
        Ref=Dictionary(F=_specified(address), Page=0),
    )  # fmt: skip
    page.Resources.XObject = Dictionary(P=form)
    page.Contents = Array([page.Contents, document.make_stream(b"/P Do")])


def _alternate(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    picture = document.make_stream(bytes(3))
    picture.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
        OPI=Dictionary({"/2.0": Dictionary(Type=Name.OPI, Version=2.0, F=_specified(address))}),
    )  # fmt: skip
    page.Resources.XObject = Dictionary(P=picture)
    page.Contents = Array([page.Contents, document.make_stream(b"/P Do")])


def _font(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    program = document.make_stream(b"")
    program.stream_dict = Dictionary(F=_specified(address))
    page.Resources.Font.F0.FontDescriptor = document.make_indirect(
        Dictionary(Type=Name.FontDescriptor, FontName=Name.Helvetica, Flags=32, FontFile2=program)
    )


def _colours(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    profile = document.make_stream(b"")
    profile.stream_dict = Dictionary(N=3, F=_specified(address))
    page.Resources.ColorSpace = Dictionary(C=Array([Name.ICCBased, profile]))
    page.Contents = Array([page.Contents, document.make_stream(b"/C cs 0 1 0 sc 0 0 1 1 re f")])


def _annotation(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    names = {"Movie": "Movie", "Screen": "MK", "Sound": "Sound", "3D": "3DD", "RichMedia": "FS"}
    page.Annots = Array(
        [
            document.make_indirect(
                Dictionary(
                    {
                        "/Type": Name.Annot,
                        "/Subtype": Name(f"/{kind}"),
                        "/Rect": Array([0, 0, 300, 300]),
                        f"/{entry}": Dictionary(F=_specified(address), Poster=True),
                    }
                )
            )
            for kind, entry in names.items()
        ]
    )


def _form(document: pikepdf.Pdf, page: pikepdf.Object, address: str) -> None:
    template = (
        '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template '
        f'xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform><image href="{address}"/>'
        f'<event activity="initialize"><submit target="{address}" format="xml"/></event>'
        "</subform></template></xdp:xdp>"
    )
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]><x>&e;</x>'
    document.Root.AcroForm = Dictionary(
        Fields=Array(), XFA=document.make_stream(template.encode()), NeedAppearances=True
    )
    metadata = document.make_stream(entity.encode())
    metadata.stream_dict = Dictionary(Type=Name.Metadata, Subtype=Name.XML)
    document.Root.Metadata = metadata


def _dxf(change: Callable[[ezdxf.document.Drawing, str], None]) -> Callable[[str], bytes]:
    def build(address: str) -> bytes:
        drawing = ezdxf.new("R2010")
        drawing.modelspace().add_line((0, 0), (100, 100))
        drawing.modelspace().add_text("Text", height=5)
        change(drawing, address)
        stream = io.StringIO()
        drawing.write(stream)
        return stream.getvalue().encode()

    return build


def _dxf_image(drawing: ezdxf.document.Drawing, address: str) -> None:
    image = drawing.add_image_def(filename=address, size_in_pixel=(300, 300))
    drawing.modelspace().add_image(image, insert=(0, 0), size_in_units=(50, 50))


def _dxf_reference(drawing: ezdxf.document.Drawing, address: str) -> None:
    drawing.add_xref_def(address, "canary")
    drawing.modelspace().add_blockref("canary", (0, 0))


def _dxf_underlay(drawing: ezdxf.document.Drawing, address: str) -> None:
    underlay = drawing.add_underlay_def(address, "pdf", "1")
    drawing.modelspace().add_underlay(underlay, (0, 0), scale=0.1)


def _dxf_font(drawing: ezdxf.document.Drawing, address: str) -> None:
    drawing.styles.add("canary", font=address)
    drawing.modelspace().add_text("Text", height=5, dxfattribs={"style": "canary"})


def _dxf_line_types(drawing: ezdxf.document.Drawing, address: str) -> None:
    drawing.styles.add_shx(address)
    drawing.header["$PROJECTNAME"] = str(Path(address).parent)
    drawing.header["$FINGERPRINTGUID"] = address


VECTORS = {
    "pdf-launch": Vector("pdf", "html", _action(S=Name.Launch, F=...)),
    "pdf-uri": Vector("pdf", "html", _action(S=Name.URI, URI=None)),
    "pdf-go-elsewhere": Vector("pdf", "pdf", _action(S=Name.GoToR, F=..., D=Array([0, Name.Fit]))),
    "pdf-go-inside": Vector("pdf", "pdf", _action(S=Name.GoToE, F=..., D=Array([0, Name.Fit]))),
    "pdf-thread": Vector("pdf", "pdf", _action(S=Name.Thread, F=..., D=0)),
    "pdf-submit": Vector("pdf", "html", _action(S=Name.SubmitForm, F=..., Flags=4)),
    "pdf-import": Vector("pdf", "xml", _action(S=Name.ImportData, F=...)),
    "pdf-external-stream": Vector("pdf", "png", _pdf(_external_stream)),
    "pdf-reference": Vector("pdf", "pdf", _pdf(_reference)),
    "pdf-alternate": Vector("pdf", "png", _pdf(_alternate)),
    "pdf-font": Vector("pdf", "png", _pdf(_font)),
    "pdf-colour-profile": Vector("pdf", "png", _pdf(_colours)),
    "pdf-annotations": Vector("pdf", "png", _pdf(_annotation)),
    "pdf-form": Vector("pdf", "txt", _pdf(_form)),
    "dxf-image": Vector("dxf", "png", _dxf(_dxf_image)),
    "dxf-reference": Vector("dxf", "png", _dxf(_dxf_reference)),
    "dxf-underlay": Vector("dxf", "pdf", _dxf(_dxf_underlay)),
    "dxf-font": Vector("dxf", "png", _dxf(_dxf_font)),
    "dxf-shapes": Vector("dxf", "png", _dxf(_dxf_line_types)),
}
