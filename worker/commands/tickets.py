"""``gongdan ticket …`` and ``gongdan event send``: the API from the terminal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from activities.connectors import exact_json
from sop.values import Value, Values
from worker.access.calling import Api
from worker.terminal.asked import Asked
from worker.terminal.pairs import pairs
from worker.terminal.screen import Terminal

V1 = "/api/v1"


def open_ticket(asked: Asked) -> int:
    """Open a ticket and print its number."""
    body: dict[str, Value] = {
        "subject": asked.text("subject"),
        "body": asked.text("body"),
        "channel": asked.text("channel"),
    }
    body |= {name: value for name in ("category", "priority") if (value := asked.maybe(name))}
    for name, words in (("customer", "customer"), ("order", "order"), ("fields", "field")):
        if said := pairs(asked.texts(words)):
            body[name] = said if name == "customer" else {key: plain(value) for key, value in said.items()}
    key = asked.maybe("idempotency_key") or secrets.token_urlsafe(16)
    ticket = Api.of(asked).post(f"{V1}/tickets", body, key)
    asked.terminal.tell(_json(ticket) if asked.flag("json") else str(ticket.get("no")))
    return 0


def show(asked: Asked) -> int:
    """Print one ticket."""
    ticket = Api.of(asked).get(f"{V1}/tickets/{asked.text('no')}")
    if asked.flag("json"):
        asked.terminal.tell(_json(ticket))
        return 0
    terminal = asked.terminal
    owner = ticket.get("owner")
    names = [str(name) for name in owner.values() if name] if isinstance(owner, Mapping) else []
    standing = (ticket["status"], ticket["priority"], ticket["category"], " / ".join(names), _moment(ticket["due_at"]))
    terminal.tell(f"{ticket['no']}  {ticket['subject']}")
    terminal.tell("  ".join(map(str, standing)).rstrip())
    for run in _items(ticket, "runs"):
        terminal.tell(f"  {run['kind']} {run['key']}@{run['version']}  {run['result'] or run['status']}")
    for step in _items(ticket, "steps"):
        terminal.tell("  " + _step(step, terminal))
    for clock in _items(ticket, "clocks"):
        terminal.tell(f"  ◷ {clock['clock']}  {clock['state']}  {clock['light']}  {_moment(clock['due_at'])}".rstrip())
    for promise in _items(ticket, "promises"):
        title = _words(promise.get("title"), terminal)
        due = _moment(promise["due_at"])
        terminal.tell(f"  ⚑ {promise['promise']} {promise['state']}  {promise['light']}  {due}  {title}".rstrip())
    return 0


def list_tickets(asked: Asked) -> int:
    """Print one page of tickets."""
    query = {"view": asked.maybe("view"), "q": asked.maybe("query"), "cursor": asked.maybe("cursor")}
    page = Api.of(asked).get(f"{V1}/tickets", **query)
    if asked.flag("json"):
        asked.terminal.tell(_json(page))
        return 0
    for line in _items(page, "items"):
        asked.terminal.tell(
            f"{line['no']}  {line['light']:<6} {line['status']:<16} {line['category'] or '-':<12} {line['subject']}"
        )
    if page.get("next_cursor"):
        asked.terminal.note(asked.terminal.say("下一页", "next page") + f": --cursor {page['next_cursor']}")
    return 0


def send_event(asked: Asked) -> int:
    """Tell of an event, once by its id, and print what became of it."""
    data = {name: plain(value) for name, value in pairs(asked.texts("data")).items()}
    body: dict[str, Value] = {
        "source": asked.text("source"),
        "id": asked.maybe("id") or secrets.token_urlsafe(12),
        "type": asked.text("type"),
        "data": data,
    }
    if ticket := asked.maybe("ticket"):
        body["ticket"] = ticket
    kept = Api.of(asked).post(f"{V1}/events", body)
    tickets = kept.get("tickets")
    found = " ".join(map(str, tickets)) if isinstance(tickets, list) else ""
    asked.terminal.tell(_json(kept) if asked.flag("json") else f"{kept.get('status')} {found}".rstrip())
    return 0


def plain(text: str) -> Value:
    """A value of the command line: JSON where it is a number, a list or an object, else text. ``007`` stays text."""
    if text[:1] not in "[{-0123456789" or (text[:1] == "0" and text[1:2].isdigit()):
        return text
    try:
        read = exact_json.loads(text.encode())
    except ValueError:
        return text
    return text if isinstance(read, int) and len(text) > 15 else read


def _step(step: Values, terminal: Terminal) -> str:
    title = _words(step.get("title"), terminal)
    whose = step.get("person") or step.get("pool") or ""
    mark = "!" if step.get("incident") else "•"
    return f"{mark} {step['key']} [{step['type']}] {title}  {whose}  {_moment(step.get('due_at'))}".rstrip()


def _moment(text: Value) -> str:
    """A moment on this machine's clock, to the minute; nothing where there is none."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M") if isinstance(text, str) else ""


def _words(title: Value, terminal: Terminal) -> str:
    if isinstance(title, Mapping):
        title = title.get(terminal.tongue.value) or next(iter(title.values()), "")
    return str(title or "")


def _items(page: Values, name: str) -> Sequence[Values]:
    items = page.get(name)
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _json(value: Value) -> str:
    return exact_json.dumps(value).decode()
