"""A text as words, clauses and values, without knowing what it is compared with."""
