"""Prose is Markdown text; this is the only way from it to HTML."""

from __future__ import annotations

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Level 1 is the page's title and level 2 a section's heading, so prose begins at level 3.
TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code", "pre", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


@lru_cache(maxsize=4096)
def to_html(text: str, *, top: int = 3) -> SafeString:
    """Safe HTML of Markdown. HTML in the text is shown, not run; headings start at level `top`."""
    tokens = _parser.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels) if levels else 0
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(max(int(token.tag[1]) + shift, top), 6)}"
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return mark_safe(clean)  # noqa: S308 cleaned on the line above


def to_inline_html(text: str) -> SafeString:
    """The same for one line, such as an item of a list: without the paragraph around it."""
    html = to_html(text.strip()).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        html = html[3:-4]
    return mark_safe(html)  # noqa: S308 came from to_html


@lru_cache(maxsize=4096)
def to_text(text: str) -> str:
    """The words alone, for descriptions, search and structured data."""
    words = []
    for token in _parser.parse(text):
        if token.type == "inline":
            breaks = {"softbreak": " ", "hardbreak": " "}
            words.append("".join(breaks.get(t.type, t.content) for t in token.children or []))
    return " ".join(" ".join(words).split())
