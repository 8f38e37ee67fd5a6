"""Conditions that stand in no file: the segment of a candidate, the tickets a gate holds or a step is put into."""

from __future__ import annotations

from collections.abc import Collection

from sop.expressions import paths_read, static_problems
from sop.expressions.wording import Wording
from sop.refusals import Refusal

OF_A_TICKET = ("ticket", "customer")
OF_A_RUN = (*OF_A_TICKET, "sop")
PERSONAL = frozenset({"name", "phone", "email", "address"})


class BadCondition(Refusal):
    """The condition cannot be used: the message says what is wrong in it."""

    code = "bad_condition"
    status = 422


def examine(condition: str, roots: Collection[str] = OF_A_TICKET) -> None:
    """Raise ``BadCondition`` unless this is a condition over these roots that reads nothing personal."""
    for found in static_problems(condition, bare=True):
        zh = found.message.zh if isinstance(found.message, Wording) else found.message
        raise BadCondition(f"{condition}: {found.message}", f"{condition}：{zh}")
    for path in paths_read(condition, bare=True):
        if path[0] not in roots:
            named = ", ".join(roots)
            raise BadCondition(f"{condition}: only {named} can be read", f"{condition}：只能使用 {named}")
        if path[0] == "customer" and PERSONAL & set(path[1:2]):
            raise BadCondition(
                f"{condition}: {'.'.join(path)} is personal: the workflow does not know it",
                f"{condition}：{'.'.join(path)} 是个人信息，流程中不可用",
            )
