"""The house style of slides as an empty presentation: theme, master, layouts and notes page, written part by part.

The font is Arial, which every office program has or replaces by one of the same widths. Colours are the practice's.
Lengths are English Metric Units, 914,400 an inch.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from pipeline.render.parts import tint_of

FONT = "Arial"
INK, GREY = "1F2933", "52606D"
POINT = 12_700
WIDTH, HEIGHT = 12_192_000, 6_858_000
MARGIN = 640_080
BODY_TOP, BODY_HEIGHT = 1_700_000, 4_420_000
BODY_WIDTH = 7_580_000
CARD_LEFT = MARGIN + BODY_WIDTH + 340_000
CARD_WIDTH = WIDTH - CARD_LEFT - MARGIN
CARD_INSET = 180_000
APART, CLOSE = 14, 6  # points between two paragraphs
# layouts, in the order of the master
TITLE, CHAPTER, CONTENT, FINDING, CLOSING = range(5)
LAYOUTS = ("Title", "Chapter", "Content", "Finding", "Closing")
# indices of the placeholders beside the title
POINTS, FOOTER, NUMBER, LABEL, CARD, LEVEL, EDITION = 1, 11, 12, 13, 14, 15, 16

_MAIN = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_SLIDE_NUMBER = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument"


def empty_deck(colour: str) -> dict[str, bytes]:
    """The parts of a presentation without slides, in the practice's colour (RRGGBB)."""
    layouts = {
        TITLE: _title_layout(),
        CHAPTER: _chapter_layout(),
        CONTENT: _content_layout("Content"),
        FINDING: _content_layout("Finding"),
        CLOSING: _closing_layout(),
    }
    parts = {
        "[Content_Types].xml": _content_types(len(layouts)),
        "_rels/.rels": _rels([("officeDocument", "ppt/presentation.xml"), ("extended-properties", "docProps/app.xml")]).replace(
            "</Relationships>",
            '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'
            ' Target="docProps/core.xml"/></Relationships>',
        ),
        "docProps/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
        "docProps/core.xml": "<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
        "ppt/presentation.xml": f'<p:presentation {_MAIN}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
        '</p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id="rId2"/></p:notesMasterIdLst>'
        f'<p:sldSz cx="{WIDTH}" cy="{HEIGHT}"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _rels(
            [
                ("slideMaster", "slideMasters/slideMaster1.xml"),
                ("notesMaster", "notesMasters/notesMaster1.xml"),
                ("theme", "theme/theme1.xml"),
                ("presProps", "presProps.xml"),
                ("viewProps", "viewProps.xml"),
            ]
        ),
        # without these two PowerPoint offers to repair the file
        "ppt/presProps.xml": f"<p:presentationPr {_MAIN}/>",
        "ppt/viewProps.xml": f"<p:viewPr {_MAIN}/>",
        "ppt/theme/theme1.xml": _theme(colour),
        "ppt/theme/theme2.xml": _theme(colour),
        "ppt/slideMasters/slideMaster1.xml": _master(len(layouts)),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _rels(
            [*(("slideLayout", f"../slideLayouts/slideLayout{n + 1}.xml") for n in layouts), ("theme", "../theme/theme1.xml")]
        ),
        "ppt/notesMasters/notesMaster1.xml": _notes_master(),
        "ppt/notesMasters/_rels/notesMaster1.xml.rels": _rels([("theme", "../theme/theme2.xml")]),
    }
    for number, layout in layouts.items():
        parts[f"ppt/slideLayouts/slideLayout{number + 1}.xml"] = layout
        parts[f"ppt/slideLayouts/_rels/slideLayout{number + 1}.xml.rels"] = _rels(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        )
    return {name: (_HEAD + text).encode() for name, text in parts.items()}


