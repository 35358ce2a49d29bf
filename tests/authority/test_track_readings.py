"""Readers of readings against published numbers: the examples of the tracking data standard, a textbook, a satellite.

SOURCE: CCSDS 503.0-B-2, Tracking Data Message, annex E: figures E-6, E-8, E-9, E-12, E-14, E-16, E-17, E-22; their
numbers only, laid out anew.
SOURCE: Vallado, Fundamentals of Astrodynamics and Applications, 3rd edition, example 4-1, second part: a satellite
seen from 39.007 N 104.883 W, 2194.56 m, on 14 May 1994 at 13:11:20.59856 UTC: topocentric right ascension 276.9337329
and declination -46.7583402, azimuth 210.8777747 and elevation -5.9409535.
SOURCE: ESA: CryoSat-2 flies at a mean altitude of 717 km. Chilbolton observatory (CAMRa): 51.145 N 1.438 W, 84 m.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from downrange.track import Reading, Sensor
from downrange.track._io import read_readings
from downrange.track.model import Intake, SensorKind

HEAD = "CCSDS_TDM_VERS = 2.0\nCREATION_DATE = 2020-06-01T00:00:00\nORIGINATOR = TEST\n"
LIGHT_MPS = 299_792_458.0
A_DAY_S = 86_400.0


def message(meta: str, rows: str) -> str:
    """Lay out one segment: pairs with their blanks left out, rows as "KEY stamp number"."""
    pairs = "\n".join(" = ".join(pair.split("=", 1)) for pair in meta.split())
    data = "\n".join("{} = {} {}".format(*row.split()) for row in rows.strip().splitlines())
    return f"META_START\n{pairs}\nMETA_STOP\nDATA_START\n{data}\nDATA_STOP\n"


E8_XY = message(
    "TIME_SYSTEM=UTC PARTICIPANT_1=HBSTK PARTICIPANT_2=SAT MODE=SEQUENTIAL PATH=1,2,1 INTEGRATION_INTERVAL=1.0 "
    "INTEGRATION_REF=END ANGLE_TYPE=XSYE DATA_QUALITY=RAW",
    """
    DOPPLER_INTEGRATED 2007-08-29T07:00:02.000 -1.498776048
    ANGLE_1 2007-08-29T07:00:02.000 67.01312389
    ANGLE_2 2007-08-29T07:00:02.000 18.28395556
    """,
)
E8_AZEL = message(
    "TIME_SYSTEM=UTC PARTICIPANT_1=WHM1 PARTICIPANT_2=SAT MODE=SEQUENTIAL PATH=1,2,1 INTEGRATION_INTERVAL=1.0 "
    "INTEGRATION_REF=END RANGE_MODE=CONSTANT RANGE_MODULUS=1.000000E+07 ANGLE_TYPE=AZEL DATA_QUALITY=RAW",
    """
    RANGE 2007-08-29T06:00:02.000 4.00165248953670E+04
    DOPPLER_INTEGRATED 2007-08-29T06:00:02.000 -0.885640091
    ANGLE_1 2007-08-29T06:00:02.000 99.53204250
    ANGLE_2 2007-08-29T06:00:02.000 1.26724167
    RANGE 2007-08-29T07:00:02.000 3.57238793591890E+04
    DOPPLER_INTEGRATED 2007-08-29T07:00:02.000 -1.510223139
    ANGLE_1 2007-08-29T07:00:02.000 103.33061750
    ANGLE_2 2007-08-29T07:00:02.000 4.77875278
    RANGE 2007-08-29T08:00:02.000 2.90270197047210E+04
    DOPPLER_INTEGRATED 2007-08-29T08:00:02.000 -2.229907387
    ANGLE_1 2007-08-29T08:00:02.000 104.60635806
    ANGLE_2 2007-08-29T08:00:02.000 5.47492500
    """,
)
E17 = message(
    "TIME_SYSTEM=UTC PARTICIPANT_1=CAMRA PARTICIPANT_2=CRYOSAT MODE=SEQUENTIAL PATH=1,2,1 "
    "EPHEMERIS_NAME=3203_2013-11-09T23-02-30 RANGE_UNITS=km ANGLE_TYPE=AZEL CORRECTION_RANGE=-1.48 CORRECTIONS_APPLIED=NO",
    """
    RANGE 2011-05-11T10:26:33.2613 2808.2696
    ANGLE_1 2011-05-11T10:26:33.2613 191.40208435
    ANGLE_2 2011-05-11T10:26:33.2613 25.44166756
    CARRIER_POWER 2011-05-11T10:26:33.2613 -36.73723984
    RCS 2011-05-11T10:26:33.2613 2.984
    RANGE 2011-05-11T10:26:33.7008 2803.1731
    ANGLE_1 2011-05-11T10:26:33.7008 191.43959045
    ANGLE_2 2011-05-11T10:26:33.7008 25.51874924
    CARRIER_POWER 2011-05-11T10:26:33.7008 -35.88296509
    RCS 2011-05-11T10:26:33.7008 2.992
    """,
)


def take(tmp_path: Path, *segments: str, **options) -> Intake:
    """Read segments under a whole header."""
    path = tmp_path / "published.tdm"
    path.write_text(HEAD + "".join(segments), encoding="ascii")
    return read_readings(path, **options)


def optical(name: str, lat_deg: float, lon_deg: float, alt_m: float) -> Sensor:
    return Sensor(
        name=name, title=name, kind=SensorKind.OPTICAL, lat_deg=lat_deg, lon_deg=lon_deg, alt_m=alt_m,
        sigma_az_deg=1e-3, sigma_el_deg=1e-3, source="assumed",
    )  # fmt: skip


def test_kilometres_degrees_and_receding_rates_of_figure_e8(tmp_path) -> None:
    intake = take(tmp_path, E8_AZEL, max_gap_s=A_DAY_S)
    fixes = [reading for reading in intake.readings if reading.range_m is not None]
    rates = [reading for reading in intake.readings if reading.range_rate_mps is not None]
    assert (intake.faults, intake.lines, len(fixes), len(rates)) == ((), 12, 3, 3)
    first = fixes[0]
    assert (first.sensor, first.object_id, first.az_deg, first.el_deg) == ("WHM1", "SAT", 99.5320425, 1.26724167)
    assert first.range_m == pytest.approx(40_016_524.8953670, abs=1e-6)
    # The stamp is the reception; the satellite was there one light's way earlier.
    late_s = (datetime(2007, 8, 29, 6, 0, 2, tzinfo=UTC) - first.t).total_seconds()
    assert late_s == pytest.approx(40_016_524.8953670 / LIGHT_MPS, abs=1e-6)
    # A rate over one second that ends at the stamp holds half a second before it.
    assert rates[0].t == datetime(2007, 8, 29, 6, 0, 1, 500_000, tzinfo=UTC)
    assert [rate.range_rate_mps for rate in rates] == pytest.approx([-885.640091, -1510.223139, -2229.907387], abs=1e-9)


def test_ranges_and_rates_of_figure_e8_tell_the_same_flight(tmp_path) -> None:
    intake = take(tmp_path, E8_AZEL, max_gap_s=A_DAY_S)
    fixes = [reading for reading in intake.readings if reading.range_m is not None]
    rates = [reading.range_rate_mps for reading in intake.readings if reading.range_rate_mps is not None]
    for (a, b), (early, late) in zip(pairwise(fixes), pairwise(rates), strict=True):
        slope = (b.range_m - a.range_m) / (b.t - a.t).total_seconds()
        assert slope == pytest.approx((early + late) / 2.0, rel=0.01)  # the mean over an hour, by its two ends


def test_a_mount_that_is_not_read_costs_its_angles_and_nothing_else(tmp_path) -> None:
    intake = take(tmp_path, E8_XY, E8_AZEL, max_gap_s=A_DAY_S)
    assert (len(intake.readings), intake.lines) == (7, 15)
    assert [(fault.key, fault.seen) for fault in intake.faults] == [
        ("ANGLE_TYPE", "XSYE; 2 lines of data lost with it")
    ]
    assert "ANGLE_TYPE = AZEL or RADEC" in intake.faults[0].cure


def test_figure_e17_counts_both_ways_and_is_where_its_satellite_flies(tmp_path) -> None:
    intake = take(tmp_path, E17, round_trip=("CAMRa",))
    assert [(fault.key, fault.seen) for fault in intake.faults] == [
        ("CARRIER_POWER", "2 lines passed over"),
        ("RCS", "2 lines passed over"),
    ]
    assert [reading.range_m for reading in intake.readings] == pytest.approx(
        [(2808.2696 - 1.48) * 500.0, (2803.1731 - 1.48) * 500.0], abs=1e-6
    )
    for reading in intake.readings:
        assert height_m(reading, 51.145, -1.438, 84.0) == pytest.approx(717e3, abs=10e3)
    # Taken for half the way it would fly at 1600 km: that the standard leaves this open is why the option exists.
    taken = take(tmp_path, E17)
    once = taken.readings[0]
    assert once.range_m == pytest.approx((2808.2696 - 1.48) * 1000.0, abs=1e-6)
    assert height_m(once, 51.145, -1.438, 84.0) > 1.5e6
    (doubt,) = (fault.seen for fault in taken.faults if fault.key == "RANGE")
    assert "ranges of CAMRA CRYOSAT change by 11.6 km/s, too fast" in doubt


def height_m(reading: Reading, lat_deg: float, lon_deg: float, alt_m: float) -> float:
    """Return the height of what a radar at a place measured."""
    az, el = np.radians([reading.az_deg, reading.el_deg])
    enu = np.array([np.sin(az) * np.cos(el), np.cos(az) * np.cos(el), np.sin(el)]) * reading.range_m
    return float(geodetic_from_ecef(ecef_from_geodetic(lat_deg, lon_deg, alt_m) + enu @ enu_axes(lat_deg, lon_deg))[2])


def test_stamps_of_transmission_in_figure_e9(tmp_path) -> None:
    meta = (
        "TIME_SYSTEM=UTC PARTICIPANT_1=yyyy-nnnA PARTICIPANT_2=USC1 MODE=SEQUENTIAL PATH=2,1,2 TIMETAG_REF=TRANSMIT "
        "INTEGRATION_REF=START RANGE_MODE=CONSTANT RANGE_MODULUS=1.0E7 RANGE_UNITS=km DATA_QUALITY=VALIDATED "
        "CORRECTION_RANGE=0.0 CORRECTIONS_APPLIED=YES"
    )
    reading = take(tmp_path, message(meta, "RANGE 2005-09-17T00:41:38.000000 3198.03679519614")).readings[0]
    assert (reading.sensor, reading.object_id) == ("USC1", "yyyy-nnnA")
    assert reading.range_m == pytest.approx(3_198_036.79519614, abs=1e-6)
    away_s = (reading.t - datetime(2005, 9, 17, 0, 41, 38, tzinfo=UTC)).total_seconds()
    assert away_s == pytest.approx(3_198_036.79519614 / LIGHT_MPS, abs=1e-6)


@pytest.mark.parametrize(
    ("meta", "row", "words"),
    [
        (  # figure E-6: through a relay
            "TIME_SYSTEM=UTC PARTICIPANT_1=NORTH PARTICIPANT_2=F07R07 PARTICIPANT_3=E7 MODE=SEQUENTIAL PATH=1,2,3,2,1 "
            "RANGE_MODE=CONSTANT RANGE_MODULUS=0 RANGE_UNITS=km ANGLE_TYPE=AZEL",
            "RANGE 1998-06-10T00:57:37 80452.7542",
            "PATH: 1,2,3,2,1; 1 line of data lost with it",
        ),
        (  # figure E-12: one minute of launch angles from DSS-16
            "TIME_SYSTEM=UTC PARTICIPANT_1=DSS-16 PARTICIPANT_2=yyyy-nnnA MODE=SEQUENTIAL PATH=2,1 ANGLE_TYPE=XSYE "
            "CORRECTION_ANGLE_1=-0.09 CORRECTION_ANGLE_2=0.18 CORRECTIONS_APPLIED=NO",
            "ANGLE_1 2004-216T07:44:00 -23.62012",
            "ANGLE_TYPE: XSYE; 1 line of data lost with it",
        ),
        (  # figure E-14: weather
            "TIME_SYSTEM=UTC PARTICIPANT_1=DSS-10 DATA_QUALITY=VALIDATED",
            "TEMPERATURE 2005-156T00:03:00 302.95",
            "TEMPERATURE: 1 line passed over",
        ),
    ],
    ids=["E-6", "E-12", "E-14"],
)
def test_published_messages_that_give_no_reading_say_why(tmp_path, meta, row, words) -> None:
    with pytest.raises(InputError, match=words):
        take(tmp_path, message(meta, row))


@pytest.mark.parametrize(
    ("meta", "rows", "object_id"),
    [
        (  # figure E-16
            "TIME_SYSTEM=UTC PARTICIPANT_1=TFRM PARTICIPANT_2=TRACK_NUMBER_001 MODE=SEQUENTIAL PATH=2,1 ANGLE_TYPE=RADEC "
            "REFERENCE_FRAME=EME2000",
            "ANGLE_1 2012-10-29T17:46:39.02 332.2298750\nANGLE_2 2012-10-29T17:46:39.02 -16.3028389\n"
            "MAG 2012-10-29T17:46:39.02 12.1",
            "TRACK_NUMBER_001",
        ),
        (  # figure E-22
            "TRACK_ID=S_191021_18593902_3 TIME_SYSTEM=UTC PARTICIPANT_1=SMARTNET-01-A-SUTH PARTICIPANT_2=UNKNOWN "
            "MODE=SEQUENTIAL PATH=2,1 ANGLE_TYPE=RADEC REFERENCE_FRAME=EME2000 CORRECTION_RECEIVE=-0.145 "
            "CORRECTION_ABERRATION_YEARLY=0.0056932 CORRECTIONS_APPLIED=YES",
            "ANGLE_1 2019-10-21T18:59:38.869008 333.64830529\nANGLE_2 2019-10-21T18:59:38.869008 5.23646136",
            "S_191021_18593902_3",
        ),
    ],
    ids=["E-16", "E-22"],
)
def test_right_ascensions_need_the_place_of_the_telescope(tmp_path, meta, rows, object_id) -> None:
    with pytest.raises(InputError, match=r"ANGLE_TYPE: RADEC of .*, whose place is not known; 2 lines"):
        take(tmp_path, message(meta, rows))
    name = "tfrm" if "TFRM" in meta else "smartnet-01-a-suth"
    reading = take(tmp_path, message(meta, rows), sensors=(optical(name, 42.05, 0.73, 1570.0),)).readings[0]
    assert (reading.sensor, reading.object_id) == (name, object_id)
    assert reading.el_deg is not None


def test_azimuth_and_elevation_of_a_textbook_satellite(tmp_path) -> None:
    meta = (
        "TIME_SYSTEM=UTC PARTICIPANT_1=SITE PARTICIPANT_2=SAT MODE=SEQUENTIAL PATH=2,1 ANGLE_TYPE=RADEC "
        "REFERENCE_FRAME=ICRF"
    )
    rows = "ANGLE_1 1994-05-14T13:11:20.598560 276.9337329\nANGLE_2 1994-134T13:11:20.59856Z -46.7583402"
    reading = take(tmp_path, message(meta, rows), sensors=(optical("site", 39.007, -104.883, 2194.56),)).readings[0]
    # Seen: 3e-6 deg. The book moves the pole, we do not: up to 5e-6 deg (0.016").
    assert (reading.az_deg, reading.el_deg) == pytest.approx((210.8777747, -5.9409535), abs=1e-5)
    assert reading.t == datetime(1994, 5, 14, 13, 11, 20, 598_560, tzinfo=UTC)
