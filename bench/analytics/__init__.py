"""The parts of `bench analytics`: each has `run(out, plan, template)`, which gives its figures, and a database of its own."""
