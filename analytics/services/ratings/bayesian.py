"""The Bayesian average of ratings, which lets few votes say little:

    bayesian = (mean * WEIGHT + sum) / (WEIGHT + count)

the posterior mean of what people think of a thing, where the prior is normal with the mean of all things and each rating is an
observation with normal error (Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.5: both means weighted by their precisions).
It is as if WEIGHT people had given the mean before the first real one. "Weighted rating" on IMDb is the same formula.

`mean` is the mean of all ratings of that type, rounded to a tenth so that no single vote can be read from it; NEUTRAL, the middle of the
scale, while there are fewer than FEW. WEIGHT is the variance of ratings of one thing over the variance between things; for five grades,
standard deviations of about 1.1 and 0.5 are assumed, which gives 5.
"""

from __future__ import annotations

from dataclasses import dataclass

NEUTRAL = 3.0
FEW = 50
WEIGHT = 5


@dataclass(frozen=True)
class Sums:
    """Of the ratings of one thing; `mean` is that of its type."""

    count: int
    total: int
    mean: float = NEUTRAL

    @property
    def average(self) -> float | None:
        """None where nobody has rated it."""
        return self.total / self.count if self.count else None

    @property
    def bayesian(self) -> float:
        return (self.mean * WEIGHT + self.total) / (WEIGHT + self.count)
