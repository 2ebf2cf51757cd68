"""Text of a report: every number is a data point, every big word has its note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.disclosure.narrative import bound, read_narrative, unbound_numbers
from qinglian.disclosure.statement import build_statement
from tests.disclosure.conftest import AS_OF


@pytest.fixture
def statement(book, drafted):
    return build_statement(book, drafted.id, AS_OF)


def refused(paragraphs, statement):
    with pytest.raises(QinglianError) as caught:
        bound(paragraphs, statement)
    return {problem.code.removeprefix("disclosure.") for problem in caught.value.problems}


def test_figures_are_written_in_from_the_frozen_set(statement):
    paragraph = {"en": "In {period}: {waste.diverted} diverted.", "zh": "{period} 转移 {waste.diverted}。"}
    (told,) = bound([paragraph], statement)
    assert told["en"] == "In 2022: 3 t diverted."
    assert told["zh"] == "2022 转移 3 t。"
    assert told["points"] == ["waste.diverted"]


@pytest.mark.parametrize(
    "text",
    [
        "We saved 2,696 MWh.",
        "We saved ２６９６ MWh.",
        "Emissions fell by half.",
        "A third of all, two thirds of the rest.",
        "Down twenty per cent.",
        "Three sites.",
        "减少了百分之二十五",
        "减少两成",
        "相当于十一万棵",
        "排放减半",
        "约三千吨",
        "提高 %",
        "增加 ½",
        "共 ③ 处",
        "Scope 1 was 12 t",
        "٣ tonnes",
    ],
)
def test_a_number_of_any_kind_is_seen(text):
    assert unbound_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "Scope 1 and scope 2 follow ISO 14064-1:2018 and IFRS S2; GRI 305 and ESRS E1 are indexed.",
        "CO2 and N2O of Scopes 1 and 2.",
        "范围1、2 与范围三按 ISO 14064-1 核算，一致、统一、成为、一起。",
        "公司成立以来完成多项工作，两者一并披露。",
        "{ghg.scope1} in {period}",
        "A third party looked at it in the last quarter; our aim is net zero.",
    ],
)
def test_names_and_ordinary_words_are_no_numbers(text):
    assert unbound_numbers(text) == []


def test_a_number_is_told_whole():
    assert unbound_numbers("2,696 MWh, 18.3 kg.") == ["2,696", "18.3"]


@given(st.integers(0, 10**9), st.sampled_from(["t", " tonnes", "吨", "%", ""]))
def test_no_digits_pass_unbound(number, unit):
    assert unbound_numbers(f"about {number}{unit} or so")


def test_every_reason_is_told_at_once(statement):
    paragraphs = [
        {"en": "We emitted 5 t.", "zh": "排放 {ghg.scope1}。"},
        {"en": "See {ghg.scope9}.", "zh": "见 {ghg.scope1}。"},
        {"en": "Disposed {waste.disposed}.", "zh": "处置 {waste.disposed}。"},
        {"en": "Only English."},
        {"en": "We are carbon neutral.", "zh": "我们实现了碳中和。"},
    ]
    wanted = {"number_unbound", "point_unknown", "point_without_figure", "text_language_missing"}
    assert refused(paragraphs, statement) == wanted | {"claim_without_note"}


def test_a_claim_with_its_note_stands_and_the_note_is_checked_too(statement):
    claim = {"en": "Trees were planted.", "zh": "我们植树。"}
    assert "claim_without_note" in refused([claim], statement)
    noted = {**claim, "note_en": "Outside the inventory.", "note_zh": "在清单之外。"}
    assert bound([noted], statement)[0]["note_en"] == "Outside the inventory."
    assert "number_unbound" in refused([{**noted, "note_en": "110,000 of them."}], statement)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "text.toml"
    for content in ("paragraph = 3", "[[paragraph]\n", "", "paragraph = [1]"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(QinglianError) as caught:
            read_narrative(path)
        assert caught.value.code == "disclosure.text_unreadable"