def foot(text: str, number: int) -> tuple[str, ...]:
    """Footer and slide number of a slide, as placeholders that take place and looks from the layout."""
    run = f'<a:r><a:rPr lang="en-US"/><a:t>{escape(text)}</a:t></a:r>'
    field = f'<a:fld id="{_SLIDE_NUMBER}" type="slidenum"><a:rPr lang="en-US"/><a:t>{number}</a:t></a:fld>'
    filled = (
        ("Footer", f'type="ftr" sz="quarter" idx="{FOOTER}"', run),
        ("Slide number", f'type="sldNum" sz="quarter" idx="{NUMBER}"', field),
    )
    return tuple(
        f'<p:sp {_MAIN}><p:nvSpPr><p:cNvPr id="{90 + place}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p>{inside}</a:p></p:txBody></p:sp>"
        for place, (name, kind, inside) in enumerate(filled)
    )


def _rels(targets: Iterable[tuple[str, str]]) -> str:
    rows = (f'<Relationship Id="rId{n}" Type="{_TYPES}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(targets, 1))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(rows)}</Relationships>'


def _content_types(layouts: int) -> str:
    overrides = {
        "/ppt/presentation.xml": f"{_CONTENT}.presentationml.presentation.main+xml",
        "/ppt/presProps.xml": f"{_CONTENT}.presentationml.presProps+xml",
        "/ppt/viewProps.xml": f"{_CONTENT}.presentationml.viewProps+xml",
        "/ppt/slideMasters/slideMaster1.xml": f"{_CONTENT}.presentationml.slideMaster+xml",
        "/ppt/notesMasters/notesMaster1.xml": f"{_CONTENT}.presentationml.notesMaster+xml",
        **{f"/ppt/slideLayouts/slideLayout{n + 1}.xml": f"{_CONTENT}.presentationml.slideLayout+xml" for n in range(layouts)},
        "/ppt/theme/theme1.xml": f"{_CONTENT}.theme+xml",
        "/ppt/theme/theme2.xml": f"{_CONTENT}.theme+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": f"{_CONTENT}.extended-properties+xml",
    }
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
        + "</Types>"
    )


def _theme(colour: str) -> str:
    """Links have the colour of the text and are underlined, so that they can be read on every background."""
    slots = {
        "dk1": INK,
        "lt1": "FFFFFF",
        "dk2": GREY,
        "lt2": tint_of(colour),
        "accent1": colour,
        "accent2": tint_of(colour),
        "accent3": GREY,
        "accent4": tint_of(colour, 0.3),
        "accent5": tint_of(colour, 0.5),
        "accent6": tint_of(colour, 0.7),
        "hlink": INK,
        "folHlink": INK,
    }
    colours = "".join(f'<a:{slot}><a:srgbClr val="{value}"/></a:{slot}>' for slot, value in slots.items())
    face = f'<a:latin typeface="{FONT}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="House"><a:themeElements>'
        f'<a:clrScheme name="House">{colours}</a:clrScheme>'
        f'<a:fontScheme name="House"><a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="House"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )


def _box(left: int, top: int, width: int, height: int) -> str:
    return f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def _band(number: int, box: str, slot: str) -> str:
    """A coloured surface without words."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Band {number}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{box}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f'<a:solidFill><a:schemeClr val="{slot}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>'
        '<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="en-US"/></a:p></p:txBody></p:sp>'
    )


def _field(
    number: int,
    name: str,
    kind: str,
    box: str,
    *,
    size: int = 0,
    slot: str = "tx1",
    bold: bool = False,
    anchor: str = "t",
    fill: str = "",
    inset: int = 0,
    before: int = 0,
) -> str:
    """A placeholder. kind: attributes of p:ph; size in points, 0 for the master's; before: points before a paragraph."""
    space = f'<a:spcBef><a:spcPts val="{before * 100}"/></a:spcBef>' if before else ""
    level = (
        f'<a:lvl1pPr marL="0" indent="0" algn="l">{space}<a:buNone/><a:defRPr sz="{size * 100}" b="{int(bold)}">'
        f'<a:solidFill><a:schemeClr val="{slot}"/></a:solidFill><a:latin typeface="+mn-lt"/></a:defRPr></a:lvl1pPr>'
        if size
        else ""
    )
    surface = (
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="{fill}"/></a:solidFill>' if fill else ""
    )
    body = f'<a:bodyPr lIns="{inset}" tIns="{inset}" rIns="{inset}" bIns="{inset}" anchor="{anchor}"><a:normAutofit/></a:bodyPr>'
    inside = (
        '<a:fld id="' + _SLIDE_NUMBER + '" type="slidenum"><a:rPr lang="en-US"/><a:t>1</a:t></a:fld>'
        if "sldNum" in kind
        else f'<a:r><a:rPr lang="en-US"/><a:t>{name}</a:t></a:r>'
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr>{box}{surface}</p:spPr>"
        f"<p:txBody>{body}<a:lstStyle>{level}</a:lstStyle><a:p>{inside}</a:p></p:txBody></p:sp>"
    )


