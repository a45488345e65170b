#!/usr/bin/env python3
"""LexIntel's command line: `python3 manage.py up` runs everything, `python3 manage.py help` lists the rest.

Needs nothing but Python: the first call makes `.venv`, installs the pinned requirements there and runs itself again in it.
"""

import sys


def main() -> int:
    from lexintel import bootstrap

    bootstrap.ensure(sys.argv)
    from lexintel.startup import launch

    return launch.run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
