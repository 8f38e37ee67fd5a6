"""A command that spoke to Temporal ends with its own exit code, everything said, before Python is taken apart."""

from __future__ import annotations

import subprocess
import sys

import pytest

STORY = """
import atexit, os, sys
import temporalio.client
from worker.leaving import leave_with

class Torn:
    def __del__(self, write=os.write):
        write(1, b" torn")

sys.torn = Torn()  # goes when the interpreter is taken apart

def work():
    atexit.register(print, "done", end="")
    print("said", end=" ")
    {ends}

leave_with(work)
"""


@pytest.mark.parametrize(
    ("ends", "code"),
    [("return None", 0), ("return 3", 3), ("sys.exit(2)", 2), ("sys.exit('no')", 1), ("raise RuntimeError('no')", 1)],
)
def test_the_work_is_done_and_said_and_python_is_not_taken_apart(ends: str, code: int) -> None:
    left = subprocess.run([sys.executable, "-c", STORY.format(ends=ends)], capture_output=True, text=True, timeout=60)
    assert (left.returncode, left.stdout) == (code, "said done")
    assert ("no" in left.stderr) == (code == 1)


def test_a_command_that_never_loaded_temporal_ends_as_python_does() -> None:
    story = STORY.replace("import temporalio.client\n", "").format(ends="return 3")
    left = subprocess.run([sys.executable, "-c", story], capture_output=True, text=True, timeout=60)
    assert (left.returncode, left.stdout) == (3, "said done torn")
