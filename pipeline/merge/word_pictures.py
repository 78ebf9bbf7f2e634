"""Pictures in the line, put into a generated Word file."""

from __future__ import annotations

from hashlib import blake2b

from lxml import etree

from pipeline.merge.word_model import Picture
from pipeline.merge.word_relations import add_relation, declare
from pipeline.merge.word_spans import PIC, WP
from pipeline.render.parts import A, R, W

CONTENT = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
NAMESPACES = {"wp": WP[1:-1], "a": A[1:-1], "pic": PIC[1:-1], "r": R[1:-1]}


def picture_run(parts: dict[str, bytes], part: str, picture: Picture) -> etree._Element:
    """A run with the picture; its part is added, one part for equal pictures."""
    digest = blake2b(picture.data, digest_size=8).hexdigest()
    name = f"word/media/edited-{digest}{picture.suffix}"
    parts[name] = picture.data
    declare(parts, name, CONTENT[picture.suffix])
    id = add_relation(parts, part, "image", name)
    told = {"id": str(int(digest[:7], 16) + 1), "name": "Picture", "descr": picture.alt}
    size = {"cx": str(picture.width), "cy": str(picture.height)}
    run = etree.Element(f"{W}r", nsmap={"w": W[1:-1], **NAMESPACES})
    inline = _add(_add(run, f"{W}drawing"), f"{WP}inline", dict.fromkeys(("distT", "distB", "distL", "distR"), "0"))
    _add(inline, f"{WP}extent", size)
    _add(inline, f"{WP}docPr", told)
    data = _add(_add(inline, f"{A}graphic"), f"{A}graphicData", {"uri": PIC[1:-1]})
    drawn = _add(data, f"{PIC}pic")
    about = _add(drawn, f"{PIC}nvPicPr")
    _add(about, f"{PIC}cNvPr", told)
    _add(about, f"{PIC}cNvPicPr")
    fill = _add(drawn, f"{PIC}blipFill")
    _add(fill, f"{A}blip", {f"{R}embed": id})
    _add(_add(fill, f"{A}stretch"), f"{A}fillRect")
    shape = _add(drawn, f"{PIC}spPr")
    frame = _add(shape, f"{A}xfrm")
    _add(frame, f"{A}off", {"x": "0", "y": "0"})
    _add(frame, f"{A}ext", size)
    _add(_add(shape, f"{A}prstGeom", {"prst": "rect"}), f"{A}avLst")
    return run


def _add(holder: etree._Element, tag: str, told: dict[str, str] | None = None) -> etree._Element:
    return etree.SubElement(holder, tag, told or {})
