"""The measures of everything that is heard."""

RATE = 16_000
"""Samples a second, mono."""
WINDOW = 512
"""Samples of the smallest piece that is looked at: 32 ms."""
WINDOW_S = WINDOW / RATE
SHORTEST, LONGEST = 8_192, 79_872
"""Samples of a chunk: whole windows, between 8,000 and 80,000."""


def chunk_samples(total: int) -> int:
    """How long the chunks of a recording of so many samples are: the longer it is, the longer they are."""
    return min(LONGEST, max(SHORTEST, total // 200 // WINDOW * WINDOW))
