"""A chain of messages as ours go out, and the changes that tests make to it; loaded by path, it tests nothing itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from lxml import etree

from downrange.alert import (
    Action,
    Context,
    Event,
    Kind,
    Lift,
    Reason,
    Status,
    load_policy,
    reference,
    release,
)
from downrange.base import KST

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
CAP = f"{{{NAMESPACE}}}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
POLICY = load_policy()
T0 = datetime(2023, 5, 31, 6, 27, tzinfo=KST)
EVENT = Event(code="2023-05-31", t0=T0, origin={"en": "North Korea", "ko": "북한", "ja": "北朝鮮"})
REGION = shapely.box(120.0, 20.0, 135.0, 43.0)


@dataclass(frozen=True, kw_only=True)
class Island:
    """A square in the place of an island."""

    code: str
    name_en: str
    name_ko: str
    name_ja: str
    geometry_lonlat: Any
    country: str = "KR"
    level: str = "township"
    people_low: float = 90.0
    people_best: float = 100.0
    people_high: float = 110.0


WEST = Island(
    code="23320330",
    name_en="Baengnyeong",
    name_ko="백령면",
    name_ja="ペンニョン",
    geometry_lonlat=shapely.box(124.65, 37.9, 124.75, 38.0),
)
EAST = Island(
    code="23320340",
    name_en="Daecheong",
    name_ko="대청면",
    name_ja="テチョン",
    geometry_lonlat=shapely.box(124.65, 37.78, 124.75, 37.88),
)


def action(kind, t_s, places, reason, **more):
    times = {} if kind is Kind.LIFT else {"first_arrival_s": 300.0, "last_arrival_s": 600.0, "p": 0.02}
    return Action(kind=kind, t_s=t_s, places=places, reason=reason, **times, **more)


ACTIONS = (
    action(Kind.ISSUE, 60.0, (WEST,), Reason.RISK, added=(WEST,)),
    action(Kind.UPDATE, 90.0, (WEST, EAST), Reason.WIDER, added=(EAST,)),
    action(Kind.UPDATE, 120.0, (WEST, EAST), Reason.EXTENDED),
    action(Kind.LIFT, 700.0, (WEST, EAST), Reason.ARRIVED, lift=Lift.PASSED),
)
(CHAIN,) = release(EVENT, ACTIONS, POLICY, Status.EXERCISE)
GOOD = CHAIN.released[2]  # an Update that names two messages before it
AT = T0 + timedelta(minutes=3)
CONTEXT = Context(
    status=Status.EXERCISE,
    published=tuple(reference(one.message) for one in CHAIN.released[:2]),
    footprints={place.code: place.geometry_lonlat for place in (WEST, EAST)},
    max_over_cover=POLICY.max_over_cover,
    max_valid_s=86_400.0,
    region_lonlat=REGION,
)


def changed(xml, change):
    """Return a message after one change to its tree."""
    root = etree.fromstring(xml)
    change(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def path(names):
    return "/".join(CAP + name for name in names.split("/"))


def put(names, text, *, only=None):
    """A change: another text in the elements of that path, or only in the first few of them."""

    def change(root):
        found = root.findall(path(names))[slice(only)]
        assert found
        for one in found:
            assert one.text != text
            one.text = text

    return change


def gone(names, *, only=None):
    """A change: the elements of that path taken away."""

    def change(root):
        found = root.findall(path(names))[slice(only)]
        assert found
        for one in found:
            one.getparent().remove(one)

    return change


def after(names, *new, only=None):
    """A change: new elements, each (name, text), behind the last of that path in each parent."""

    def change(root):
        found = root.findall(path(names))[slice(only)]
        for parent in dict.fromkeys(one.getparent() for one in found):
            last = [one for one in found if one.getparent() is parent][-1]
            for name, text in reversed(new):
                child = etree.Element(CAP + name)
                child.text = text
                last.addnext(child)

    return change


def together(*changes):
    def change(root):
        for one in changes:
            one(root)

    return change
