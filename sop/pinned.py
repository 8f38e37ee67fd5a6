"""What a run is pinned to: its definition, and the policies and calendars that its clocks go by."""

from __future__ import annotations

from collections.abc import Mapping

from sop.clocks.left import Brought
from sop.definition import Adopted, Compiled, Definition, definition_of
from sop.model import ClockPolicy, Kind


class Pinned:
    """Keeps a run's definition ready to run beside its fields: it is no part of the state."""

    __slots__ = ("_clock_policies", "is_playbook", "model", "settled")
    definition: Compiled
    parent_run: str | None
    adopted: Adopted | None
    brought: Brought | None
    model: Definition
    """The definition it is pinned to, ready to run."""
    is_playbook: bool
    """Whether it is a playbook beside the SOP."""
    settled: tuple[object, ...] | None
    """All that its clocks looked at when they were last settled; none if they are to be settled anew."""
    _clock_policies: tuple[str, Mapping[str, ClockPolicy]]

    def __post_init__(self) -> None:
        self.settled = None
        self.make_ready()

    def make_ready(self) -> None:
        """It is pinned to another definition from now on."""
        self.model = definition_of(self.definition)
        self.is_playbook = self.model.kind is Kind.PLAYBOOK

    def settle(self, seen: tuple[object, ...] | None) -> None:
        """Its clocks are settled by what they have seen; by none, they are to be settled anew."""
        self.settled = seen

    @property
    def rules(self) -> str:
        """Names the content its clocks go by: its definition's, or the one it has adopted."""
        own = self.adopted.sha256 if self.adopted else self.definition["sha256"]
        return own if self.brought is None else f"{own} {self.brought.sign}"

    @property
    def policies(self) -> Mapping[str, ClockPolicy]:
        """The policies of its clocks."""
        if self.adopted is None and self.brought is None:
            return self.model.policies if self.parent_run is None else dict(sorted(self.model.document.sla.items()))
        try:
            rules, known = self._clock_policies
        except AttributeError:
            rules, known = "", {}
        if rules != self.rules:
            written = self.adopted.policies | self.adopted.sla if self.adopted else {}
            own = {} if self.adopted else self.model.policies
            known = {**own, **_read(written), **_read(self.brought.policies if self.brought else {})}
            known = dict(sorted(known.items()))
            self._clock_policies = (self.rules, known)
        return known

    @property
    def calendars(self) -> Mapping[str, dict[str, object]]:
        """The calendars its clocks count on now, plain, by name."""
        own = self.adopted.calendars if self.adopted else self.definition["calendars"]
        return own if self.brought is None else {**self.brought.calendars, **own}

    def calendars_of(self, whose: str) -> Mapping[str, str]:
        """The calendars' names of ``teams`` or ``segments``."""
        hours = self.adopted.hours if self.adopted else self.definition.get("hours", {})
        return hours.get(whose, {})


def _read(written: Mapping[str, object]) -> dict[str, ClockPolicy]:
    return {name: ClockPolicy.model_validate(each) for name, each in written.items()}
