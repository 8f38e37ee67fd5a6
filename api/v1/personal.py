"""Personal form fields: their text stays in the database, the workflow hears a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from api.doors import Doors
from api.problem_table import Code, Text
from api.problems import Problem, refused_fields
from api.v1.updates import Standing
from db import personal
from db.queries import tickets as ticket_queries
from db.queries.tickets import StepFacts
from sop.forms import completed
from sop.model import FormField
from sop.refusals import WrongAnswer
from sop.values import Value, reference


async def without_personal(
    doors: Doors, ticket: Standing, step: str, values: dict[str, Value], key: str
) -> dict[str, Value]:
    """The values with a reference for each personal one, whose text is kept. ``key`` names this answer: another answer
    to the same step never replaces what this one said. Raises 422 for a value that does not fit its field."""
    async with doors.store.read() as conn:
        steps = await ticket_queries.steps(conn, ticket.id, only_open=True)
    asked = next((one for one in steps if step in (one.step, one.address)), None)
    fields = [field for field in _personal_fields(asked) if values.get(field.key) not in (None, "")]
    if asked is None or not fields:
        return values
    kept = _checked(fields, values)
    mark = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    names = {field.key: f"form.{asked.address}.{asked.visit}.{field.key}.{mark}" for field in fields}
    async with doors.store.write() as conn:
        await personal.set_personal(conn, ticket.id, {names[name]: value for name, value in kept.items()})
    return {**values, **{name: reference(names[name]) for name in kept}}


def _personal_fields(step: StepFacts | None) -> list[FormField]:
    form = step.form if step else None
    kept = form if isinstance(form, (list, tuple)) else []
    return [FormField.model_validate(one) for one in kept if isinstance(one, Mapping) and one.get("personal")]


def _checked(fields: list[FormField], values: Mapping[str, Value]) -> dict[str, Value]:
    try:
        return completed(fields, {}, {field.key: values[field.key] for field in fields})
    except WrongAnswer as wrong:
        errors = refused_fields(wrong.fields)
        raise Problem(
            Code.INVALID, status=wrong.status, text=Text(wrong.zh, wrong.en), name=wrong.code, errors=errors
        ) from None
