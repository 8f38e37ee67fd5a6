"""Doing a call in one transaction: the answer kept by its key, the effect, and the line in the list of calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from demo import json_text
from demo.books import Books
from demo.faults import FaultKind
from demo.json_text import Json
from demo.operation import Nothing, Operation, Refusal, System, Visit, Wish

REPLAY = {"Idempotent-Replay": "true"}
AnyOperation = Operation[Any]  # the bodies of operations differ; only the operation itself looks at its own


@dataclass(frozen=True, slots=True)
class Call:
    """What came in. `path` is the whole path, `key` the Idempotency-Key."""

    at: datetime
    system: System
    method: str
    path: str
    key: str | None
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become the replacement sign."""
        return self.body.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Settled:
    """What goes out: the status, the body as text, headers, and whether something happened."""

    status: int
    body: str
    headers: Mapping[str, str]
    effect: bool = False
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the caller saw of the answer: a status (None: the line was cut), and whether it was the true answer."""

    status: int | None
    answered: bool
    fault: FaultKind | None = None


Hide = Callable[[Settled], Seen]


def refused(refusal: Refusal) -> Settled:
    """A refusal as an answer."""
    return Settled(refusal.status, json_text.write(refusal.problem()), {"Content-Type": "application/problem+json"})


def settle(books: Books, operation: AnyOperation, call: Call, visit: Visit, hide: Hide) -> Settled:
    """Do the call, or give the answer of its key again; keep call, answer and effects together.

    `hide` says what the caller will see of it, because a fault may keep the answer from them.
    """
    with books.transaction():
        try:
            settled = _keyed(books, operation, call, visit)
        except Refusal as refusal:
            settled = refused(refusal)
        number = note(books, call, settled, hide(settled))
        for effect in visit.effects:
            books.run(
                "INSERT INTO effects (at, system, kind, ref, key, call, facts) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (call.at.isoformat(), call.system, effect.kind, effect.ref, call.key, number,
                 json_text.write(effect.facts)),
            )  # fmt: skip
    return settled


def turn_away(books: Books, call: Call, settled: Settled, seen: Seen) -> None:
    """Keep a call that was answered without being done: not authorised, or a fault."""
    with books.transaction():
        note(books, call, settled, seen)


def note(books: Books, call: Call, settled: Settled, seen: Seen) -> int:
    """Write the line of a call; returns its number."""
    return books.run(
        "INSERT INTO calls (at, system, method, path, key, body, status, answered, effect, replay, fault)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (call.at.isoformat(), call.system, call.method, call.path, call.key, call.text, seen.status, seen.answered,
         settled.effect, settled.replay, seen.fault),
    )  # fmt: skip


def by_key(system: System) -> AnyOperation:
    """The path a connector asks before it repeats a call: the stored answer of a key, or 404."""

    def perform(visit: Visit, _: Wish) -> Any:  # never called: settle() answers this operation from the store
        raise NotImplementedError

    return Operation(system, "GET", "/by-key/{key:path}", "The answer that a key had", Nothing, perform)


def _keyed(books: Books, operation: AnyOperation, call: Call, visit: Visit) -> Settled:
    if "key" in visit.names:
        return _stored(books, call.system, visit.names["key"])
    body = _read(call.body)
    if call.key is None or call.method != "POST":
        return _fresh(operation, visit, body)
    digest = hashlib.sha256(f"{call.method} {call.path} {json_text.canonical(body)}".encode()).hexdigest()
    found = books.rows("SELECT digest, status, body FROM answers WHERE system = ? AND key = ?", (call.system, call.key))
    if found:
        if found[0]["digest"] != digest:
            raise Refusal(409, "key_reused", "This key was used for another request.", "此幂等键已用于另一请求。")
        return replace(_again(found[0]), replay=True)
    settled = _fresh(operation, visit, body)
    books.run(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)",
        (call.system, call.key, digest, settled.status, settled.body, call.at.isoformat()),
    )
    return settled


def _fresh(operation: AnyOperation, visit: Visit, body: object) -> Settled:
    try:
        answer = operation.serve(visit, body)
    except ValidationError as wrong:
        errors: list[Json] = [
            {"where": ".".join(str(part) for part in e["loc"]), "message": e["msg"]} for e in wrong.errors()
        ]
        raise Refusal(422, "invalid", "The body does not fit.", "请求内容不符合要求。", errors) from wrong
    return Settled(answer.status, json_text.write(answer.facts), answer.headers, effect=bool(visit.effects))


def _stored(books: Books, system: System, key: str) -> Settled:
    found = books.rows("SELECT status, body FROM answers WHERE system = ? AND key = ?", (system, key))
    if not found:
        raise Refusal(404, "unknown_key", "Nothing was done under this key.", "此幂等键下没有任何操作。")
    again = _again(found[0])
    return replace(again, status=200, headers={**REPLAY, "X-Original-Status": str(again.status)})


def _again(row: Mapping[str, Json]) -> Settled:
    return Settled(int(str(row["status"])), str(row["body"]), REPLAY)


def _read(body: bytes) -> object:
    try:
        return json_text.read(body) if body.strip() else {}
    except ValueError as wrong:
        raise Refusal(400, "not_json", "The body is not JSON.", "请求内容不是 JSON。") from wrong
