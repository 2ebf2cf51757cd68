"""iLEAP shipment footprints: what does not follow is flagged and not booked; what is written can be read."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.logistics.ileap import receive
from qinglian.present.exits import Exit
from tests.logistics.folders import PRIMARY, write

SOUND = {  # written by hand: 87 kg over 423 km is 36.801 tkm; 0.1 and 0.08 kg per tkm; a hub at 33 and 10 kg per t
    "mass": "87",
    "shipmentId": "1237890",
    "tces": [
        {
            "tceId": "leg",
            "prevTceIds": [],
            "tocId": "truck-40t",
            "shipmentId": "1237890",
            "mass": "87",
            "distance": {"actual": "423"},
            "transportActivity": "36.801",
            "co2eWTW": "3.6801",
            "co2eTTW": "2.94408",
            "incoterms": "FOB",
        },
        {
            "tceId": "hub",
            "prevTceIds": ["leg"],
            "hocId": "cross-dock",
            "shipmentId": "1237890",
            "mass": "87",
            "distance": {"actual": "0"},
            "transportActivity": "0",
            "co2eWTW": "2.871",
            "co2eTTW": "0.87",
        },
    ],
}
TOC = {
    "tocId": "truck-40t",
    "mode": "Road",
    "energyCarriers": [
        {"energyCarrier": "Diesel", "relativeShare": "0.9"},
        {"energyCarrier": "HVO", "relativeShare": "0.1"},
    ],
    "co2eIntensityWTW": "0.1",
    "co2eIntensityTTW": "0.08",
    "transportActivityUnit": "tkm",
}
HOC = {
    "hocId": "cross-dock",
    "hubType": "Transshipment",
    "energyCarriers": [{"energyCarrier": "Electric", "relativeShare": "1"}],
    "co2eIntensityWTW": "33",
    "co2eIntensityTTW": "10",
    "hubActivityUnit": "tonnes",
}


def pact(document, **pcf):
    return {"id": "x", "pcf": pcf, "extensions": [{"specVersion": "2.0.0", "data": document}]}


def put(path, document):
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def flags(tmp_path, document):
    return [
        problem.code.removeprefix("logistics.")
        for problem in receive(put(tmp_path / "f.json", document)).flags
    ]


def test_a_sound_file_is_read_as_it_is_written(tmp_path):
    found = receive(put(tmp_path / "f.json", {"data": [SOUND, TOC, HOC]}))
    assert found.valid
    (footprint,) = found.footprints
    assert [tce.emission.wtw for tce in footprint.tces] == [Fraction("3.6801"), Fraction("2.871")]
    assert footprint.tces[0].emission.wtt == Fraction("0.73602")


def changed(place, **values):
    document = copy.deepcopy(SOUND)
    document["tces"][place].update(values)
    return document


@pytest.mark.parametrize(
    ("document", "flag"),
    [
        (changed(0, transportActivity="40"), "ileap_disagrees"),
        (changed(0, transportActivity=36.801), "ileap_bare_number"),
        (changed(0, co2eWTW="3,68"), "ileap_decimal"),
        (changed(0, co2eTTW="-1"), "ileap_negative"),
        (changed(0, co2eTTW="5"), "wtw_below_ttw"),
        (changed(0, hocId="cross-dock"), "ileap_toc_or_hoc"),
        (changed(0, tocId=None), "ileap_toc_or_hoc"),
        (changed(0, shipmentId="other"), "ileap_shipment"),
        (changed(0, incoterms="FREE"), "ileap_incoterm"),
        (changed(0, distance={"actual": "423", "gcd": "400"}), "ileap_distance"),
        (changed(0, distance={}), "ileap_distance"),
        (changed(1, prevTceIds=["later"]), "ileap_previous"),
        (changed(1, tceId="leg", prevTceIds=[]), "ileap_twice"),
        ({**SOUND, "tces": []}, "ileap_no_tces"),
        ({**SOUND, "shipmentId": None}, "ileap_text"),
    ],
)
def test_what_does_not_follow_is_flagged(tmp_path, document, flag):
    assert flag in flags(tmp_path, document)


@pytest.mark.parametrize(("field", "value"), [("co2eWTW", "3.7801"), ("co2eTTW", "3.04408")])
def test_an_intensity_in_the_file_catches_a_wrong_emission(tmp_path, field, value):
    assert flags(tmp_path, [changed(0, **{field: value}), TOC]) == ["ileap_disagrees"]
    assert flags(tmp_path, [changed(0, **{field: value})]) == []  # nothing to recompute it with


def test_shares_of_energy_carriers_add_up(tmp_path):
    wrong = {**TOC, "energyCarriers": [{"energyCarrier": "Diesel", "relativeShare": "0.9"}]}
    assert flags(tmp_path, [SOUND, wrong]) == ["ileap_shares"]


def test_the_product_footprint_around_it_repeats_its_sums(tmp_path):
    sound = pact(SOUND, unitaryProductAmount="36.801", pCfExcludingBiogenic="6.5511")
    assert flags(tmp_path, {"data": [sound]}) == []
    wrong = pact(SOUND, unitaryProductAmount="36.801", pCfExcludingBiogenic="3.6801")
    assert flags(tmp_path, {"data": [wrong]}) == ["ileap_sum"]


@pytest.mark.parametrize("content", ["", "[1, 2", "{}", "[]", '{"data": [3]}'])
def test_what_is_no_footprint_is_refused(tmp_path, content):
    path = tmp_path / "f.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(QinglianError) as caught:
        receive(path)
    assert caught.value.code == "logistics.ileap_unreadable"


WHEN = ("--facility", "HEF", "--start", "2025-03-01", "--end", "2025-03-04", "--direction", "out")


def test_a_sound_file_is_booked_at_its_senders_intensity(ask, totals, tmp_path):
    path = put(tmp_path / "f.json", {"data": [SOUND, TOC, HOC]})
    assert ask("logistics", "ileap", "check", path)[0] == Exit.OK
    code, answer = ask("logistics", "ileap", "import", path, *WHEN, "--paid-by", "us", "--tier", "primary")
    assert (code, answer["posted"]) == (Exit.OK, 2)
    assert totals()[0] == {
        "s3.4.freight-ttw": Fraction("2.94408") + Fraction("0.87"),
        "s3.4.freight-wtt": Fraction("0.73602") + Fraction("2.001"),
    }


def test_a_flagged_file_is_not_booked(ask, totals, tmp_path):
    path = put(tmp_path / "f.json", [changed(0, co2eWTW="9"), TOC])
    code, answer = ask("logistics", "ileap", "check", path)
    assert code == Exit.AUDIT_FAILED
    assert [flag["column"] for flag in answer["flags"]] == ["co2eWTW"]
    code, _ = ask("logistics", "ileap", "import", path, *WHEN, "--paid-by", "us", error=True)
    assert code != Exit.OK
    assert totals()[0] == {}


def test_what_is_written_is_sound_and_recomputes_with_the_folder_it_came_from(ask, tmp_path):
    folder = write(tmp_path / "log", PRIMARY)
    code, answer = ask("logistics", "ileap", "export", folder, tmp_path / "out")
    assert (code, len(answer["files"])) == (Exit.OK, 3)
    for file in answer["files"]:
        assert ask("logistics", "ileap", "check", file, "--folder", folder)[0] == Exit.OK
    first = json.loads((tmp_path / "out" / "shipment-0001.json").read_text(encoding="utf-8"))
    assert first["tces"][0]["transportActivity"] == "120"
    assert first["tces"][1]["prevTceIds"] == ["a"]
    energy = PRIMARY["energy"].replace("VAN,diesel,fossil,1000", "VAN,diesel,fossil,1100")
    other = write(tmp_path / "other", PRIMARY, energy=energy)
    assert ask("logistics", "ileap", "check", answer["files"][0], "--folder", other)[0] == Exit.AUDIT_FAILED


def places(document, path=()):
    """Every place in a document."""
    yield path
    children = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, value in children:
        yield from places(value, (*path, key))


def replaced(document, path, value):
    if not path:
        return value
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


WHOLE = {"data": [pact(SOUND, unitaryProductAmount="36.801", pCfExcludingBiogenic="6.5511"), TOC, HOC]}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("9" * 5000),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=st.sampled_from(list(places(WHOLE))), value=ODD)
def test_any_oddity_is_flagged_or_refused_and_never_breaks_the_reader(tmp_path, path, value):
    file = put(tmp_path / "f.json", replaced(WHOLE, path, value))
    with suppress(QinglianError):
        assert all(str(flag) for flag in receive(file).flags)