def _tree(shapes: Iterable[str]) -> str:
    return (
        '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
        f"{''.join(shapes)}</p:spTree>"
    )


def _background(slot: str) -> str:
    return f'<p:bg><p:bgPr><a:solidFill><a:schemeClr val="{slot}"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>'


def _layout(name: str, kind: str, shapes: Iterable[str], background: str = "") -> str:
    return (
        f'<p:sldLayout {_MAIN} type="{kind}" preserve="1"><p:cSld name="{name}">{background}{_tree(shapes)}</p:cSld>'
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


_FULL = WIDTH - 2 * MARGIN
_HEADLINE = _box(MARGIN, 730_000, _FULL, 860_000)
_POINTS_BOX = _box(MARGIN, BODY_TOP, BODY_WIDTH, BODY_HEIGHT)


def _foot(slot: str = "tx2") -> tuple[str, str]:
    top, height = 6_356_000, 300_000
    return (
        _field(90, "Footer", f'type="ftr" sz="quarter" idx="{FOOTER}"', _box(MARGIN, top, _FULL - 800_000, height),
               size=11, slot=slot, anchor="ctr"),
        _field(91, "Slide number", f'type="sldNum" sz="quarter" idx="{NUMBER}"',
               _box(WIDTH - MARGIN - 700_000, top, 700_000, height), size=11, slot=slot, anchor="ctr").replace(
            'algn="l"', 'algn="r"'),
    )  # fmt: skip


def _title_layout() -> str:
    shapes = (
        _band(20, _box(0, 0, 420_000, HEIGHT), "accent1"),
        _field(2, "Title", 'type="ctrTitle"', _box(1_150_000, 2_000_000, 10_200_000, 1_500_000), size=44, slot="accent1",
               bold=True, anchor="b"),
        _field(3, "Subtitle", 'type="subTitle" idx="1"', _box(1_150_000, 3_620_000, 10_200_000, 1_000_000), size=24),
        _field(4, "Edition", f'type="body" sz="quarter" idx="{EDITION}"', _box(1_150_000, 5_250_000, 10_200_000, 900_000),
               size=16, slot="tx2", anchor="b"),
    )  # fmt: skip
    return _layout("Title", "title", shapes, _background("bg2"))


def _chapter_layout() -> str:
    shapes = (
        _field(2, "Title", 'type="title"', _box(1_150_000, 1_050_000, 9_900_000, 1_500_000), size=40, slot="bg1", bold=True,
               anchor="b"),
        _field(3, "What it is about", f'type="body" idx="{POINTS}"', _box(1_150_000, 2_750_000, 9_900_000, 3_500_000), size=22,
               slot="bg1", before=CLOSE),
        *_foot("bg1"),
    )  # fmt: skip
    return _layout("Chapter", "secHead", shapes, _background("accent1"))


def _content_layout(name: str) -> str:
    badge = 420_000 if name == "Finding" else 0
    shapes = [
        _band(20, _box(0, 0, 150_000, HEIGHT), "accent1"),
        _field(2, "Title", 'type="title"', _HEADLINE),
        _field(3, "Points", f'type="body" idx="{POINTS}"', _POINTS_BOX),
        _field(4, "Chapter", f'type="body" sz="quarter" idx="{LABEL}"', _box(MARGIN, 400_000, _FULL, 300_000), size=14,
               slot="accent1", bold=True, anchor="ctr"),
    ]  # fmt: skip
    if badge:
        shapes.append(
            _field(6, "Level of risk", f'type="body" sz="quarter" idx="{LEVEL}"', _box(CARD_LEFT, BODY_TOP, CARD_WIDTH, 700_000),
                   size=20, bold=True, anchor="ctr", fill="accent2", inset=120_000))  # fmt: skip
    top = BODY_TOP + (700_000 if badge else 0)
    shapes += [
        _field(5, "Where it stands", f'type="body" sz="quarter" idx="{CARD}"',
               _box(CARD_LEFT, top, CARD_WIDTH, BODY_TOP + BODY_HEIGHT - top), size=14, fill="accent2", inset=CARD_INSET),
        *_foot(),
    ]  # fmt: skip
    return _layout(name, "obj", shapes)


def _closing_layout() -> str:
    shapes = (
        _band(20, _box(0, 0, 420_000, HEIGHT), "accent1"),
        _field(2, "Title", 'type="title"', _box(1_150_000, 730_000, 9_900_000, 1_000_000), size=40, slot="accent1", bold=True,
               anchor="b"),
        _field(3, "Whom to call", f'type="body" idx="{POINTS}"', _box(1_150_000, 2_000_000, 9_900_000, 4_000_000), size=24),
        *_foot(),
    )  # fmt: skip
    return _layout("Closing", "obj", shapes, _background("bg2"))


def _master(layouts: int) -> str:
    ids = "".join(f'<p:sldLayoutId id="{2147483649 + n}" r:id="rId{n + 1}"/>' for n in range(layouts))
    shapes = (
        _field(2, "Title", 'type="title"', _HEADLINE, anchor="b"),
        _field(3, "Points", 'type="body" idx="1"', _POINTS_BOX),
        *_foot(),
    )
    ink = '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
    face = '<a:latin typeface="+mn-lt"/>'
    levels = "".join(
        f'<a:lvl{n}pPr marL="{280_000 * n}" indent="-280000" algn="l"><a:spcBef><a:spcPts val="{APART * 100}"/></a:spcBef>'
        '<a:buClr><a:schemeClr val="accent1"/></a:buClr><a:buFont typeface="Arial"/><a:buChar char="•"/>'
        f'<a:defRPr lang="en-US" sz="{2400 - 200 * (n - 1)}" kern="1200">{ink}{face}</a:defRPr></a:lvl{n}pPr>'
        for n in range(1, 4)
    )
    return (
        f'<p:sldMaster {_MAIN}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr>'
        f"</p:bg>{_tree(shapes)}</p:cSld>"
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3"'
        ' accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
        f"<p:sldLayoutIdLst>{ids}</p:sldLayoutIdLst><p:txStyles>"
        '<p:titleStyle><a:lvl1pPr algn="l"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc><a:buNone/>'
        f'<a:defRPr lang="en-US" sz="3000" b="1" kern="1200">{ink}<a:latin typeface="+mj-lt"/></a:defRPr></a:lvl1pPr></p:titleStyle>'
        f"<p:bodyStyle>{levels}</p:bodyStyle><p:otherStyle/></p:txStyles></p:sldMaster>"
    )


def _notes_master() -> str:
    picture = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide image"/><p:cNvSpPr><a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/>'
        '</p:cNvSpPr><p:nvPr><p:ph type="sldImg" idx="2"/></p:nvPr></p:nvSpPr><p:spPr>'
        f'{_box(685_800, 685_800, 5_486_400, 3_086_100)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr></p:sp>'
    )
    text = _field(3, "Notes", 'type="body" sz="quarter" idx="3"', _box(685_800, 4_000_000, 5_486_400, 4_600_000))
    return (
        f'<p:notesMaster {_MAIN}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr>'
        f"</p:bg>{_tree((picture, text))}</p:cSld>"
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3"'
        ' accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
        '<p:notesStyle><a:lvl1pPr algn="l"><a:spcBef><a:spcPts val="600"/></a:spcBef><a:defRPr lang="en-US" sz="1200" kern="1200">'
        '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill><a:latin typeface="+mn-lt"/></a:defRPr></a:lvl1pPr></p:notesStyle>'
        "</p:notesMaster>"
    )
