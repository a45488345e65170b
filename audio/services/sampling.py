"""The measures of everything that is heard."""

RATE = 16_000
"""Samples a second, mono."""
WINDOW = 512
"""Samples of the smallest piece that is looked at: 32 ms."""
WINDOW_S = WINDOW / RATE
