from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from qinglian.core.text import language, room_texts, text, use_language


def test_language_can_be_chosen():
    assert text("core.comma") == ", "
    use_language("zh")
    assert language() == "zh"
    assert text("core.comma") == "、"
    with pytest.raises(ValueError, match="fr"):
        use_language("fr")
    assert language() == "zh"


def test_language_stays_within_its_task():
    async def choose(name):
        use_language(name)
        await asyncio.sleep(0)
        return text("core.comma")

    async def both():
        return await asyncio.gather(choose("zh"), choose("en"))

    assert asyncio.run(both()) == ["、", ", "]
    assert language() == "en"


def test_lists_are_joined_in_the_language():
    assert text("core.where_row", value=[1, 2]) == "row 1, 2"
    use_language("zh")
    assert text("core.where_row", value={"b", "a"}) == "第 a、b 行"


@pytest.mark.parametrize("key", ["core.nothing_of_the_kind", "nowhere.x", "core", ""])
def test_unknown_key(key):
    with pytest.raises(KeyError, match="no text"):
        text(key)


def test_missing_placeholder():
    with pytest.raises(KeyError, match="value"):
        text("core.where_row")


def test_a_room_loads_only_its_own_texts():
    assert "comma" in room_texts("core")
    assert all("." not in name for name in room_texts("core"))
    code = "import sys; from qinglian.core import text; text.text('core.comma'); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"qinglian.ledger", "qinglian.present", "qinglian.ingest"} & set(loaded)
