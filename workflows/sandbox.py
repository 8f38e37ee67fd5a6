"""How workflow code is run: in Temporal's sandbox, with the pure rooms and their libraries passed through."""

from __future__ import annotations

import gc
import py_compile
from contextlib import suppress
from importlib.util import find_spec

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

LIBRARIES = ("jinja2", "markupsafe", "pydantic", "pydantic_core", "annotated_types", "yaml")
WORKFLOW = "workflows.ticket"
PURE = ("sop", "playbooks")
PLAIN = (
    "activities.messages",
    "workflows.attributes",
    "workflows.converter",
    "workflows.lag",
    "workflows.messages",
    "workflows.wording",
)
"""Frozen dataclasses and functions without a state: making them anew for every ticket is two thirds of what starting
one costs. The workflow itself, ``workflows.ticket``, is never passed through."""


def runner() -> SandboxedWorkflowRunner:
    """The workflow runner of every worker."""
    passed = (*LIBRARIES, *PURE, *PLAIN)
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed))


def ready() -> None:
    """Make a worker's process ready to make many tickets' workflows.

    The sandbox loads the workflow's module anew for each, and compiles it each time where no compiled form is on the
    disk (``PYTHONDONTWRITEBYTECODE``, a fresh image). And what is loaded now stays: the garbage collector need not look
    at it again and again."""
    spec = find_spec(WORKFLOW)
    if spec is not None and spec.origin is not None:
        with suppress(OSError):  # nothing may be written here: it works, only slower
            py_compile.compile(spec.origin)
    gc.collect()
    gc.freeze()
