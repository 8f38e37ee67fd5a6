"""``gongdan``, and ``python -m worker``: the command as a process of its own."""

from typing import NoReturn

from worker.cli import main
from worker.leaving import leave_with


def run() -> NoReturn:
    leave_with(main)


if __name__ == "__main__":
    run()
