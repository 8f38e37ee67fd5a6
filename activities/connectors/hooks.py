"""Inbound webhooks: whether a message is genuine, and which event it tells of. Pure: the door gives bytes and time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from activities.connectors import exact_json, templates
from activities.connectors.model import HookEvent, Signature
from activities.connectors.registry import Listener
from db.correlations import Key
from sop.events import Occurred

LARGEST_HOOK = 256 * 1024  # bytes
LONGEST_ID = 200


class WrongSignature(Exception):
    """The signature is missing or does not fit: another secret, or the body was changed (401)."""


class StaleHook(Exception):
    """The signature is right but its time is more than the tolerance away: a replay, or a wrong clock (401)."""


class UnreadableHook(Exception):
    """Genuine, but it is too large, not JSON, of no known kind, or lacks a field the connector file names (422)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event from a system and the business keys by which its ticket is found."""

    event: Occurred
    correlation: tuple[Key, ...]


def read_hook(listener: Listener, headers: Mapping[str, str], raw_body: bytes, now: datetime) -> Heard:
    """The event of a genuine message. ``headers`` by any case of name; ``now`` is aware.

    Raises WrongSignature, StaleHook, UnreadableHook."""
    if len(raw_body) > LARGEST_HOOK:
        raise UnreadableHook(f"a webhook has at most {LARGEST_HOOK // 1024} kB")
    named = {name.lower(): value for name, value in headers.items()}
    _verify(listener.hook.signature, listener.secret, named, raw_body, now)
    try:
        scope = {"body": exact_json.loads(raw_body), "headers": named}
    except ValueError as broken:
        raise UnreadableHook(f"the body is not JSON: {broken}") from broken
    try:
        return _heard(listener, scope)
    except templates.TemplateFault as fault:
        raise UnreadableHook(f"the body lacks what the connector file names: {fault}") from fault


def _verify(rule: Signature, secret: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    stamp, given = headers.get(rule.timestamp.lower(), ""), headers.get(rule.header.lower(), "")
    right = rule.prefix + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise WrongSignature("the signature does not fit")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise StaleHook("the timestamp is not in seconds since 1970")
    if abs(now.timestamp() - int(stamp)) > rule.tolerance:
        raise StaleHook(f"the timestamp is more than {rule.tolerance:.0f} s away")


def _heard(listener: Listener, scope: Mapping[str, object]) -> Heard:
    for event in listener.hook.events:
        if event.when is None or templates.holds(event.when, scope):
            return _event(listener.source, event, scope)
    raise UnreadableHook("the connector file knows no event of this kind")


def _event(source: str, rule: HookEvent, scope: Mapping[str, object]) -> Heard:
    identity = templates.text(templates.render(rule.id, scope)).strip()
    if not identity or len(identity) > LONGEST_ID:
        raise UnreadableHook(f"an event's id has 1 to {LONGEST_ID} characters")
    data = {name: templates.render(template, scope) for name, template in rule.data.items()}
    keys = (Key(kind, templates.text(templates.render(key, scope))) for kind, key in rule.correlation.items())
    return Heard(Occurred(rule.type, source, identity, data), tuple(key for key in keys if key.value))
