"""Folders and workbooks → instance: units, languages, encodings, places of faults."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.ingest.schema_template import write_template
from qinglian.production.feasibility import check
from qinglian.production.fingerprint import instance_hash
from qinglian.production.model import Eligibility, Family, Horizon, Lot, Power, Setup, Window
from qinglian.production.readers import read, read_instance, schema
from qinglian.production.synthetic import Week, week_files
from tests.production.folders import HEALTHY, ZONED, changed, got, only, refused, write


def test_a_folder_in_full(tmp_path):
    read_in = got(tmp_path)
    plant = read_in.instance
    assert read_in.warnings == ()
    assert plant.lots[1] == Lot(id="J2", family="B", units=200, release=240, due=5000, weight=2)
    assert plant.families == (Family("A"), Family("B"))
    assert plant.eligibility[0] == Eligibility("L1", "A", Decimal("2.5"))
    assert plant.setups[1] == Setup("", "B", "A", Decimal("20.5"))
    line = plant.line_of["L1"]
    assert line.power == Power(run=45500, idle=18200, setup=22000, start_up=27300)
    assert (line.setup_factor, line.start_up_minutes, line.ready, line.calendar) == (
        Decimal("1.1"),
        20,
        True,
        "",
    )
    assert plant.setup_minutes("L1", "", "A") == 16  # 15 × 1.1 = 16.5, halves to even
    assert plant.tariff is None
    assert plant.intensities == ()
    assert (plant.horizon.minutes, plant.horizon.limit) == (10_080, 40_320)


@pytest.mark.parametrize("name", ["8x100-31", "15x300-21", "43x1500-11", "43x5000-41"])
def test_the_frozen_weeks(shared_data, name):
    folder = shared_data / "scheduling" / "weeks" / name
    plant = read_instance(folder)
    lines, lots = name.split("-")[0].split("x")
    assert (len(plant.lines), len(plant.lots)) == (int(lines), int(lots))
    assert plant.horizon.minutes == 10_080
    assert plant.minimum_run_minutes == 5
    assert plant.tariff is not None
    assert plant.intensities[0].method == "location"
    assert len(plant.tariff.prices) == plant.horizon.hours
    first = (folder / "hours.csv").read_text().splitlines()[1].split(",")
    assert plant.tariff.prices[0] == Decimal(first[1]) * 10**6
    assert plant.intensities[0].milligrams[0] == Decimal(first[2]) * 10**6
    one, row = plant.lines[0], (folder / "lines.csv").read_text().splitlines()[1].split(",")
    assert one.power.start_up == round(Decimal(row[2]) * 600)


UNITS = [
    (("run_kW", "45.5"), ("run (W)", "45500"), ("运行功率(千瓦)", "45.5"), ("Power [MW]", "0.0455")),
    (("startup_min", "20"), ("startup (s)", "1200"), ("启动时间_分钟", "20")),
]


@pytest.mark.parametrize(("headings"), UNITS, ids=lambda pairs: pairs[0][0])
def test_units_in_headings_are_equivalent(tmp_path, headings):
    results = set()
    for number, (heading, value) in enumerate(headings):
        rows = [list(row) for row in HEALTHY["lines"]]
        column = rows[0].index(headings[0][0])
        factor = Decimal(value) / Decimal(rows[1][column])
        for row in rows[1:]:
            row[column] = str(Decimal(row[column]) * factor)
        rows[0][column] = heading
        results.add(instance_hash(got(tmp_path / str(number), plant="name = 'x'", lines=rows).instance))
    assert len(results) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1500), st.sampled_from(["s_per_unit", "秒/台", "min per item", "h/unit"]))
def test_times_of_a_unit_in_any_unit(seconds, heading):
    size = {"s": 1, "秒": 1, "m": 60, "h": 3600}[heading[0]]
    rows = [("line", "family", heading), ("L1", "A", str(seconds)), ("L2", "B", str(seconds))]
    with TemporaryDirectory() as folder:
        plant = got(Path(folder), eligibility=rows).instance
    assert plant.eligibility[0].minutes_per_unit == Decimal(seconds * size) / 60


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5000))
def test_rates_are_times_turned_round(an_hour):
    rows = [("line", "family", "units_per_hour"), ("L1", "A", str(an_hour)), ("L2", "B", "60")]
    with TemporaryDirectory() as folder:
        plant = got(Path(folder), eligibility=rows).instance
    assert plant.eligibility[0].minutes_per_unit == Decimal(60) / Decimal(an_hour)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(3)), st.permutations(range(3)), st.permutations(range(4)))
def test_the_order_of_rows_and_columns_does_not_matter(lots, eligibility, columns):
    with TemporaryDirectory() as folder:
        base = got(Path(folder) / "a", "name = 'x'").instance
        tables = {
            "lots": [HEALTHY["lots"][0], *(HEALTHY["lots"][1 + at] for at in lots)],
            "eligibility": [
                HEALTHY["eligibility"][0],
                *(HEALTHY["eligibility"][1 + at] for at in eligibility),
            ],
            "lines": [tuple(row[at] for at in (*columns, 4, 5)) for row in HEALTHY["lines"]],
        }
        turned = got(Path(folder) / "b", "name = 'x'", **tables).instance
    assert instance_hash(base) == instance_hash(turned)


def chinese(tables):
    """The same tables under their Chinese names and headings."""
    result = {}
    for name, rows in tables.items():
        sheet = schema().sheets[name]
        headings = {column.heading("en"): column.heading("zh") for column in sheet.columns.values()}
        headings |= {f"{column.en}_min": f"{column.zh}_min" for column in sheet.columns.values()}
        result[sheet.zh] = [tuple(headings[cell] for cell in rows[0]), *rows[1:]]
    return result


def test_chinese_tables_in_gb18030_are_the_same(tmp_path):
    absent = dict.fromkeys(HEALTHY)
    one = got(tmp_path / "en", "name = 'x'").instance
    two = read(write(tmp_path / "zh", "'名称' = 'x'", "gb18030", **absent, **chinese(HEALTHY))).instance
    assert instance_hash(one) == instance_hash(two)


def test_one_workbook_is_as_good_as_a_folder(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in HEALTHY.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    book.create_sheet("about").append(["anything"])
    book.create_sheet("plant").append(["name"])
    book["plant"].append(["x"])
    book.save(tmp_path / "week.xlsx")
    folder = got(tmp_path / "folder", "name = 'x'")
    workbook = read(tmp_path / "week.xlsx")
    assert workbook.warnings == ()
    assert instance_hash(workbook.instance) == instance_hash(folder.instance)


def test_cells_that_a_spreadsheet_holds_as_dates_and_times(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "plant"
    for name in (*HEALTHY, "shifts"):
        book.create_sheet(name)
    at = datetime(2026, 10, 19, 8, 30)  # noqa: DTZ001 - a spreadsheet's time has no zone
    tables = {
        "plant": [("zone", "start", "horizon_d"), ("Europe/Berlin", at.date(), 7)],
        "shifts": [("calendar", "from", "to"), ("two", time(8), time(20, 30)), ("two", time(21), time(0))],
        "lines": [
            ("line", "run_kW", "calendar", "ready", "available"),
            ("L1", 45.5, "two", True, at),
            ("L2", 50, None, False, None),
        ],
        "eligibility": [("line", "family", "min_per_unit"), ("L1", "A", 0.1 + 0.2), ("L2", "B", 3)],
        "setups": [("from_family", "to_family", "base_min"), ("A", "B", 30)],
        "lots": [("lot", "family", "units", "due"), (1001, "A", 5.0, at), ("J2", "B", 7, at.date())],
    }
    for name, rows in tables.items():
        for row in rows:
            book[name].append(row)
    book.save(tmp_path / "week.xlsx")
    plant = read(tmp_path / "week.xlsx").instance
    assert [(lot.id, lot.units, lot.due) for lot in plant.lots] == [("1001", 5, 510), ("J2", 7, 0)]
    assert (plant.lines[0].ready, plant.lines[0].available, plant.lines[1].ready) == (True, 510, False)
    assert plant.eligibility[0].minutes_per_unit == Decimal("0.3")
    assert plant.calendars[0].open[:2] == (Window(480, 1230), Window(1260, 1440))


def test_every_problem_comes_at_once_with_its_place(tmp_path):
    problems = refused(
        tmp_path,
        lines=changed("lines", 2, "run_kW", "fast"),
        lots=changed("lots", 3, "units", "1.5") + [("J1", "A", "5", "", "10", "")],
        setups=[("from_family", "to_family", "base_min"), ("A", "B", "-1")],
    )
    found = {(Path(p.where.file).name, p.where.row, p.where.column, p.code) for p in problems}
    assert found == {
        ("lines.csv", 3, "run_kW", "core.number_unreadable"),
        ("lots.csv", 4, "units", "ingest.schema_whole"),
        ("lots.csv", 5, "lot", "ingest.schema_row_twice"),
        ("setups.csv", 2, "base_min", "ingest.schema_outside"),
    }


@pytest.mark.parametrize(
    ("heading", "code", "mention"),
    [
        ("run_kWh", "ingest.schema_unit_unfit", "kWh"),
        ("run", "ingest.schema_unit_missing", "run_kW"),
        ("runn_kW", "ingest.schema_column_unknown", "run_kW"),
        ("", "ingest.schema_heading_empty", ""),
    ],
)
def test_headings_that_are_refused(tmp_path, heading, code, mention):
    rows = [
        tuple(heading if cell == "run_kW" else cell for cell in HEALTHY["lines"][0]),
        *HEALTHY["lines"][1:],
    ]
    problems = refused(tmp_path, lines=rows)
    assert code in {problem.code for problem in problems}
    named = next(problem for problem in problems if problem.code == code)
    assert mention in str(named)
    assert named.where.row == 1


def test_a_column_given_twice_is_refused(tmp_path):
    rows = [(*HEALTHY["lots"][0], "priority"), *((*row, "1") for row in HEALTHY["lots"][1:])]
    assert only(refused(tmp_path, lots=rows)).code == "ingest.schema_column_twice"


def test_a_missing_table_names_those_there_are(tmp_path):
    problem = only(refused(tmp_path, eligibility=None))
    assert problem.code == "ingest.schema_sheet_missing"
    assert "lines.csv" in str(problem)


def test_neither_lots_nor_orders(tmp_path):
    assert only(refused(tmp_path, lots=None)).code == "production.no_demand"


def test_an_empty_week_is_a_week(tmp_path):
    assert got(tmp_path, lots=HEALTHY["lots"][:1]).instance.lots == ()


def test_a_file_that_nothing_asks_for_is_told(tmp_path):
    (tmp_path / "setup_matrix.csv").write_text("a,b\n1,2\n")
    (tmp_path / "plan.csv").write_text("a,b\n1,2\n")
    warning = only(list(got(tmp_path).warnings))
    assert warning.code == "ingest.schema_sheet_unread"
    assert "setup_matrix" in str(warning)


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "near"),
    [
        ("eligibility", 1, "line", "L11", "L1"),
        ("lots", 1, "family", "AB", "A"),
        ("lots", 1, "family", "Z", "A"),
    ],
)
def test_names_of_nothing_propose_another(tmp_path, table, row, column, value, near):
    problem = only(refused(tmp_path, **{table: changed(table, row, column, value)}))
    assert problem.code in ("ingest.schema_name_unknown", "production.family_of_no_line")
    assert near in problem.params["near"]
    assert problem.where.row == row + 1


def test_many_alike_problems_are_counted(tmp_path):
    lots = [HEALTHY["lots"][0], *((f"J{n}", "A", "many", "0", "9", "1") for n in range(50))]
    problems = refused(tmp_path, lots=lots)
    assert len(problems) == 21
    assert problems[-1].params == {"count": 30}


class TestLocalTimes:
    LOTS = ("lot", "family", "units", "release", "due")

    def test_of_a_week_with_a_long_night(self, tmp_path):
        rows = [
            self.LOTS,
            ("J1", "A", "1", "2026-10-24 12:00", "2026-10-26"),
            ("J2", "A", "1", "", "2026-10-19 08:30"),
        ]
        plant = got(tmp_path, ZONED, lots=rows).instance
        assert plant.horizon.start == datetime(2026, 10, 18, 22, tzinfo=UTC)
        assert plant.horizon.minutes == 7 * 1440 + 60
        assert plant.lots[0].release == 5 * 1440 + 720
        assert plant.lots[0].due == 8 * 1440 + 60  # a plain date is due at its end
        assert (plant.lots[1].release, plant.lots[1].due) == (0, 510)

    def test_of_a_week_with_a_short_night(self, tmp_path):
        plant = "zone = 'Europe/Berlin'\nstart = '2026-03-23'\n"
        rows = [self.LOTS, ("J1", "A", "1", "", "2026-03-29 12:00")]
        found = got(tmp_path, plant, lots=rows).instance
        assert found.horizon.minutes == 7 * 1440 - 60
        assert found.lots[0].due == 6 * 1440 + 660

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("2026-10-25 02:30", "ingest.schema_time_repeated"),
            ("2027-03-28 02:30", "ingest.time_skipped"),
            ("25/10/2026", "ingest.date_unreadable"),
            ("2026-02-30", "ingest.date_impossible"),
        ],
    )
    def test_that_are_none_or_two(self, tmp_path, text, code):
        problem = only(refused(tmp_path, ZONED, lots=[self.LOTS, ("J1", "A", "1", "", text)]))
        assert (problem.code, problem.where.row, problem.where.column) == (code, 2, "due")

    def test_with_an_offset_are_told_apart(self, tmp_path):
        rows = [
            self.LOTS,
            ("J1", "A", "1", "", "2026-10-25 02:30+02:00"),
            ("J2", "A", "1", "", "2026-10-25 02:30+01:00"),
        ]
        one, two = got(tmp_path, ZONED, lots=rows).instance.lots
        assert two.due - one.due == 60

    def test_need_a_start(self, tmp_path):
        problem = only(refused(tmp_path, lots=[self.LOTS, ("J1", "A", "1", "", "2026-10-25")]))
        assert problem.code == "ingest.schema_no_start"

    def test_and_minutes_of_the_same_moment_must_agree(self, tmp_path):
        header = ("lot", "family", "units", "due_min", "due")
        good = [
            header,
            ("J1", "A", "1", "510", "2026-10-19 08:30"),
            ("J2", "A", "1", "", "2026-10-20"),
            ("J3", "A", "1", "7", ""),
        ]
        assert [lot.due for lot in got(tmp_path / "a", ZONED, lots=good).instance.lots] == [510, 2880, 7]
        bad = [header, ("J1", "A", "1", "511", "2026-10-19 08:30"), ("J2", "A", "1", "", "")]
        codes = {problem.code for problem in refused(tmp_path / "b", ZONED, lots=bad)}
        assert codes == {"ingest.schema_moments_differ", "ingest.cell_missing"}


def test_names_of_a_table_that_is_not_there(tmp_path):
    lines = [
        (*HEALTHY["lines"][0], "calendar", "hall"),
        *((*row, "two", "H1") for row in HEALTHY["lines"][1:]),
    ]
    problems = refused(tmp_path, lines=lines)
    assert [problem.where.column for problem in problems] == ["hall", "hall", "calendar", "calendar"]


def test_a_faulty_plant_does_not_blame_every_row(tmp_path):
    lots = [("lot", "family", "units", "due"), ("J1", "A", "1", "2026-10-20"), ("J2", "A", "1", "soon")]
    problems = refused(tmp_path, "zone = 'Mars'\nstart = '2026-10-19'", lots=lots)
    assert {(problem.code, problem.where.column) for problem in problems} == {
        ("core.zone_unknown", "zone"),
        ("ingest.date_unreadable", "due"),
    }


class TestHours:
    HEADER = ("hour", "price_CNY_per_kWh", "grid_kgCO2_per_kWh")

    def test_are_put_in_order_and_continued(self, tmp_path):
        rows = [self.HEADER, *((str(h), f"0.{h:03d}", "0.5") for h in reversed(range(170)))]
        found = got(tmp_path, hours=rows)
        prices = found.instance.tariff.prices
        assert prices[:170] == tuple(h * 1000 for h in range(170))
        assert prices[170:194] == prices[146:170]
        assert len(prices) == found.instance.horizon.hours

    def test_of_local_time(self, tmp_path):
        rows = [("hour", "price_EUR_per_MWh"), ("2026-10-19 00:00", "-50"), ("2026-10-19 01:00", "80")]
        found = got(tmp_path, ZONED, hours=rows)
        assert found.instance.tariff.currency == "EUR"
        assert found.instance.tariff.prices[:3] == (-50_000, 80_000, -50_000)
        assert {w.code for w in found.warnings} == {
            "production.doubt_negative_price",
            "production.doubt_hours_short",
        }

    def test_with_gaps_and_blanks_are_refused(self, tmp_path):
        rows = [self.HEADER, ("0", "1", "0.5"), ("3", "1", ""), ("90 min", "1", "1")]
        codes = {problem.code for problem in refused(tmp_path / "a", hours=rows)}
        assert codes == {"ingest.date_unreadable"}
        codes = [problem.code for problem in refused(tmp_path / "b", hours=rows[:3])]
        assert codes == ["production.hours_missing", "production.hour_blank"]

    def test_of_two_currencies_are_refused(self, tmp_path):
        rows = [self.HEADER, ("0", "1", "0.5")]
        assert only(refused(tmp_path, "currency = 'EUR'", hours=rows)).code == "production.currencies_differ"

    def test_generation_and_methods(self, tmp_path):
        rows = [("hour", "generation_kW", "marginal (gCO2/kWh)"), ("0", "1.5", "400"), ("1", "0", "410.5")]
        plant = got(tmp_path, hours=rows).instance
        assert plant.generation.watts[:2] == (1500, 0)
        assert plant.intensities[0].method == "marginal"
        assert plant.intensities[0].milligrams[:2] == (400_000, 410_500)


def test_the_folder_of_the_how_to_page(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "production-files.md").read_text(encoding="utf-8")
    tables = re.findall(r"^`(\w+\.csv)`\n\n```text\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    for name, text in tables:
        (tmp_path / name).write_text(text, encoding="utf-8")
    (settings_text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "plant.toml").write_text(settings_text, encoding="utf-8")
    found = read(tmp_path)
    assert len(tables) == 4
    assert (len(found.instance.lots), found.warnings) == (3, ())


class TestTariff:
    HEADER = ("days", "from", "to", "price_CNY_per_kWh")
    PERIODS = (
        HEADER,
        ("", "22:00", "07:30", "0.30"),
        ("Mon-Fri", "07:30", "22:00", "1"),
        ("周末", "07:30", "22:00", "0.6"),
    )

    def test_by_time_of_day_through_a_long_night(self, tmp_path):
        plant = got(tmp_path, ZONED + "grid_kgCO2_per_kWh = 0.5", tariff=self.PERIODS).instance
        prices = plant.tariff.prices
        assert prices[:9] == (300_000,) * 7 + (650_000, 1_000_000)  # the hour from 7 is shared by two periods
        assert prices[5 * 24 + 8] == 600_000
        sunday = prices[6 * 24 : 6 * 24 + 10]
        assert sunday == (300_000,) * 8 + (450_000, 600_000)  # 25 hours: 7:30 comes an hour later
        assert plant.intensities[0].milligrams == (500_000,) * plant.horizon.hours

    @pytest.mark.parametrize(
        ("row", "code"), [(("", "21:00", "07:30", "0.3"), "overlap"), (("", "23:00", "07:30", "0.3"), "gap")]
    )
    def test_each_minute_has_one_price(self, tmp_path, row, code):
        problem = only(refused(tmp_path, ZONED, tariff=[self.HEADER, row, *self.PERIODS[2:]]))
        assert problem.code == f"production.tariff_{code}"
        assert problem.params["time"].startswith("2026-10-19")

    def test_prices_stand_in_one_place(self, tmp_path):
        hours = [("hour", "price_CNY_per_kWh"), ("0", "1")]
        assert only(refused(tmp_path, tariff=self.PERIODS, hours=hours)).code == "production.price_twice"


def test_stages_meet_lines(tmp_path):
    lines = [(*HEALTHY["lines"][0], "stage"), (*HEALTHY["lines"][1], "board"), (*HEALTHY["lines"][2], "pack")]
    families = [("family", "stages"), ("A", "board"), ("B", "board > pack")]
    plant = got(tmp_path / "a", lines=lines, families=families).instance
    assert plant.family_of["B"].stages == ("board", "pack")
    wrong = [("family", "stages"), ("A", "board"), ("B", "board > test")]
    codes = {problem.code for problem in refused(tmp_path / "b", lines=lines, families=wrong)}
    assert codes == {"production.stage_without_line", "production.stage_without_family"}


def test_orders_with_kits_and_lots(tmp_path):
    orders = [
        ("order", "family", "units", "due_min", "kit", "lot"),
        ("S1", "A", "3", "99", "K1", "J1"),
        ("S2", "A", "4", "99", "", "J1"),
    ]
    plant = got(tmp_path, orders=orders).instance
    assert plant.lot_of["J1"].orders == ("S1", "S2")
    assert plant.orders[0].kit == "K1"
    assert got(tmp_path / "b", lots=None, orders=[row[:5] for row in orders]).instance.lots == ()


JUNK = (
    "",
    "x",
    "-1",
    "1e5",
    "nan",
    "9" * 19,
    "=1",
    "#REF!",
    "2026-10-25 02:30",
    "25:00",
    "\0",
    '"',
    "0.5",
    "1,000",
    "*",
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_junk_in_any_cell_is_read_or_refused_never_a_crash(data):
    week = Week(seed=3, lines=3, lots=5, families=3, platforms=2, shifts=True, crews=True, halls=1)
    files = week_files(week)
    name = data.draw(st.sampled_from(sorted(name for name in files if name.endswith(".csv"))))
    rows = [line.split(",") for line in files[name].decode().splitlines()]
    row = data.draw(st.integers(0, len(rows) - 1))
    rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(st.sampled_from(JUNK))
    with TemporaryDirectory() as folder:
        for other, content in files.items():
            (Path(folder) / other).write_bytes(content)
        (Path(folder) / name).write_text("\n".join(map(",".join, rows)), encoding="utf-8")
        found, problems = None, ()
        try:
            found = read(Path(folder))
        except QinglianError as error:
            problems = error.problems
    assert all(problem.where and problem.where.file for problem in problems)
    assert problems or check(found.instance, found.places) is not None


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["folder", "week.xlsx"])
def test_a_template_with_its_examples_is_a_week_that_can_be_planned(tmp_path, lang, name):
    write_template(schema(), tmp_path / name, lang)
    found = read(tmp_path / name)
    assert (len(found.instance.lots), len(found.instance.orders), len(found.instance.pins)) == (1, 1, 1)
    assert {warning.code for warning in found.warnings} <= {"production.doubt_hours_short"}
    assert check(found.instance, found.places) == []


def test_every_intensity_is_named_by_its_own_source():
    from qinglian.production.hour_table import UNNAMED, HourTable, intensities

    horizon = Horizon(datetime(2024, 1, 1, tzinfo=UTC), 1440, 1440)
    day = (Decimal("0.5"),) * 24
    table = HourTable({"location": day, "market": day}, 24)
    named = {item.method: item.name for item in intensities(table, {"location": "grid 2025"}, horizon)}
    assert named == {"location": "grid 2025", "market": UNNAMED}
    alone = HourTable({"market": day}, 24)
    assert intensities(alone, {"location": "contract 17"}, horizon)[0].name == "contract 17"
