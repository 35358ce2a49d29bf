"""What may go wrong: the catalogue as a file says it, and which failure meets which flight."""

from __future__ import annotations

from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError, Kind
from downrange.earth import Site
from downrange.flight import (
    KINDS,
    PLANNED,
    Crowd,
    Failures,
    Plan,
    Troubles,
    Vehicle,
    crowd_of,
    draw_troubles,
    failure_names,
    failure_probability,
    load_failures,
    of_record,
)

Case = tuple[Vehicle, Plan, Site]
ASSUMED = (files("downrange.flight") / "data" / "failures" / "assumed.toml").read_text(encoding="utf-8")


@pytest.fixture
def failures() -> Failures:
    return load_failures("assumed", 3)


def crowd(case: Case, count: int) -> Crowd:
    vehicle, plan, site = case
    return crowd_of(vehicle, plan, site, count)


def same(a: Troubles, b: Troubles) -> bool:
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Troubles))


def rows(troubles: Troubles, part: slice) -> Troubles:
    return Troubles(**{f.name: getattr(troubles, f.name)[part] for f in fields(Troubles)})


@pytest.mark.parametrize("stages", [1, 2, 3, 4])
@pytest.mark.parametrize("name", failure_names())
def test_probabilities_sum_to_one_whatever_the_vehicle_can_suffer(name: str, stages: int) -> None:
    found = load_failures(name, stages)
    assert sum(mode.share for mode in found.modes) == pytest.approx(1.0, abs=1e-12)
    assert sum(found.probabilities) == pytest.approx(1.0, abs=1e-12)
    assert found.names[0] == PLANNED
    assert len(set(found.names)) == len(found.names) == len(found.probabilities)
    assert all(1 <= mode.stage <= stages for mode in found.modes)


def test_every_kind_of_failure_is_in_the_shipped_catalogue(failures: Failures) -> None:
    assert {mode.kind for mode in failures.modes} == set(KINDS)
    assert failures.p.kind is Kind.ASSUMED


def test_the_share_of_an_entry_is_divided_between_its_stages(failures: Failures) -> None:
    shares = {mode.name: mode.share for mode in failures.modes}
    assert shares["stage 2 no-ignition"] == shares["stage 3 no-ignition"] == pytest.approx(0.15 / 2.0)
    assert "stage 1 no-ignition" not in shares  # nothing would leave the pad
    assert sum(share for name, share in shares.items() if name.endswith("early-shutdown")) == pytest.approx(0.25)


def test_what_a_vehicle_cannot_suffer_leaves_its_part_to_the_rest() -> None:
    alone = load_failures("assumed", 1)
    assert {str(mode.kind) for mode in alone.modes}.isdisjoint({"no-ignition", "failed-separation", "fairing-stuck"})
    share = {str(mode.kind): mode.share for mode in alone.modes}
    assert share["early-shutdown"] == pytest.approx(0.25 / 0.75)


def test_a_record_gives_its_probability_and_says_so(failures: Failures) -> None:
    record = failure_probability(3, 2)
    found = of_record(failures, record)
    assert found.p.value == record.p
    assert found.p.kind is Kind.DERIVED
    assert found.p.source == record.source
    assert found.modes == failures.modes
    assert found.probabilities[0] == 1.0 - record.p


@pytest.mark.parametrize("first", [0, 1, 37, 1_000, 10**9])
@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_flight_i_of_a_seed_meets_the_same_wherever_a_chunk_begins(
    failures: Failures, chollima: Case, first: int, chunk: int
) -> None:
    count = 60
    mode, troubles = draw_troubles(failures, crowd(chollima, count), 5, first=first)
    for at in range(0, count, chunk):
        n = min(chunk, count - at)
        part_mode, part = draw_troubles(failures, crowd(chollima, n), 5, first=first + at)
        assert np.array_equal(part_mode, mode[at : at + n])
        assert same(part, rows(troubles, slice(at, at + n)))


def test_another_seed_draws_other_moments_but_the_same_turns(failures: Failures, chollima: Case) -> None:
    flown = crowd(chollima, 200)
    (mode, one), (mode_of_other, other) = (draw_troubles(failures, flown, seed) for seed in (5, 6))
    assert np.array_equal(mode, mode_of_other)
    assert not np.array_equal(one.after_s, other.after_s)
    assert not np.array_equal(one.size, other.size)
    assert not np.array_equal(one.clock_rad, other.clock_rad)


