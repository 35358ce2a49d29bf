"""What real warnings cost, computed by our sum from published times.

SOURCE: Okinawa, 31 May 2023: alert 06:30, lifted 07:04 JST (nordot.app/1036399742117528287; joongang
s.japanese.joins.com/JArticle/304976); the object was lost about 06:35 (Japan's Ministry of Defence). Okinawa, 24 August 2023:
alert 03:54, lifted 04:07 JST, passage about 04:00 (newsdig.tbs.co.jp 679020; ryukyushimpo entry-1771646). People: Okinawa
Prefecture, census of 1 October 2020: 1,467,480. Seoul, 31 May 2023: text 06:41, "issued in error" 07:03, lifted 07:25 KST (Yonhap
AEN20230531000452325); people about 9.41 million (resident registration 2023).
"""

from datetime import datetime

import pytest

from downrange.alert import Band, Spell, person_minutes
from downrange.base import JST, KST

OKINAWA, SEOUL = 1_467_480.0, 9.41e6
MILLION = 1e6
ONE_DIGIT = 0.51 * MILLION  # the published sums are told in whole millions


def spent(people, alerted, lifted, gone):
    row = Spell(
        area="x", people=Band(low=people, best=people, high=people), alerted=alerted, lifted=lifted, source="see above"
    )
    sums = person_minutes([row], gone)
    return sums.total.best, sums.avoidable.best


@pytest.mark.parametrize(
    ("people", "zone", "day", "alerted", "lifted", "gone", "total", "avoidable"),
    [
        (OKINAWA, JST, (5, 31), (6, 30), (7, 4), (6, 35), 50, 43),
        (OKINAWA, JST, (8, 24), (3, 54), (4, 7), (4, 0), 19, 10),
        (SEOUL, KST, (5, 31), (6, 41), (7, 3), (6, 41), 207, 207),
        (SEOUL, KST, (5, 31), (6, 41), (7, 25), (6, 41), 414, 414),
    ],
)
def test_person_minutes_of_real_warnings(people, zone, day, alerted, lifted, gone, total, avoidable):
    moments = (datetime(2023, *day, *clock, tzinfo=zone) for clock in (alerted, lifted, gone))
    found = spent(people, *moments)
    assert found == (pytest.approx(total * MILLION, abs=ONE_DIGIT), pytest.approx(avoidable * MILLION, abs=ONE_DIGIT))
