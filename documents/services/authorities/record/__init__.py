"""The record of a case: what its papers are called, which of them a record citation means, and how they are listed."""
