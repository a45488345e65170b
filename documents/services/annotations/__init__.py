"""Notes and highlights of members: written, changed, taken away, and found again in each new reading of their document."""
