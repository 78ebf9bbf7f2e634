"""Comments of a Word file: those that people wrote, and ours, which show a text that is generated anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from lxml import etree

from pipeline.merge.word_model import Comment, Remark
from pipeline.merge.word_package import Package
from pipeline.merge.word_relations import add_relation, declare
from pipeline.merge.word_styles import whole
from pipeline.render.parts import W, parse, serialize

AUTHOR, INITIALS = "Binder", "B"
NEW_TEXT = "Newly generated text:"
NO_LONGER = "This passage is no longer generated."
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")


def read_comments(package: Package) -> dict[str, Comment]:
    """Id → comment, but for those that the program wrote itself."""
    found = package.first("comments")
    comments: dict[str, Comment] = {}
    for element in found[1].iter(f"{W}comment") if found else ():
        lines = ["".join(text.text or "" for text in line.iter(f"{W}t")) for line in element.iter(f"{W}p")]
        comment = Comment(
            element.get(f"{W}author", ""), element.get(f"{W}initials", ""), element.get(f"{W}date", ""), "\n".join(lines).strip()
        )
        if not is_ours(comment):
            comments[element.get(f"{W}id", "")] = comment
    return comments


def is_ours(comment: Comment) -> bool:
    return comment.author == AUTHOR and comment.text.startswith((NEW_TEXT, NO_LONGER))


def write_remarks(parts: dict[str, bytes], main: str, remarks: Sequence[tuple[etree._Element, Remark]], day: date) -> None:
    """Put comments beside these paragraphs of the text: a comment as its author wrote it, a text of ours in our name."""
    if not remarks:
        return
    name = "word/comments.xml"
    if name in parts:
        root = parse(parts[name])
    else:
        root = etree.Element(f"{W}comments", nsmap={"w": W[1:-1]})
        add_relation(parts, main, "comments", name)
        declare(parts, name, CONTENT)
    used = [whole(comment.get(f"{W}id")) for comment in root.iter(f"{W}comment")]
    for id, (paragraph, remark) in enumerate(remarks, max(used, default=-1) + 1):
        comment = remark if isinstance(remark, Comment) else Comment(AUTHOR, INITIALS, f"{day.isoformat()}T00:00:00Z", remark)
        told = {f"{W}id": str(id), f"{W}author": comment.author, f"{W}initials": comment.initials}
        if STAMP.fullmatch(comment.day):
            told[f"{W}date"] = comment.day
        element = etree.SubElement(root, f"{W}comment", told)
        for line in comment.text.split("\n"):
            run = etree.SubElement(etree.SubElement(element, f"{W}p"), f"{W}r")
            etree.SubElement(run, f"{W}t", {SPACE: "preserve"}).text = line
        _anchor(paragraph, str(id))
    parts[name] = serialize(root)


def _anchor(paragraph: etree._Element, id: str) -> None:
    start = 0 if paragraph.find(f"{W}pPr") is None else 1
    paragraph.insert(start, etree.Element(f"{W}commentRangeStart", {f"{W}id": id}))
    etree.SubElement(paragraph, f"{W}commentRangeEnd", {f"{W}id": id})
    etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}commentReference", {f"{W}id": id})
