"""``python -m worker``: the same as ``gongdan``."""

import sys

from worker.cli import main

if __name__ == "__main__":
    sys.exit(main())
