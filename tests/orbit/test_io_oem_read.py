import re
from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError, after, gcrf_from_ecef
from downrange.orbit import OemFrame, oem_text, read_oem

T0 = datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC)
T_S = np.array([0.0, 60.0, 120.5])
R_ECEF_M = np.array([[-3.0e6, 5.0e6, 3.0e6], [-3.1e6, 5.1e6, 2.6e6], [-3.2e6, 5.2e6, 2.2e6]])
V_ECEF_MPS = np.array([[-1_500.0, 1_000.25, -7_000.0], [-1_400.0, 900.0, -7_100.0], [-1_300.0, 800.0, -7_200.123_456]])
TEXT = oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="MALLIGYONG-1", object_id="2023-179A", comment="Made = up")
ONE = TEXT.splitlines()[-3]  # the first row of states

XML = """<?xml version="1.0" encoding="UTF-8"?>
<oem id="CCSDS_OEM_VERS" version="3.0">
  <header><CREATION_DATE>2024-159T00:00:00</CREATION_DATE><ORIGINATOR>X</ORIGINATOR></header>
  <body><segment>
    <metadata>
      <OBJECT_NAME>MALLIGYONG-1</OBJECT_NAME><OBJECT_ID>2023-179A</OBJECT_ID><CENTER_NAME>EARTH</CENTER_NAME>
      <REF_FRAME>ITRF2014</REF_FRAME><TIME_SYSTEM>UTC</TIME_SYSTEM>
      <START_TIME>2023-325T13:42:28</START_TIME><STOP_TIME>2023-325T13:43:28.5</STOP_TIME>
    </metadata>
    <data>
      <COMMENT>two states</COMMENT>
      <stateVector><EPOCH>2023-325T13:42:28</EPOCH>
        <X units="km">7000</X><Y>1</Y><Z>2</Z><X_DOT units="km/s">0.5</X_DOT><Y_DOT>7</Y_DOT><Z_DOT>-1</Z_DOT>
      </stateVector>
      <stateVector><EPOCH>2023-325T13:43:28.5Z</EPOCH>
        <X>7001</X><Y>1</Y><Z>2</Z><X_DOT>0.5</X_DOT><Y_DOT>7</Y_DOT><Z_DOT>-1</Z_DOT>
        <X_DDOT>0</X_DDOT><Y_DDOT>0</Y_DDOT><Z_DDOT>0</Z_DDOT>
      </stateVector>
    </data>
  </segment></body>
</oem>
"""


@pytest.mark.parametrize("frame", OemFrame)
def test_what_was_written_is_read_back_and_turned_back_to_the_earth(frame):
    text = oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="MALLIGYONG-1", object_id="2023-179A", frame=frame)
    (found,) = read_oem(text, where="x.oem")
    assert (found.object_name, found.object_id, found.frame) == ("MALLIGYONG-1", "2023-179A", frame)
    assert found.start == T0
    assert found.t_s.tolist() == T_S.tolist()
    r_ecef_m, v_ecef_mps = found.ecef()
    np.testing.assert_allclose(r_ecef_m, R_ECEF_M, rtol=0.0, atol=1e-3)  # written to the millimetre
    np.testing.assert_allclose(v_ecef_mps, V_ECEF_MPS, rtol=0.0, atol=2e-6)
    assert found.source == f"x.oem: segment at line 5, {frame}"


def test_states_in_another_frame_of_2000_are_turned_by_the_frame_bias():
    # SOURCE: IERS Conventions 2010, 5.33: the bias of the mean equator of J2000 is 23 milliseconds of arc in all
    text = oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", frame=OemFrame.GCRF)
    (plain,) = read_oem(text)
    (same,) = read_oem(text.replace("= GCRF", "= ICRF"))
    (biased,) = read_oem(text.replace("= GCRF", "= EME2000"))
    np.testing.assert_array_equal(same.r_m, plain.r_m)
    assert (biased.frame, same.frame) == (OemFrame.GCRF, OemFrame.GCRF)
    moved_m = np.linalg.norm(biased.r_m - plain.r_m, axis=1)
    assert (moved_m > 0.05).all()
    assert (moved_m < np.radians(23.1e-3 / 3600.0) * np.linalg.norm(plain.r_m, axis=1)).all()
    pole = np.radians(np.array([-16.617, -6.819]) * 1e-3 / 3600.0)  # the pole's offsets xi0, eta0
    turned = read_oem(text.replace("= GCRF", "= EME2000").replace(_row(text), "0 0 7000 0 0 7 "))[0].r_m[0]
    np.testing.assert_allclose(turned[:2] / 7e6, pole, atol=1e-12)


