"""The parts of `bench law`: each has `run(out, plan)`, which gives its figures, and a database of its own where it needs one."""
