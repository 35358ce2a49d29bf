import dataclasses
import json

from downrange.notice import About, Activity, Area, Notice, NoticeKind, Reason, read, to_geojson, to_json

TEXT = (
    "B1/26 NOTAMR B0/26 Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 E) AREA1: "
    "1000N02000E-1000N02100E-0900N02000E-0900N02100E. AREA2: WITHIN 5 NM OF 1000N03000E. F) SFC G) UNL"
)


def test_every_field_of_a_notice_is_in_the_document() -> None:
    (notice,) = read(TEXT, "page.txt")
    reason = Reason(activity=Activity.LAUNCH, logodds=1.5, message="says so", start=3, stop=9)
    about = About(
        activity=Activity.LAUNCH, p=(0.7, 0.1, 0.1, 0.1), reasons=(reason,), nation="KP", nation_reason="named"
    )
    (told,) = to_json([dataclasses.replace(notice, about=about)])["notices"]
    folded = {"about"}  # told as activity, p, nation, nation_reason and reasons
    assert {field.name for field in dataclasses.fields(Notice)} - folded <= set(told)
    assert {field.name for field in dataclasses.fields(About)} <= set(told)
    assert {field.name for field in dataclasses.fields(Area)} == set(told["areas"][0])
    assert set(told["reasons"][0]) == {field.name for field in dataclasses.fields(Reason)}
    assert told["cancels"] == ["B0/26"]
    assert (told["p"]["space launch"], told["nation"], told["activity"]) == (0.7, "KP", "space launch")
    assert "self-intersecting" in {flag["code"] for flag in told["flags"]}
    assert TEXT[told["areas"][1]["start"] : told["areas"][1]["stop"]].endswith("1000N03000E")


def test_the_document_is_strict_json_and_a_feature_collection_too() -> None:
    notices = read(TEXT)
    document = json.loads(json.dumps(to_json(notices), allow_nan=False))
    assert document["features"] == json.loads(json.dumps(to_geojson(notices)))["features"]
    assert (document["type"], document["notices"][0]["ceiling_m"]) == ("FeatureCollection", "unlimited")


def test_what_is_not_said_is_null_or_empty() -> None:
    (told,) = to_json([Notice(source_id="", kind=NoticeKind.OTHER)])["notices"]
    assert (told["issued"], told["floor_m"], told["ceiling_m"], told["areas"]) == (None, None, None, [])
