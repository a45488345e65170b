"""How good answers are: hand-made questions on the demonstration matter, compared with the last accepted run."""
