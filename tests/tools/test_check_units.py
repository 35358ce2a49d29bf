"""The unit check finds the mix-ups it is there for, and keeps quiet about sums that are right."""

import subprocess
import sys
from pathlib import Path

import check_units
import pytest

TOOL = Path(check_units.__file__)

FAULTS = {
    "keyword": ("fly(alt_m=alt_km)", "keyword: alt_km for alt_m (km, not m)"),
    "keyword with attribute": ("fly(alt_m=state.alt_ft)", "keyword: alt_ft for alt_m (ft, not m)"),
    "positional": ("def fly(t_s, alt_m): ...\nfly(t_s, alt_km)", "argument: alt_km for alt_m (km, not m)"),
    "positional of a method": (
        "class A:\n    def go(self, alt_m): ...\nA().go(alt_km)",
        "argument: alt_km for alt_m (km, not m)",
    ),
    "positional of a record": (
        "class P(NamedTuple):\n    t_s: float\n    r_ecef_m: float\nP(t_s, r_gcrf_m)",
        "argument: r_gcrf_m for r_ecef_m (gcrf, not ecef)",
    ),
    "assignment": ("alt_m = alt_ft", "assignment: alt_ft for alt_m (ft, not m)"),
    "annotated assignment": ("alt_m: float = alt_ft", "assignment: alt_ft for alt_m (ft, not m)"),
    "assignment in tuples": ("lat_deg, lon_deg = lat_deg, lon_rad", "assignment: lon_rad for lon_deg (rad, not deg)"),
    "assignment through a subscript": ("alt_m[0] = row['alt_ft']", "assignment: alt_ft for alt_m (ft, not m)"),
    "assignment in an expression": ("if (alt_m := alt_ft): ...", "assignment: alt_ft for alt_m (ft, not m)"),
    "sum in place": ("t_s += step_ms", "assignment: step_ms for t_s (ms, not s)"),
    "sum": ("y = t_s + x_ms", "sum: x_ms for t_s (ms, not s)"),
    "sum of three": ("y = 1.0 + t_s + x_ms", "sum: x_ms for t_s (ms, not s)"),
    "negation": ("y = t_s - -x_ms", "sum: x_ms for t_s (ms, not s)"),
    "frames": ("d = r_ecef - r_gcrf", "sum: r_gcrf for r_ecef (gcrf, not ecef)"),
    "frames before units": ("d = v_ecef_mps - v_enu_mps", "sum: v_enu_mps for v_ecef_mps (enu, not ecef)"),
    "comparison": ("ok = alt_m < ceiling_ft", "comparison: ceiling_ft for alt_m (ft, not m)"),
    "chain of comparisons": ("ok = 0.0 <= alt_m < ceiling_ft", "comparison: ceiling_ft for alt_m (ft, not m)"),
    "return": ("def height_m(alt_km):\n    return alt_km", "return: alt_km for height_m (km, not m)"),
    "return of another frame": (
        "def ecef_from_x(r_enu_m):\n    return r_enu_m\ndef r_ecef_from_x(r_enu_m):\n    return r_enu_m",
        "return: r_enu_m for r_ecef_from_x (enu, not ecef)",
    ),
}

QUIET = {
    "a product changes the unit": "alt_m = alt_km * KILOMETRE",
    "a product in place too": "alt_m *= scale_km",
    "a call changes the unit": "lat_rad = radians(lat_deg)",
    "no unit, no report": "alt_m = alt + t",
    "the same unit": "fly(alt_m=state.alt_m); y = t_s - t0_s",
    "rates end in another word": "rate_per_s = count_per_ms; n_per_s = dt_ms",
    "where a value comes from is no frame of it": "def v_enu_from_ecef(v_ecef_mps):\n    return v_enu_mps",
    "membership": "alt_m in levels_ft",
    "two signatures, no opinion": "def a(t_s): ...\nclass B:\n    def a(self, t_ms): ...\na(t_ms)",
    "a function inside another returns elsewhere": "def height_m():\n    def f():\n        return x_ft\n    return x_m",
    "keyword-only records have no order": "@dataclass(kw_only=True)\nclass P:\n    t_s: float\nP(t_ms)",
    "a star hides the order": "def fly(t_s, alt_m): ...\nfly(*pair, alt_km)",
    "one letter is no unit": "m = s; s = deg",
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found(name):
    code, sentence = FAULTS[name]
    assert [said for _, _, said in check_units.check({"x.py": code})] == [sentence]


@pytest.mark.parametrize("name", QUIET)
def test_right_code_is_left_in_peace(name):
    assert check_units.check({"x.py": QUIET[name]}) == []


def test_a_signature_in_one_file_guards_the_calls_in_another():
    found = check_units.check({"a.py": "def fly(alt_m): ...", "b.py": "\n\nfly(alt_km)"})
    assert found == [("b.py", 3, "argument: alt_km for alt_m (km, not m)")]


@pytest.mark.parametrize(("code", "status"), [("alt_m = alt_ft\n", 1), ("alt_m = 1.0\n", 0)])
def test_the_exit_status_says_whether_all_is_well(tmp_path, code, status):
    (tmp_path / "x.py").write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, TOOL, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout == (f"{tmp_path / 'x.py'}:1: assignment: alt_ft for alt_m (ft, not m)\n" if status else "")


def test_nothing_to_read_is_not_well(tmp_path):
    assert check_units.main([str(tmp_path)]) == 1
