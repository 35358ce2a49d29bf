"""The counter-based generator against its authors' known answers.

SOURCE: Random123 (D. E. Shaw Research), file kat_vectors, lines "philox4x32 10".
"""

import numpy as np
import pytest

from downrange.base import _kernel

KNOWN = [
    ("00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
IDS = ["zeros", "ones", "pi"]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize("philox", [_kernel.philox, _kernel.philox.py_func], ids=["compiled", "interpreted"])
@pytest.mark.parametrize(("counter_and_key", "answer"), KNOWN, ids=IDS)
def test_known_answers(philox, counter_and_key, answer):
    given = [np.uint64(word) for word in words(counter_and_key)]
    with np.errstate(over="ignore"):
        assert [int(word) for word in philox(*given)] == words(answer)
