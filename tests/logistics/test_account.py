"""Chains in a real book: the reference case through the ledger, categories by rule, own fleet by its fuel."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.ledger.pack_factors import FACTOR_COLUMNS
from qinglian.logistics.booking import facts, ruled
from qinglian.logistics.intensity import shipped_factors
from qinglian.logistics.readers import read
from qinglian.present.exits import Exit
from tests.logistics.folders import PRIMARY, REFERENCE, write

REFERENCE_TTW = 9200 * Fraction("0.07703") + 195310 * Fraction("0.01266")
REFERENCE_WTT = 9200 * Fraction("0.01799") + 195310 * Fraction("0.00287")


def test_the_reference_chain_through_the_ledger_and_back_to_the_row(ask, totals, tmp_path, capsys):
    folder = write(tmp_path / "log")
    code, answer = ask("logistics", "import", folder)
    assert (code, answer["posted"]) == (Exit.OK, 3)
    assert ask("logistics", "import", folder)[1]["posted"] == 0
    sums, inventory = totals()
    assert sums == {"s3.4.freight-ttw": REFERENCE_TTW, "s3.4.freight-wtt": REFERENCE_WTT}
    assert round(sum(sums.values()), 3) == Fraction("3907.348")
    packs = {emission.line.factor.pack for emission in inventory.select()}
    assert packs == {"uk-defra-2025"}
    assert run(["--book", str(tmp_path / "book"), "explain", "--scope", "3"]) == Exit.OK
    shown = capsys.readouterr().out
    assert "log.zip" in shown
    assert "total: 3907.3483 kg CO2e" in shown
    assert "elements.csv, row 3" in shown


def test_what_somebody_else_buys_is_category_nine(ask, totals, tmp_path):
    folder = write(tmp_path / "log", shipments=REFERENCE["shipments"].replace(",out,us", ",out,other"))
    assert ask("logistics", "import", folder)[0] == Exit.OK
    assert totals()[0] == {"s3.9.freight-ttw": REFERENCE_TTW, "s3.9.freight-wtt": REFERENCE_WTT}


def test_carriers_own_intensities_answer_and_the_own_fleet_is_booked_by_fuel(ask, totals, tmp_path):
    folder = write(tmp_path / "log", PRIMARY)
    code, answer = ask("logistics", "import", folder)
    assert (code, answer["posted"]) == (Exit.OK, 4)
    sums, inventory = totals()
    van_ttw, van_wtt = Fraction(2500, 50000), Fraction(600 + 1100, 50000)
    assert sums["s3.9.freight-ttw"] == 120 * van_ttw + Fraction("1.2")
    assert sums["s3.9.freight-wtt"] == 120 * van_wtt + Fraction("0.4")
    assert sums["s3.4.freight-ttw"] == 160 * van_ttw
    assert sums["s3.4.freight-wtt"] == 160 * van_wtt
    fuel = [line for line in inventory.lines if line.stream.activity == "fuel.mobile.diesel"]
    assert {line.quantity for line in fuel if line.rule.id == "s1.mobile"} == {12000}
    assert not [line for line in inventory.lines if "OWN" in line.stream.technology]


def test_both_halves_of_a_carriers_statement_are_a_pack_with_its_citation(ask, tmp_path):
    ask("logistics", "import", write(tmp_path / "log", PRIMARY))
    listed = str(ask("factors", "list")[1])
    assert listed.count("logistics-") == 2  # the van and the hub; the own fleet needs none


@pytest.mark.parametrize(
    ("term", "category", "code"),
    [
        ("DAP", "4", "logistics.payer_proposed"),
        ("EXW", "9", "logistics.payer_proposed"),
        ("FOB", "", "logistics.payer_missing"),
        ("", "", "logistics.payer_missing"),
    ],
)
def test_an_incoterm_proposes_and_somebody_confirms(ask, totals, tmp_path, term, category, code):
    shipments = REFERENCE["shipments"].replace("paid_by", "incoterm").replace(",out,us", f",out,{term}")
    folder = write(tmp_path / "log", shipments=shipments)
    assert {leg["ghg_category"] for leg in ask("logistics", "report", folder)[1]["legs"]} == {category}
    exit_code, refused = ask("logistics", "import", folder, error=True)
    assert exit_code != Exit.OK
    assert str(refused).count(code) == 3
    if category:
        assert ask("logistics", "import", folder, "--accept-proposals")[0] == Exit.OK
        assert totals()[0][f"s3.{category}.freight-ttw"] == REFERENCE_TTW


def test_inbound_is_category_four_whoever_pays(ask, totals, tmp_path):
    shipments = REFERENCE["shipments"].replace(",out,us", ",in,other")
    ask("logistics", "import", write(tmp_path / "log", shipments=shipments))
    assert set(totals()[0]) == {"s3.4.freight-ttw", "s3.4.freight-wtt"}


def test_an_own_fleet_without_energy_posts_nothing(ask, totals, tmp_path):
    carriers = REFERENCE["carriers"].replace("Road haulier,no", "Road haulier,yes")
    code, refused = ask("logistics", "import", write(tmp_path / "log", carriers=carriers), error=True)
    assert code != Exit.OK
    assert "logistics.own_without_energy" in str(refused)
    assert totals()[0] == {}


def test_a_facility_nobody_registered_posts_nothing(ask, tmp_path):
    folder = write(tmp_path / "log", shipments=REFERENCE["shipments"].replace("HEF", "XXX"))
    code, refused = ask("logistics", "import", folder, error=True)
    assert code != Exit.OK
    assert "logistics.facility_unknown" in str(refused)


def test_a_correction_by_the_carrier_replaces_its_intensity_for_new_runs(ask, totals, tmp_path):
    ask("logistics", "import", write(tmp_path / "log", PRIMARY))
    before = totals()[0]["s3.4.freight-ttw"]
    energy = PRIMARY["energy"].replace("VAN,diesel,fossil,1000", "VAN,diesel,fossil,2000")
    code, answer = ask("logistics", "import", write(tmp_path / "log", PRIMARY, energy=energy))
    assert (code, answer["posted"], answer["already"]) == (Exit.OK, 0, 4)
    assert totals()[0]["s3.4.freight-ttw"] == 2 * before


def test_fuel_of_the_own_fleet_is_booked_without_any_element_too(ask, totals, tmp_path):
    folder = write(
        tmp_path / "log",
        PRIMARY,
        shipments=PRIMARY["shipments"].replace("S-3,HEF,2025-03-07,2025-03-08,500,out,us,\n", ""),
        elements=PRIMARY["elements"].replace("S-3,a,1,OWN,,300,actual\n", ""),
    )
    assert ask("logistics", "import", folder)[1]["posted"] == 4
    lines = [line for line in totals()[1].lines if line.stream.activity == "fuel.mobile.diesel"]
    assert {line.quantity for line in lines if line.rule.id == "s1.mobile"} == {12000}


def test_a_vehicle_model_is_booked_with_the_edition_it_rests_on(ask, totals, tmp_path):
    tocs = (
        "toc,mode,tier,distance_kind,vehicle,payload_t,load_factor,empty_factor\n"
        "MODEL,road,modelled,actual,road.artic_gt33t,20,0.5,0.2\n"
    )
    elements = "shipment,element,position,toc,distance_km,distance_kind\nS-1,1,1,MODEL,100,actual\n"
    assert ask("logistics", "import", write(tmp_path / "log", tocs=tocs, elements=elements))[0] == Exit.OK
    sums, inventory = totals()
    loaded = Fraction("0.64734") + (Fraction("1.06921") - Fraction("0.64734")) / 2
    per_tkm = (Fraction("0.8") * loaded + Fraction("0.2") * Fraction("0.64734")) / 8
    assert sums["s3.4.freight-ttw"] == 1000 * per_tkm
    (citation,) = {emission.line.factor.citation for emission in inventory.select()}
    assert citation.startswith("vehicle model on uk-defra-2025 ")


def test_an_adjusted_distance_is_booked_with_the_constant_named(ask, totals, tmp_path):
    tocs = "toc,mode,tier,distance_kind,factor\nT,road,default,sfd,road.artic_gt33t\n"
    elements = "shipment,element,position,toc,distance_km,distance_kind\nS-1,1,1,T,470,actual\n"
    folder = write(tmp_path / "log", tocs=tocs, elements=elements)
    ask("logistics", "import", folder)
    (line,) = {line.quantity for line in totals()[1].lines}
    assert line == round(4700 / Fraction("1.05"), 6)
    found = read(folder)
    (fact,) = facts(found, ruled(found, shipped_factors()), {"HEF": "Asia/Shanghai"})
    assert fact.note == "10000 kg × 470 km actual (as stated); to sfd × 20/21 (glec-v2-road); tier default"
    assert fact.boundary == "category 4: bought"


def test_splitting_a_leg_a_load_or_the_folder_changes_no_total(ask, totals, tmp_path):
    legs = "shipment,element,position,toc,distance_km,distance_kind\n"
    one = "S-1,1,1,ROAD-40T,470,actual\nS-1,2,2,SEA-8000,19531,actual\nS-1,3,3,ROAD-40T,450,actual\n"
    split = one.replace(
        "S-1,2,2,SEA-8000,19531,actual", "S-1,2a,2,SEA-8000,9531.5,actual\nS-1,2b,4,SEA-8000,9999.5,actual"
    )
    ask("logistics", "import", write(tmp_path / "split", elements=legs + split))
    assert totals()[0] == {"s3.4.freight-ttw": REFERENCE_TTW, "s3.4.freight-wtt": REFERENCE_WTT}
    assert ask("undo", "1", "--reason", "another way")[0] == Exit.OK
    head, row = REFERENCE["shipments"].splitlines()
    for name, mass in (("A", "2500.5"), ("B", "7499.5")):
        shipments = f"{head}\n{row.replace('S-1', name).replace('10000', mass)}\n"
        folder = write(tmp_path / name, shipments=shipments, elements=legs + one.replace("S-1", name))
        assert ask("logistics", "import", folder)[0] == Exit.OK
    assert totals()[0] == {"s3.4.freight-ttw": REFERENCE_TTW, "s3.4.freight-wtt": REFERENCE_WTT}


def test_a_pack_of_the_users_own_answers_in_every_verb(ask, totals, tmp_path):
    pack = tmp_path / "own"
    pack.mkdir()
    about = {
        "id": "own",
        "version": "1",
        "publisher": "we",
        "dataset": "carts",
        "title_en": "carts",
        "title_zh": "车",
    }
    lines = [f'{name} = "{value}"' for name, value in (about | {"licence": "ours"}).items()]
    lines += ["published = 2025-01-01", "[sources.s]", 'citation = "our survey"', 'class = "primary"']
    (pack / "pack.toml").write_text("\n".join([*lines, "published = 2025-01-01"]), encoding="utf-8")
    row = "freight.road.ox_cart,,admin:CN,2025-01-01,,CO2e,{value},kg,tkm,{basis},AR5,false,,,1,s,p. 1,\n"
    (pack / "factors.csv").write_text(
        ",".join(FACTOR_COLUMNS)
        + "\n"
        + row.format(value="0.5", basis="direct")
        + row.format(value="0.1", basis="wtt"),
        encoding="utf-8",
    )
    folder = write(tmp_path / "log", tocs=REFERENCE["tocs"].replace("road.artic_gt33t", "road.ox_cart"))
    assert ask("logistics", "report", folder, error=True)[0] == Exit.REFUSED
    assert ask("factors", "install", pack)[0] == Exit.OK
    reported = ask("logistics", "report", folder)[1]
    assert reported["legs"][0]["source"] == "own 1: freight.road.ox_cart"
    ask("logistics", "import", folder)
    assert sum(totals()[0].values()) == Fraction(reported["wtw_kg"])
