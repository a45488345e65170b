"""Which documents say the same, or nearly the same, and what differs between two of them."""
