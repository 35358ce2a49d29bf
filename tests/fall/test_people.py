"""People as the caller gives them."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import InputError
from downrange.fall import PEOPLE, Grid, read_people

GRID = Grid(lat_rows=180, lon_columns=360)


def test_people_of_one_cell_add_up_and_spread_over_it() -> None:
    text = f"# a village and a town\n{PEOPLE}\n\n30.2,120.3,100\n-30.2,-120.3,7\n30.7,120.9,50\n30.2,240.3,1\n"
    here = read_people("people.csv", text, GRID)
    cells = GRID.cell_of([30.5, -30.5, 30.5, 0.5], [120.5, -120.5, -119.5, 0.5])
    density = here.density_pm2(cells)
    assert density * GRID.area_m2(cells) == pytest.approx([150.0, 7.0, 1.0, 0.0])
    assert here.people.sum() == 158.0
    assert here.source == "people.csv"
    assert np.all(np.diff(here.cells) > 0)


def test_the_meridian_of_180_degrees_is_one_place() -> None:
    here = read_people("p.csv", f"{PEOPLE}\n10,180,1\n10,-180,2\n", GRID)
    assert here.people.tolist() == [3.0]


def test_a_byte_order_mark_and_quotes_are_nothing() -> None:
    text = '\ufeff"lat_deg","lon_deg","people"\r\n10, 20, 3\r\n'
    assert read_people("p.csv", text, GRID).people.tolist() == [3.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: an empty file"),
        ("lon_deg,lat_deg,people\n1,2,3\n", "line 1: .*Begin with lat_deg,lon_deg,people"),
        (f"{PEOPLE}\n", "a header and no people"),
        (f"{PEOPLE}\n1,2\n", "line 2: '1,2'"),
        (f"{PEOPLE}\n1,2,3\n1,2,many\n", "line 3: '1,2,many'"),
        (f"{PEOPLE}\n# x\n123.5,36.1,3\n", r"line 3: lat_deg: 123\.5"),
        (f"{PEOPLE}\n1,2,-3\n", "line 2: people: -3"),
        (f"{PEOPLE}\n1,2,nan\n", "line 2: people: nan"),
        (f"{PEOPLE}\n1,2,1e30\n", "people"),
        (f"{PEOPLE}\n{'9' * 500}\n", r"line 2: '9+\.\.\.'"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(text: str, says: str) -> None:
    with pytest.raises(InputError, match=rf"p\.csv: .*{says}"):
        read_people("p.csv", text, GRID)
