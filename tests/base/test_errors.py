"""Errors say where, what was seen and what to do, and carry it as data."""

import pytest

from downrange.base import DownrangeError, InputError, ModelError


def test_an_input_error_is_one_paragraph_with_place_and_cure():
    error = InputError(
        where="chollima-1.toml", key="stages[1].dry_kg", seen="-3 is below zero", cure="write the empty mass in kg"
    )
    assert str(error) == "chollima-1.toml: stages[1].dry_kg: -3 is below zero. Write the empty mass in kg."
    assert (error.where, error.key, error.seen, error.cure) == (
        "chollima-1.toml",
        "stages[1].dry_kg",
        "-3 is below zero",
        "write the empty mass in kg",
    )


def test_a_place_without_a_key_and_a_cure_with_a_full_stop():
    assert str(InputError(where="site", seen="none given", cure="Name one.")) == "site: none given. Name one."


@pytest.mark.parametrize("kind", [InputError, ModelError])
def test_every_error_is_ours_and_a_value_error(kind):
    assert issubclass(kind, DownrangeError)
    assert issubclass(kind, ValueError)
