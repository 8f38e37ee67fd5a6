"""What a version is to become, in the words of a command line; and versions by their name, ``return@7``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from db.releases import Aim
from db.tables import DefinitionState
from sop.conditions import examine
from sop.refusals import Refusal
from worker.terminal.asked import Asked
from worker.terminal.words import Failure

Answer = TypeVar("Answer")
_REF = re.compile(r"(?:(sop|playbook):)?([a-z][a-z0-9_]*)(?:@(\d{1,9}))?")


class Ref(NamedTuple):
    """A definition as people name it: ``return``, ``return@7``, ``playbook:first_complaint@2``."""

    kind: str | None
    key: str
    version: int | None


def ref_of(text: str) -> Ref:
    """The definition that is meant. Raises ``Failure``."""
    found = _REF.fullmatch(text)
    if found is None:
        raise Failure(f"{text!r} 要写成 return 或 return@7", f"{text!r} must be written return or return@7", 2)
    kind, key, version = found.groups()
    return Ref(kind, key, int(version) if version else None)


def aim_of(asked: Asked, state: str | None = None) -> Aim:
    """What a version is to become: ``--share`` or ``--segment`` make it a candidate. Raises ``Failure``."""
    share, segment = _share(asked.maybe("share")), asked.maybe("segment")
    named = state or asked.maybe("state") or ("candidate" if share or segment else "default")
    wanted = DefinitionState(named)
    if (wanted is DefinitionState.CANDIDATE) != (bool(share) != bool(segment)):
        raise Failure(
            "候选版本需要 --share 10% 或 --segment 条件，二者取一",
            "a candidate needs either --share 10% or --segment CONDITION, and nothing else has one",
            2,
        )
    if segment:
        told(lambda: examine(segment))
    return Aim(wanted, share, segment)


def _share(text: str | None) -> int | None:
    if text is None:
        return None
    number = text.rstrip("%")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 99):
        raise Failure(f"--share 是 1% 到 99%，不是 {text}", f"--share is 1% to 99%, not {text}", 2)
    return int(number)


def told(act: Callable[[], Answer]) -> Answer:
    """Do it; a refusal becomes the command's one sentence. Raises ``Failure``."""
    try:
        return act()
    except Refusal as refusal:
        raise Failure(refusal.zh, refusal.en) from None
