from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError, gcrf_from_ecef, inertial_velocity, parse_utc
from downrange.orbit import OemFrame, oem_text, write_oem

T0 = datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC)
T_S = np.array([0.0, 60.0, 120.5])
R_ECEF_M = np.array([[-3.0e6, 5.0e6, 3.0e6], [-3.1e6, 5.1e6, 2.6e6], [-3.2e6, 5.2e6, 2.2e6]])
V_ECEF_MPS = np.array([[-1_500.0, 1_000.25, -7_000.0], [-1_400.0, 900.0, -7_100.0], [-1_300.0, 800.0, -7_200.123_456]])


def parsed(text):
    """Read an ephemeris back by the words of CCSDS 502.0-B: header, META block, comments, rows."""
    lines = [line for line in text.split("\n") if line]
    start, stop = lines.index("META_START"), lines.index("META_STOP")
    words = dict(line.split(" = ", 1) for line in lines[:start] + lines[start + 1 : stop])
    rows = [line.split() for line in lines[stop + 1 :] if not line.startswith("COMMENT")]
    return words, [parse_utc(row[0] + "Z") for row in rows], np.array([[float(x) for x in row[1:]] for row in rows])


def test_an_ephemeris_in_earth_fixed_axes_reads_back_to_the_millimetre():
    text = oem_text(
        T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="MALLIGYONG-1", object_id="2023-179A", comment="Made up\n"
    )
    words, moments, rows = parsed(text)
    assert text.startswith("CCSDS_OEM_VERS = 3.0\nCREATION_DATE = ")
    assert list(words) == [
        "CCSDS_OEM_VERS", "CREATION_DATE", "ORIGINATOR", "OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME",
        "TIME_SYSTEM", "START_TIME", "STOP_TIME",
    ]  # fmt: skip
    assert words["REF_FRAME"] == "ITRF"
    assert words["TIME_SYSTEM"] == "UTC"
    assert words["START_TIME"] == "2023-11-21T13:42:28.000000"
    assert words["STOP_TIME"] == "2023-11-21T13:44:28.500000"
    assert [(moment - T0).total_seconds() for moment in moments] == T_S.tolist()
    np.testing.assert_allclose(rows[:, :3] * 1e3, R_ECEF_M, atol=1e-3)
    np.testing.assert_allclose(rows[:, 3:] * 1e3, V_ECEF_MPS, atol=1e-6)
    assert "COMMENT Made up" in text


def test_inertial_frames_carry_the_speed_of_the_earth():
    words, _, rows = parsed(oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", frame=OemFrame.GCRF))
    assert words["REF_FRAME"] == "GCRF"
    assert words["OBJECT_ID"] == "UNKNOWN"
    turn = gcrf_from_ecef(T0)
    np.testing.assert_allclose(rows[0, :3] * 1e3, turn @ R_ECEF_M[0], atol=1e-3)
    np.testing.assert_allclose(rows[0, 3:] * 1e3, turn @ inertial_velocity(R_ECEF_M[0], V_ECEF_MPS[0]), atol=1e-6)
    _, _, teme = parsed(oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", frame=OemFrame.TEME))
    np.testing.assert_allclose(np.linalg.norm(teme, axis=1), np.linalg.norm(rows, axis=1), rtol=1e-9)


def test_the_same_states_give_the_same_bytes():
    texts = {oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", created=T0) for _ in range(2)}
    assert len(texts) == 1


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = write_oem(tmp_path / "x.oem", T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", created=T0)
    assert path.read_text(encoding="ascii") == oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X", created=T0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.oem"]
    with pytest.raises(InputError, match="cannot be written"):
        write_oem(tmp_path / "nowhere" / "x.oem", T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X")


def test_states_and_names_that_would_break_the_form_are_refused():
    with pytest.raises(InputError, match="rising times"):
        oem_text(T_S[::-1], R_ECEF_M, V_ECEF_MPS, T0, object_name="X")
    with pytest.raises(InputError, match="finite arrays"):
        oem_text(T_S, R_ECEF_M[:2], V_ECEF_MPS, T0, object_name="X")
    with pytest.raises(InputError, match="plain ASCII"):
        oem_text(T_S, R_ECEF_M, V_ECEF_MPS, T0, object_name="X\nREF_FRAME = MOON")
