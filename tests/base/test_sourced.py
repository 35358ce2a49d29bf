"""A number leaves with its parent or not at all."""

import pytest

from downrange.base import InputError, Kind, Sourced


@pytest.mark.parametrize("source", ["", "  \n"])
def test_a_number_without_a_source_is_refused(source):
    with pytest.raises(InputError, match=r"value: kg: 3 has no source\. Name one, or say 'assumed'\."):
        Sourced(value=3.0, unit="kg", kind=Kind.ASSUMED, source=source)


def test_a_spread_that_nobody_stated_is_none():
    assert Sourced(value=3.0, unit="kg", kind=Kind.PUBLISHED, source="a paper").sigma is None


def test_the_kinds_are_the_words_that_files_use():
    assert [str(kind) for kind in Kind] == ["measured", "published", "derived", "fitted", "assumed"]
    assert Kind("fitted") is Kind.FITTED
