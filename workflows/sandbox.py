"""How workflow code is run: in Temporal's sandbox, with the pure rooms and their libraries passed through."""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

LIBRARIES = ("jinja2", "markupsafe", "pydantic", "pydantic_core", "annotated_types", "yaml")
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
