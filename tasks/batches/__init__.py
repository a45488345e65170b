"""Many tasks asked for as one: /api/batches/ and what stands behind it."""
