"""Days of the week as people write them: ``Mon-Fri``, ``1-5``, ``周一至周五``, ``Sat Sun``, ``daily``."""

from __future__ import annotations

import re
import unicodedata

from qinglian.core.errors import QinglianError

_NAMES = (
    ("1", "mon", "monday", "一"),
    ("2", "tue", "tues", "tuesday", "二"),
    ("3", "wed", "wednesday", "三"),
    ("4", "thu", "thur", "thurs", "thursday", "四"),
    ("5", "fri", "friday", "五"),
    ("6", "sat", "saturday", "六"),
    ("7", "sun", "sunday", "日", "天"),
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES) for name in names}
_GROUPS = {
    "": range(7),
    "daily": range(7),
    "all": range(7),
    "every day": range(7),
    "每天": range(7),
    "每日": range(7),
    "workdays": range(5),
    "weekdays": range(5),
    "工作日": range(5),
    "weekend": range(5, 7),
    "周末": range(5, 7),
}
_RANGE = re.compile(r"\s*(?:[-–—~至到]|\bto\b)\s*")
_SPARE = re.compile(r"周|星期|礼拜")


def read_days(text: str) -> frozenset[int]:
    """Return the days, Monday 0 to Sunday 6; an empty text is every day, and a range may pass Sunday.

    Raises
    ------
    QinglianError
        ``ingest.schema_days``.
    """
    compact = unicodedata.normalize("NFKC", text).casefold().strip()
    if compact in _GROUPS:
        return frozenset(_GROUPS[compact])
    found: set[int] = set()
    for part in re.split(r"[,;、/|\s]+", _RANGE.sub("-", _SPARE.sub("", compact))):
        ends = [_NUMBERS.get(end.strip(".")) for end in part.split("-")]
        if None in ends or len(ends) > 2:
            raise QinglianError("ingest.schema_days", text=text)
        first, last = ends[0] or 0, ends[-1] or 0
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return frozenset(found)
