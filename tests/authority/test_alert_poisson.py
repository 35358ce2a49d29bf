"""Upper bounds of counts against the published table of exact Poisson limits.

SOURCE: Garwood 1936, Biometrika 28, 437-442, one-sided 95 % upper limits of a Poisson mean, as tabulated in textbooks
(half of chi-squared with 2(n+1) degrees of freedom): n = 0 2.996, 1 4.744, 2 6.296, 3 7.754, 5 10.513, 10 16.962.
"""

import numpy as np
import pytest

from downrange.alert import upper_bound

LIMITS = {0: 2.996, 1: 4.744, 2: 6.296, 3: 7.754, 5: 10.513, 10: 16.962}
LAST_DIGIT = 0.0006


@pytest.mark.parametrize(("hits", "limit"), LIMITS.items())
def test_equal_weights_give_the_exact_poisson_limit(hits, limit):
    n = 2000
    assert upper_bound(np.full(hits, 1.0 / n), 1.0 / n, 0.95) * n == pytest.approx(limit, abs=LAST_DIGIT)
