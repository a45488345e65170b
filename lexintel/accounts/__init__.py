"""Signing in, and who is asking: people, sessions, tokens."""
