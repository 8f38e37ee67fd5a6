"""How workflow code is run: in Temporal's sandbox, with the pure rooms and their libraries passed through."""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED = (
    "sop",
    "playbooks",
    "jinja2",
    "markupsafe",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "yaml",
    "zoneinfo",
)


def runner() -> SandboxedWorkflowRunner:
    """The workflow runner of every worker. ``workflows`` itself is never passed through."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED))
