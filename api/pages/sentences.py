"""The ledger in words: one sentence for each fact that a reader of the timeline wants to know of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.pages import words
from api.pages.language import Speech, msg
from api.pages.rendering import Press
from db.queries.timeline import Happened
from sop.facts import FactType
from sop.values import Value, Values


@dataclass(frozen=True, slots=True)
class Teller:
    """Says facts for one reader. ``people``: names by id."""

    press: Press
    speech: Speech
    people: Mapping[str, str]

    def sentence(self, fact: Happened, step: str) -> tuple[str, str] | None:
        """The icon and the sentence of one fact; None where it says nothing to a reader. ``step``: its step's title."""
        tell = TELLERS.get(fact.type)
        if tell is None:
            return None
        by = "customer" if fact.by_kind == "customer" else fact.by_id or ""
        return tell(self, step, self.person(by), fact.data)

    def person(self, key: str) -> str:
        """Somebody's name by id."""
        return self.people.get(key) or self.press.holder(key, self.speech)

    def label(self, value: Value) -> str:
        """A label or a plain value in the reader's language."""
        return self.speech.label(value)


Telling = tuple[str, str] | None


def _opened(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    channel = t.press.named("channels", str(data.get("channel") or ""), t.speech)
    return "inbox", t.speech.say("Ticket opened (%(channel)s)", channel=channel)


def _classified(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    category = t.press.named("categories", str(data.get("category") or ""), t.speech)
    priority = t.press.named("priorities", str(data.get("priority") or ""), t.speech)
    return "flag", t.speech.say("Classified: %(category)s, priority %(priority)s", category=category, priority=priority)


def _status(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    status = str(data.get("status") or "")
    if status in ("new", "open"):
        return None
    return "bolt", t.speech.say("Status: %(status)s", status=t.speech.say(words.STATUSES.get(status, status)))


def _owner(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    who = t.person(str(data.get("person") or data.get("team") or data.get("wanted") or ""))
    text, reason = t.speech.say("Owner: %(name)s", name=who), words.HANDOFFS.get(str(data.get("reason")))
    note = {"note": _why(t, str(data.get("note") or ""))}
    return "person", _with_note(f"{text} ({t.speech.say(reason)})" if reason else text, note)


def _priority(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    priority = t.press.named("priorities", str(data.get("priority") or ""), t.speech)
    text = t.speech.say("Priority: %(priority)s", priority=priority)
    return "flag", _with_note(text, {"note": _why(t, str(data.get("reason") or data.get("note") or ""))})


def _merged(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    return "flow", _with_note(t.speech.say("Merged into %(no)s", no=data.get("into")), data)


def _run_started(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    title, version = t.label(data.get("title")) or str(data.get("key")), data.get("version")
    return "flow", t.speech.say("Started: %(title)s v%(version)s", title=title, version=version)


def _run_migrated(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    text = t.speech.say("Goes on with version %(version)s", version=data.get("version"))
    return "flow", _with_note(text, data)


def _step_held(t: Teller, step: str, _by: str, data: Values) -> Telling:
    text = t.speech.say("Held before %(step)s by gate %(gate)s", step=step, gate=data.get("gate"))
    return "flag", _with_note(text, {"note": data.get("why")})


def _step_released(t: Teller, step: str, _by: str, data: Values) -> Telling:
    return "flag", _with_note(t.speech.say("Released: %(step)s", step=step), data)


def _run_ended(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    result = str(data.get("result") or "")
    return "flow", t.speech.say("Ended: %(result)s", result=t.speech.say(words.RUN_STATUSES.get(result, result)))


def _step_closed(t: Teller, step: str, by: str, data: Values) -> Telling:
    match data.get("status"):
        case "done" if by and by != "system":
            return "check", t.speech.say("%(name)s completed %(step)s", name=by, step=step)
        case "timeout":
            return "clock", t.speech.say("%(step)s was not answered in time", step=step)
        case _:
            return None


def _action_done(t: Teller, step: str, _by: str, data: Values) -> Telling:
    undone = bool(data.get("undo"))
    text = msg("%(action)s was undone") if undone else msg("%(action)s is done")
    return "gear", t.speech.say(text, action=step or data.get("action"))


def _action_failed(t: Teller, step: str, _by: str, data: Values) -> Telling:
    action = step or data.get("action")
    return "alert", t.speech.say("%(action)s failed: %(why)s", action=action, why=data.get("message"))


def _incident_opened(t: Teller, step: str, _by: str, data: Values) -> Telling:
    return "alert", t.speech.say("%(step)s cannot go on: %(why)s", step=step, why=data.get("message"))


def _incident_closed(t: Teller, step: str, by: str, data: Values) -> Telling:
    choice = t.speech.say(_REMEDIES.get(str(data.get("choice")), str(data.get("choice"))))
    return "check", t.speech.say("%(step)s goes on: %(choice)s (%(name)s)", step=step, choice=choice, name=by)


def _vote(t: Teller, step: str, by: str, data: Values) -> Telling:
    text = msg("%(name)s approved %(step)s") if data.get("approve") else msg("%(name)s rejected %(step)s")
    said, comment = t.speech.say(text, name=by, step=step), data.get("comment")
    return ("check" if data.get("approve") else "close"), f"{said} · {comment}" if comment else said


def _event(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    event = t.press.named("events", str(data.get("type") or ""), t.speech)
    return "bolt", t.speech.say("Event: %(event)s (%(source)s)", event=event, source=data.get("source"))


def _alert(t: Teller, step: str, _by: str, data: Values) -> Telling:
    about = str(data.get("about") or "")
    name = step or t.press.clock(about, t.speech)
    if data.get("promise"):
        name = step or str(data.get("text") or "")
    text = words.ALERTS.get(str(data.get("kind")), "%(about)s")
    return "bell", t.speech.say(text, about=name)


def _breached(t: Teller, _step: str, _by: str, data: Values) -> Telling:
    name = t.press.clock(str(data.get("clock") or ""), t.speech)
    return "alert", t.speech.say("%(clock)s: overdue", clock=name)


def _corrected(t: Teller, _step: str, by: str, data: Values) -> Telling:
    """Who corrected it and why, and the deadline before and after."""
    clock, was = t.press.clock(str(data.get("clock") or ""), t.speech), data.get("before")
    before = _moment(t, was.get("due_at") if isinstance(was, Mapping) else None)
    text = msg("%(name)s corrected %(clock)s: due %(after)s instead of %(before)s")
    said = t.speech.say(text, name=by, clock=clock, after=_moment(t, data.get("due_at")), before=before)
    return "clock", _with_note(said, {"note": data.get("reason")})


def _moment(t: Teller, text: Value) -> str:
    return t.speech.full(datetime.fromisoformat(str(text))) if text else "–"


def _promise_made(t: Teller, step: str, by: str, data: Values) -> Telling:
    due = data.get("due_at")
    at = t.speech.full(datetime.fromisoformat(str(due))) if due else ""
    what = t.label(data.get("title")) or step or by
    return "clock", t.speech.say("Promised to the customer by %(time)s: %(what)s", time=at, what=what)


def _promise_over(t: Teller, step: str, by: str, data: Values) -> Telling:
    reason = words.PROMISE_REASONS.get(str(data.get("how") or data.get("reason")))
    why = f"{t.speech.say(reason)} ({by})" if reason and by else t.speech.say(reason) if reason else ""
    about = step or str(data.get("promise") or "")
    state = "kept" if "how" in data else "broken" if "problem" in data else "withdrawn"
    text = {
        "kept": msg("Promise kept: %(about)s (%(why)s)"),
        "broken": msg("Promise not kept: %(about)s (%(why)s)"),
        "withdrawn": msg("Promise withdrawn: %(about)s (%(why)s)"),
    }[state]
    return ("check" if state == "kept" else "alert"), _with_note(t.speech.say(text, about=about, why=why), data)


def _why(t: Teller, reason: str) -> str:
    """What the process gave as its reason, in words; what somebody wrote, as it is."""
    deed, _, about = reason.partition(" of ")
    match deed:
        case "escalation":
            return t.speech.say("%(about)s was escalated", about=t.press.clock(about, t.speech))
        case "ticket.update":
            return t.speech.say("by the process")
        case _:
            return reason


def _with_note(text: str, data: Values) -> str:
    return f"{text} · {data['note']}" if data.get("note") else text


_REMEDIES = {
    "retry": msg("Retry"),
    "enter": msg("Enter by hand"),
    "skip": msg("Skip"),
    "stop": msg("Stop"),
}
TELLERS: Mapping[str, Callable[[Teller, str, str, Values], Telling]] = {
    FactType.TICKET_OPENED: _opened,
    FactType.TICKET_CLASSIFIED: _classified,
    FactType.TICKET_STATUS: _status,
    FactType.TICKET_OWNER: _owner,
    FactType.TICKET_PRIORITY: _priority,
    FactType.TICKET_MERGED: _merged,
    FactType.RUN_STARTED: _run_started,
    FactType.RUN_MIGRATED: _run_migrated,
    FactType.STEP_HELD: _step_held,
    FactType.STEP_RELEASED: _step_released,
    FactType.RUN_ENDED: _run_ended,
    FactType.STEP_CLOSED: _step_closed,
    FactType.ACTION_DONE: _action_done,
    FactType.ACTION_FAILED: _action_failed,
    FactType.INCIDENT_OPENED: _incident_opened,
    FactType.INCIDENT_CLOSED: _incident_closed,
    FactType.VOTE_CAST: _vote,
    FactType.EVENT_RECEIVED: _event,
    FactType.ALERT: _alert,
    FactType.CLOCK_BREACHED: _breached,
    FactType.CLOCK_CORRECTED: _corrected,
    FactType.PROMISE_MADE: _promise_made,
    FactType.PROMISE_KEPT: _promise_over,
    FactType.PROMISE_BROKEN: _promise_over,
    FactType.PROMISE_WITHDRAWN: _promise_over,
}
