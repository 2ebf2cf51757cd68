from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from qinglian.present.cells import padded, width
from qinglian.present.documents import to_csv, to_html, to_markdown
from qinglian.present.figures import Bar, Bars, Column, Table, Tree
from qinglian.present.plain import BAR_COLUMNS, bar_strips, plain_text
from qinglian.present.terminal import show

from .samples import BARS, SANKEY, TABLE, TREE, WATERFALL

HAN_AND_LATIN = st.text(st.characters(codec="gb18030", categories=["Lu", "Ll", "Lo", "Nd", "Po", "Zs"]))


def columns_where(line: str, sign: str) -> int:
    return width(line[: line.index(sign)])


def test_a_chinese_character_takes_two_columns():
    assert width("青链 qinglian：ｆ") == 2 + 2 + 1 + 8 + 2 + 2
    assert width("e\u0301") == 1


@given(
    st.text(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
        | st.characters(codec="ascii", exclude_categories=["Cc"])
    )
)
def test_widths_are_those_of_the_terminal(text):
    assert width(text) == cell_len(text)


@given(HAN_AND_LATIN, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_padding_fills_to_the_column(text, columns, align):
    filled = padded(text, columns, align)
    assert width(filled) == max(columns, width(text))
    assert text in filled


def test_plain_columns_line_up_under_chinese_headings():
    _, heading, rule, first, second, third, note = plain_text(TABLE).split("\n")
    starts = {columns_where(heading, "来源"), columns_where(first, "生态"), columns_where(second, "<MEE>")}
    assert len(starts) == 1
    ends = {
        columns_where(first, "1,907.35") + 8,
        columns_where(second, "–") + 1,
        columns_where(third, "−1,767") + 6,
    }
    assert len(ends) == 1
    assert set(rule) == {"─", " "}
    assert note == "覆盖率 100%"


def test_plain_text_is_neither_cut_nor_wrapped():
    long = "很长的说明" * 100
    assert long in plain_text(Table("", (Column("a"),), ((long,),)))


def test_a_tree_shows_who_belongs_to_whom():
    assert plain_text(TREE).split("\n") == [
        "total 10 t",
        "├─ 甲",
        "│  │  file a.csv, row 3",
        "│  └─ leaf",
        "└─ last",
    ]


def test_a_deep_tree_is_printed():
    tree = Tree("leaf")
    for depth in range(200):
        tree = Tree(str(depth), (tree,))
    assert plain_text(tree).endswith("└─ leaf")


def test_the_longest_bar_fills_the_width_and_others_are_in_proportion():
    figure = Bars("", "t", (Bar("a", 8), Bar("b", 2), Bar("c", Fraction(1, 10)), Bar("d", None), Bar("e", 0)))
    strips = bar_strips(figure)
    assert [len(strip) for strip in strips] == [BAR_COLUMNS, BAR_COLUMNS // 4, 1, 0, 0]
    assert strips[0] == "█" * BAR_COLUMNS


def test_a_negative_bar_does_not_look_like_a_positive_one():
    up, down = bar_strips(Bars("", "t", (Bar("a", 3), Bar("b", -3))))
    assert set(up).isdisjoint(down)


@pytest.mark.parametrize("figure", [TABLE, TREE, BARS, WATERFALL, SANKEY])
def test_the_terminal_shows_the_same_words_as_plain_text(figure):
    screen = Console(width=200, file=io.StringIO(), force_terminal=True, color_system=None)
    show(figure, screen)
    printed = set(screen.file.getvalue().split())
    frame = set("─│├└┤━╶ ")
    words = {word for word in plain_text(figure).split() if not set(word) <= frame | set("█▏▎▍▌▋▊▉░├└")}
    assert words <= printed


def test_the_terminal_reads_no_markup_in_data():
    screen = Console(width=80, file=io.StringIO())
    show(TABLE, screen)
    assert "[bold]" in screen.file.getvalue()


def test_csv_holds_exact_numbers_and_empty_for_unknown():
    rows = list(csv.reader(io.StringIO(to_csv(TABLE))))
    assert rows[0] == ["年份", "排放 (tCO2)", "share", "来源 source"]
    assert rows[1] == ["2021", "1907.3512345", "1/3", "生态环境部 a|b"]
    assert rows[2][1:3] == ["", ""]


def test_csv_gives_a_spreadsheet_no_formula():
    rows = list(csv.reader(io.StringIO(to_csv(TABLE))))
    assert rows[3][3] == '\'=HYPERLINK("x")'
    assert rows[3][1] == "-1767"  # a number stays a number


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r")), min_size=1, max_size=4))
def test_csv_reads_back(texts):
    table = Table("", tuple(Column(f"c{n}") for n in range(len(texts))), (tuple(texts),))
    back = list(csv.reader(io.StringIO(to_csv(table), newline="")))[1]
    assert [
        cell.removeprefix("'") if text[:1] in "=+-@\t" and text else cell
        for cell, text in zip(back, texts, strict=True)
    ] == texts


def test_markdown_escapes_its_own_signs():
    lines = to_markdown(TABLE).splitlines()
    assert lines[0] == "**安徽电网 &amp; &lt;grid&gt;**"
    assert lines[3] == "| --- | ---: | ---: | --- |"
    assert lines[4].endswith(r"| 生态环境部 a\|b |")
    assert lines[5].endswith(r"&lt;MEE&gt; \[bold\] |")


class Cells(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open, self.cells, self.tags = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)
        if tag in {"td", "th", "caption"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.cells[-1] += data


def test_html_holds_the_texts_as_texts():
    page = Cells(to_html(TABLE))
    assert page.open == []
    assert page.cells[0] == "安徽电网 & <grid>"
    assert "<MEE> [bold]" in page.cells
    assert page.cells[-1] == "覆盖率 100%"
    assert page.tags.count("tr") == 1 + 3 + 1


def test_html_without_title_or_notes_has_no_empty_parts():
    page = Cells(to_html(replace(TABLE, title="", notes=())))
    assert not {"caption", "tfoot"} & set(page.tags)
