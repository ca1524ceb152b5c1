"""What doctors write becomes HTML, and what strangers smuggle in does not."""

from __future__ import annotations

import pytest

from practice.markdown import to_html, to_inline_html, to_text


def test_a_doctor_s_emphasis_lists_and_links_are_kept() -> None:
    html = to_html("Take it **slowly**.\n\n- one\n- two\n\n[Ask us](/contact/)")
    assert html == (
        "<p>Take it <strong>slowly</strong>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        '<p><a href="/contact/" rel="noopener">Ask us</a></p>\n'
    )


@pytest.mark.parametrize(
    "smuggled",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[here](javascript:alert(1))",
        "[here](data:text/html;base64,PHNjcmlwdD4=)",
        "<style>body{display:none}</style>",
        '<a href="/" style="position:fixed">x</a>',
        "![x](https://example.com/track.png)",
        "<svg/onload=alert(1)>",
    ],
)
def test_a_stranger_s_html_is_never_run(smuggled: str) -> None:
    html = to_html(smuggled)
    for tag in ("<script", "<img", "<style", "<svg", "<a"):
        assert tag not in html


def test_headings_in_prose_stay_below_the_section_s_own() -> None:
    html = to_html("# First\n\n## Second\n\nwords")
    assert "<h3>First</h3>" in html
    assert "<h4>Second</h4>" in html


def test_a_table_says_which_cells_are_headings() -> None:
    assert '<th scope="col">a</th>' in to_html("| a | b |\n|---|:-:|\n| 1 | 2 |")


def test_an_item_of_a_list_has_no_paragraph_around_it() -> None:
    assert to_inline_html("Rest for *an hour*.") == "Rest for <em>an hour</em>."


def test_the_words_alone_are_what_a_search_engine_gets() -> None:
    assert to_text("Take it **slowly**\nat [first](/x/).\n\n- one\n- two") == (
        "Take it slowly at first. one two"
    )
