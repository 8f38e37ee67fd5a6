"""What may stand as the value of a key: the workspace's people, events, actions and calendars, durations, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sop.catalog import Catalog

Json = dict[str, object]
NAME = "^[a-z][a-z0-9_]{0,63}$"
_DURATION = "^([0-9]{1,6}(wh|wd)|([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$"
_CLOCK = "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
_SHARE = "^[0-9]{1,3}%$"
_EXPRESSION = r"\{\{"
_EXAMPLES = ("30m", "2h", "1d", "3d", "4wh", "1wd", "3wd")


def said(words: tuple[str, str]) -> str:
    """A description in both languages."""
    return f"{words[0]}\n{words[1]}"


def enum(names: Iterable[str], told: Mapping[str, tuple[str, str]] | None = None) -> Json:
    """One of some names; what each is called is shown beside it."""
    known = sorted(names)
    schema: Json = {"type": "string", "enum": known}
    if told and any(name in told for name in known):
        schema["enumDescriptions"] = [said(told[name]) if name in told else "" for name in known]
    return schema


def either(*schemas: Json) -> Json:
    """Any of several."""
    return {"anyOf": list(schemas)}


def text(pattern: str = "", examples: Iterable[str] = ()) -> Json:
    """A text."""
    schema: Json = {"type": "string"}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return schema


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one workspace. ``sops`` and ``playbooks`` are the names of those that can be run."""

    catalog: Catalog
    sops: Iterable[str] = ()
    playbooks: Iterable[str] = ()

    def of(self, model: str, key: str) -> Json | None:
        """What may stand there, where that is not said by the key's type alone."""
        find = _SPECIAL.get(f"{model}.{key}") or _SPECIAL.get(key)
        return find(self) if find is not None else None

    def person(self) -> Json:
        """Somebody to assign or to tell."""
        catalog = self.catalog
        names = ["customer", "owner", "manager_of:owner"]
        for kind, known in (("role", catalog.roles), ("team", catalog.teams), ("user", catalog.people)):
            names += (f"{kind}:{name}" for name in known)
        known_people = enum(names, catalog.titles)
        return known_people if catalog.people else either(known_people, text("^user:"))

    def people(self) -> Json:
        """One or several of them."""
        return either(self.person(), {"type": "array", "items": self.person(), "minItems": 1})

    def event(self) -> Json:
        """An event of the workspace."""
        titles = self.catalog.titles
        return enum(self.catalog.events, {name: titles.get(f"event:{name}", ("", "")) for name in self.catalog.events})

    def event_or_condition(self) -> Json:
        """An event, or else a condition."""
        return either(self.event(), text())

    def action(self) -> Json:
        """An action of the workspace."""
        return enum(self.catalog.actions, {name: action.title for name, action in self.catalog.actions.items()})

    def inverse(self) -> Json:
        """An action that undoes another, or none."""
        return either(enum(("none",)), self.action())

    def calendar(self) -> Json:
        """A calendar of the workspace."""
        titles = self.catalog.titles
        known = self.catalog.calendars
        return enum(known, {name: titles.get(f"calendar:{name}", ("", "")) for name in known})

    def clock_calendar(self) -> Json:
        """Likewise, or that of the ticket's team or of the customer."""
        return either(self.calendar(), enum(("team", "customer")))

    def skills(self) -> Json:
        """Skills of the workspace."""
        titles, known = self.catalog.titles, self.catalog.skills
        one = enum(known, {name: titles.get(f"skill:{name}", ("", "")) for name in known}) if known else text()
        return {"type": "array", "items": one}

    def sop(self) -> Json:
        """An SOP that can be run."""
        return enum(self.sops) if self.sops else text(NAME)

    def playbook(self) -> Json:
        """A playbook that can be started."""
        return enum(self.playbooks) if self.playbooks else text(NAME)

    def duration(self) -> Json:
        """A duration of clock or working time."""
        return text(_DURATION, _EXAMPLES)

    def clock_time(self) -> Json:
        """A duration of clock time."""
        return text(_CLOCK, ("2s", "30s", "2m"))

    def limit(self) -> Json:
        """A duration, or never."""
        return either(self.duration(), enum(("never",)))

    def moment(self) -> Json:
        """A duration, also from an expression."""
        return either(self.duration(), text(_EXPRESSION))

    def share(self) -> Json:
        """A share of the time."""
        return text(_SHARE, ("50%", "75%", "80%", "100%"))

    def share_or_duration(self) -> Json:
        """A share of the time, or how long."""
        return either(self.share(), self.duration())

    def target(self) -> Json:
        """Where a step leads."""
        return either(enum(("continue", "end", "incident"), _TARGETS), text(NAME))

    def name(self) -> Json:
        """A name the designer gives."""
        return text(NAME)

    def rule(self) -> Json:
        """A rule of approval."""
        return either(enum(("any", "all")), text("^[0-9]{1,3}%?$"), {"type": "integer", "minimum": 1})

    def join(self) -> Json:
        """How many branches must be done."""
        return either(enum(("any", "all")), {"type": "integer", "minimum": 1}, text("^[0-9]{1,2}$"))


_TARGETS = {
    "continue": ("下一步", "the next step"),
    "end": ("结束整个流程", "the end of the whole run"),
    "incident": ("停下来，由负责人处理", "stop here: the owner decides"),
}
_SPECIAL: Mapping[str, Callable[[Values], Json]] = {
    **dict.fromkeys(("assign", "to", "watch", "Document.owner"), Values.person),
    "approvers": Values.people,
    "event": Values.event,
    **dict.fromkeys((f"ClockPolicy.{key}" for key in ("start", "stop", "resume", "reset")), Values.event_or_condition),
    "Action.action": Values.action,
    "check": Values.action,
    "Action.undo": Values.inverse,
    "calendar": Values.calendar,
    "ClockPolicy.calendar": Values.clock_calendar,
    "Target.calendar": Values.clock_calendar,
    "skills": Values.skills,
    "SubSop.sop": Values.sop,
    **dict.fromkeys(("broken", "Rung.playbook"), Values.playbook),
    **dict.fromkeys(("due", "after", "is", "PromisePolicy.within"), Values.duration),
    **dict.fromkeys(("interval", "max_interval", "Action.timeout"), Values.clock_time),
    "timeout": Values.limit,
    "for": Values.moment,
    "at": Values.share,
    **dict.fromkeys(("remind", "warn"), Values.share_or_duration),
    **dict.fromkeys(("next", "on_timeout", "on_reject", "on_error", "otherwise"), Values.target),
    **dict.fromkeys(("id", "do", "path", "Document.sop", "Document.playbook"), Values.name),
    "rule": Values.rule,
    "join": Values.join,
}