@pytest.mark.parametrize("count", [200, 1_000, 5_000])
def test_every_other_flight_fails_and_each_mode_has_its_due(failures: Failures, chollima: Case, count: int) -> None:
    mode, troubles = draw_troubles(failures, crowd(chollima, count), 1)
    flown = np.bincount(mode, minlength=len(failures.names))
    assert flown[0] == count // 2
    assert np.array_equal(mode == 0, troubles.kind == -1)
    due = np.array([one.share for one in failures.modes]) * (count // 2)
    assert np.abs(flown[1:] - due).max() < 3.0  # steps of the golden section stray no farther
    assert flown.min() >= 1


@pytest.mark.parametrize("share", [0.3, 0.02, 0.004, 0.0005])
def test_after_so_many_flights_the_rarest_way_to_fail_was_flown(chollima: Case, share: float) -> None:
    found = load_failures("assumed", 3)
    assert found.flights_for_all <= 200
    two = found.modes[0], found.modes[1]
    for rare in (0, 1):  # wherever it stands
        shares = (share, 1.0 - share) if rare == 0 else (1.0 - share, share)
        few = replace(found, modes=tuple(replace(mode, share=s) for mode, s in zip(two, shares, strict=True)))
        n = few.flights_for_all
        for first in (0, 1_000, 123_456):
            mode, _ = draw_troubles(few, crowd(chollima, n), 1, first=first)
            assert (mode == rare + 1).any()


def test_what_goes_wrong_is_what_the_mode_says(failures: Failures, chollima: Case) -> None:
    flown = crowd(chollima, 4_000)
    mode, troubles = draw_troubles(failures, flown, 1)
    for i, one in enumerate(failures.modes, start=1):
        mine = mode == i
        assert set(troubles.kind[mine]) == {KINDS.index(one.kind)}
        assert set(troubles.stage[mine]) == {one.stage - 1}
        low, high = one.size
        assert ((troubles.size[mine] >= low) & (troubles.size[mine] <= high)).all()
        burn_s = flown.burn_s[mine, one.stage - 1]
        if one.kind.has_moment:
            assert ((troubles.after_s[mine] > 0.0) & (troubles.after_s[mine] < burn_s)).all()
            assert np.std(troubles.after_s[mine] / burn_s) == pytest.approx(12.0**-0.5, abs=0.08)  # uniform
        else:
            assert not troubles.after_s[mine].any()


WRONG = {
    "a probability above 1": ("value = 0.5, kind", "value = 2, kind", "probability.value"),
    "a probability that is no number": ("value = 0.5, kind", "value = nan, kind", "probability.value"),
    "a share below 0": ("share = { value = 0.15", "share = { value = -0.15", "modes[0].share"),
    "a stage 0": ("stages = [2, 3, 4]", "stages = [0]", "modes[0].stages"),
    "no stage": ("stages = [2, 3, 4]", "stages = []", "modes[0].stages"),
    "an unknown kind": ('kind = "no-ignition"', 'kind = "no-luck"', "modes[0].kind"),
    "neither stack nor pieces": ('leaves = "stack"', 'leaves = "dust"', "modes[0].leaves"),
    "sizes exchanged": ("size_low = { value = 2, kind", "size_low = { value = 31, kind", "modes[2].size_low"),
    "a size that is too large": ("size_high = { value = 0.95", "size_high = { value = 1.5", "modes[3].size_low"),
    "half a size": ("size_low = { value = 2, kind", "# { value = 2, kind", "modes[2].size_low"),
    "an unknown key": ('leaves = "stack"', 'leaf = "stack"', "modes[0].leaf"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_catalogue_with_a_fault_names_file_and_key(tmp_path: Path, wrong: str) -> None:
    old, new, key = WRONG[wrong]
    assert old in ASSUMED
    path = tmp_path / "own.toml"
    path.write_text(ASSUMED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_failures(path, 3)
    assert caught.value.where == "own.toml"
    assert caught.value.key == key
    assert caught.value.cure


def test_a_size_of_a_kind_that_has_none_is_refused(tmp_path: Path) -> None:
    size = 'leaves = "stack"\nsize_low = { value = 2, kind = "assumed", source = "x" }'
    (tmp_path / "own.toml").write_text(ASSUMED.replace('leaves = "stack"', size, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"modes\[0\].size_low: 2. This kind has no size"):
        load_failures(tmp_path / "own.toml", 3)


def test_a_catalogue_of_what_cannot_happen_is_refused(tmp_path: Path) -> None:
    head = ASSUMED.partition("[[modes]]")[0]
    mode = '[[modes]]\nkind = "no-ignition"\nstages = [2]\nleaves = "stack"\n'
    share = 'share = { value = 1, kind = "assumed", source = "x" }\n'
    (tmp_path / "own.toml").write_text(head + mode + share, encoding="utf-8")
    assert load_failures(tmp_path / "own.toml", 2).names == (PLANNED, "stage 2 no-ignition")
    with pytest.raises(InputError, match="nothing that can go wrong with 1 stage") as caught:
        load_failures(tmp_path / "own.toml", 1)
    assert caught.value.key == "modes"


def test_two_entries_of_one_kind_and_stage_are_refused(tmp_path: Path) -> None:
    again = '\n[[modes]]\nkind = "break-up"\nstages = [2]\nleaves = "stack"\nshare = { value = 0.1, kind = "assumed", source = "x" }\n'
    (tmp_path / "own.toml").write_text(ASSUMED + again, encoding="utf-8")
    with pytest.raises(InputError, match=r"own.toml: modes\[8\]: stage 2 break-up stands twice"):
        load_failures(tmp_path / "own.toml", 3)


def test_an_unknown_catalogue_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match="assumed"):
        load_failures("nosuch", 3)
