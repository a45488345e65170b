"""Recordings: taken in, decoded and heard in killable children, kept as sessions of a case."""