def _row(text):
    """Return the numbers of the first state as they stand in a text."""
    rows = text.partition("META_STOP")[2].split("\n")
    return next(row for row in rows if row).partition(" ")[2]


def test_xml_days_of_the_year_and_accelerations_are_read():
    for text in (XML, f"<ndm>{XML.partition('?>')[2]}</ndm>"):
        (found,) = read_oem(text)
        assert (found.frame, found.start) == (OemFrame.ITRF, T0)
        assert found.t_s.tolist() == [0.0, 60.5]
        assert found.r_m.tolist() == [[7e6, 1e3, 2e3], [7.001e6, 1e3, 2e3]]
        assert found.v_mps[1].tolist() == [500.0, 7e3, -1e3]


def test_each_segment_is_a_record_and_covariances_are_passed_over():
    second = TEXT[TEXT.index("META_START") :].replace("13:4", "14:4").replace("ITRF", "ITRF-97")
    covariance = "COVARIANCE_START\nEPOCH = 2023-11-21T13:42:28\nCOV_REF_FRAME = ITRF\n1\n0 1\n0 0 1\nCOVARIANCE_STOP\n"
    found = read_oem(TEXT + covariance + second)
    assert [each.start.hour for each in found] == [13, 14]
    assert [each.t_s.size for each in found] == [3, 3]
    np.testing.assert_array_equal(found[0].r_m, found[1].r_m)


def test_velocities_against_the_stars_lose_the_turning_of_the_earth():
    still = oem_text([0.0], [[6.4e6, 0.0, 0.0]], [[0.0, 0.0, 0.0]], T0, object_name="X", frame=OemFrame.GCRF)
    (found,) = read_oem(still)
    assert np.linalg.norm(found.v_mps) == pytest.approx(6.4e6 * 7.292115e-5, abs=0.01)
    np.testing.assert_allclose(found.ecef()[1], 0.0, atol=1e-6)
    np.testing.assert_allclose(found.r_m[0], gcrf_from_ecef(after(T0, 0.0)) @ [6.4e6, 0.0, 0.0], atol=1e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in it"),
        ("<html>", "a web page (HTML) instead of data. Get an OEM in KVN or XML"),
        ("hello\nworld", "no ephemeris; it starts with 'hello'"),
        ("CCSDS_OEM_VERS = 3.0\n", "no segment in it"),
        (TEXT.replace("= ITRF", "= MOD"), "segment at line 5: REF_FRAME: MOD. Ask for it in ITRF or GCRF, ICRF"),
        (TEXT.replace("= ITRF", "= EFG"), "REF_FRAME: EFG"),
        (TEXT.replace("= UTC", "= TAI"), "TIME_SYSTEM: TAI. Ask for the ephemeris with TIME_SYSTEM = UTC"),
        (TEXT.replace("= EARTH", "= MARS"), "CENTER_NAME: MARS"),
        (TEXT.replace("REF_FRAME = ITRF\n", ""), "REF_FRAME: missing. Give REF_FRAME"),
        (TEXT.replace("META_STOP", ""), "without '='. Get the file again"),
        (TEXT.partition("START_TIME")[0], "the end: no META_STOP"),
        (TEXT.partition("META_STOP")[0] + "META_STOP\n", "segment at line 5: no states"),
        (TEXT[:-60], "line 19: 3 columns instead of"),
        (TEXT.rstrip().rpartition("\n")[0], "the last state is of 2023-11-21T13:43:28Z, but STOP_TIME is"),
        (TEXT.replace("STOP_TIME = 2023", "STOP_TIME = nine"), "STOP_TIME: 'nine-11-21"),
        (TEXT.replace("-3000.000000", "NaN"), "line 17: a number that is none"),
        (TEXT.replace("-3000.000000", "-3000,0"), "line 17: '2023-11-21T13:42:28.000000 -3000,0"),
        (TEXT + ONE + "\n", "line 20: a time not after the one before"),
        (XML[:-40], "broken XML"),
        (XML.replace('units="km"', 'units="m"'), "segment 1, state 1: X: in m. Give it in km"),
        (XML.replace("<Z>2</Z>", ""), "segment 1, state 1: 6 columns"),
        (XML.replace("stateVector", "omm"), "no segment in it"),
    ],
)
def test_broken_ephemerides_say_what_is_wrong_and_where(text, words):
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_oem(text, where="x.oem")
    assert caught.value.where == "x.oem"
