"""The numbers of cell broadcast and of satellite warning, as others published them.

SOURCE (cell broadcast): message identifiers: Android Open Source Project, com.android.internal.telephony.gsm.SmsCbConstants,
after 3GPP TS 23.041, 9.4.1.2.2; alphabet: 3GPP TS 23.038, 6.2.1 and 6.2.1.1; data coding schemes: 3GPP TS 23.038, 5
(tech-invite.com, version 18.0.0); packing: the common example of SMS manuals, "hellohello" = E8329BFD4697D9EC37; newer
update numbers: Microsoft, BROADCAST_PROVIDER_SPECIFIC_DATA, after GSM 03.41 ("a value 8 or less higher").
SOURCE (satellite): github.com/9SQ/EWSS-CAMF-table, EllipseSemiMajorMinorAxis.json and EllipseAzimuthAngle.json, and the
formula of azarashi 0.17.1 (decoders/camf/geometry.py): equal ratios from 216.2 m to 2500 km, told in metres.
"""

import pytest

from downrange.alert import Status
from downrange.alert.channels import _enclose, broadcast, load_channels
from downrange.alert.channels._pages import packed, paged
from downrange.alert.channels._serials import is_newer

ANDROID = {
    "PRESIDENTIAL_LEVEL": 4370, "CHILD_ABDUCTION_EMERGENCY": 4379, "REQUIRED_MONTHLY_TEST": 4380, "EXERCISE": 4381,
    "PRESIDENTIAL_LEVEL_LANGUAGE": 4383, "CHILD_ABDUCTION_EMERGENCY_LANGUAGE": 4392,
    "REQUIRED_MONTHLY_TEST_LANGUAGE": 4393, "EXERCISE_LANGUAGE": 4394,
}  # fmt: skip
HALF_A_METRE_KM = 0.55e-3  # the table is told in metres


def identifier(tmp_path, status):
    path = tmp_path / "channels.toml"
    head = f'[[channel]]\nname = "cb"\nkind = "cell-broadcast"\nstatus = "{status}"\nfolder = "out"\n'
    path.write_text(head, encoding="utf-8")
    return load_channels(path, status)[0].message_identifier


def test_drills_and_tests_go_out_as_such(tmp_path):
    assert identifier(tmp_path, Status.EXERCISE) == ANDROID["EXERCISE"]
    (tmp_path / "b").mkdir()
    assert identifier(tmp_path / "b", Status.TEST) == ANDROID["REQUIRED_MONTHLY_TEST"]


@pytest.mark.parametrize("name", [name for name in ANDROID if not name.endswith("LANGUAGE")])
def test_the_other_languages_have_identifiers_of_their_own(name):
    assert ANDROID[name] + broadcast.OTHER_LANGUAGES == ANDROID[f"{name}_LANGUAGE"]


@pytest.mark.parametrize(("higher", "newer"), [(0, False), (1, True), (8, True), (9, False), (15, False)])
def test_which_update_number_is_newer(higher, newer):
    assert all(is_newer((held + higher) % 16, held) is newer for held in range(16))


@pytest.mark.parametrize(
    ("sign", "codes"),
    [("@", [0]), ("$", [2]), ("\n", [10]), ("\r", [13]), ("Δ", [16]), ("_", [17]), ("Æ", [28]), ("É", [31]), (" ", [32]),
     ("¤", [36]), ("0", [48]), ("?", [63]), ("¡", [64]), ("A", [65]), ("Z", [90]), ("Ä", [91]), ("§", [95]), ("¿", [96]),
     ("a", [97]), ("z", [122]), ("à", [127]), ("^", [27, 20]), ("{", [27, 40]), ("\\", [27, 47]), ("[", [27, 60]),
     ("]", [27, 62]), ("|", [27, 64]), ("€", [27, 101])],
)  # fmt: skip
def test_signs_of_the_gsm_alphabet_have_their_codes(sign, codes):
    page = paged(sign, "en-US").pages[0]
    assert page.octets == packed(codes + [13] * (93 - len(codes)))
    assert page.units == len(codes)


def test_septets_are_packed_as_in_the_manuals():
    assert packed(b"hellohello").hex().upper() == "E8329BFD4697D9EC37"


def test_data_coding_schemes():
    """English 0000 0001, language unspecified 0000 1111, UCS-2 without class 0100 1000."""
    assert [paged(text, tag).scheme for text, tag in (("x", "en-US"), ("x", "tl-PH"), ("가", "ko-KR"))] == [
        0x01,
        0x0F,
        0x48,
    ]


def test_semi_axes_of_satellite_warnings():
    table = _enclose.SEMI_AXES_KM
    assert (len(table), table[0], table[15], table[24], table[31]) == (32, 0.216, 19.992, 302.322, 2500.0)
    formula = [0.2162 * (2500.0 / 0.2162) ** (i / 31) for i in range(32)]
    assert list(table) == pytest.approx(formula, abs=HALF_A_METRE_KM)


@pytest.mark.parametrize(("index", "degrees"), [(0, -90.00), (1, -87.19), (17, -42.19), (32, 0.00), (63, 87.19)])
def test_azimuths_of_satellite_warnings(index, degrees):
    assert -90.0 + _enclose.AZIMUTH_STEP_DEG * index == pytest.approx(degrees, abs=0.005)


def test_the_last_steps_reach_the_pole_and_the_date_line():
    assert -90.0 + 65_535 * _enclose.LAT_STEP_DEG == pytest.approx(90.0)
    assert -180.0 + 131_071 * _enclose.LON_STEP_DEG == pytest.approx(180.0)
