"""From a ticket's call to the request that goes out: references resolved, templates rendered, nothing injected."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from activities.connectors import exact_json, templates
from activities.connectors.failures import RefusedByOtherSide
from activities.connectors.line import Asked
from activities.connectors.model import Check, Method, Template
from activities.connectors.registry import Service
from sop.catalog import Effect, Idempotency
from sop.values import Value, Values


@dataclass(frozen=True, slots=True)
class Order:
    """One call to be carried out once. ``arguments`` hold real values; ``request_hash`` is of what the SOP wrote."""

    ticket_id: int
    arguments: Values
    key: str
    request_hash: str
    gives: tuple[str, ...] | None = None
    message: Mapping[str, str] | None = None


def request_hash(action: str, arguments: Values) -> str:
    """What a call asks for, as text of fixed length; of the references, so that it holds nothing personal."""
    ordered = exact_json.dumps({"action": action, "arguments": _sorted(arguments)})
    return hashlib.sha256(ordered).hexdigest()


def request(service: Service, order: Order) -> Asked:
    """The request of an operation. Raises RefusedByOtherSide: what was asked cannot be written."""
    operation = service.operation
    if unknown := sorted(set(order.arguments) - set(operation.takes)):
        names = ", ".join(unknown)
        raise RefusedByOtherSide(f"{service.name} takes no {names}", f"{service.name} 没有参数 {names}")
    try:
        scope = _scope(service, order)
        headers = {name: _header(template, scope) for name, template in operation.headers.items()}
        body = _body(operation.body, operation.method, scope)
        if operation.idempotent is Idempotency.KEY and operation.effect is not Effect.READ:
            headers[service.file.idempotency_header] = order.key
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = templates.render_path(operation.path, scope)
        return Asked(operation.method, path, _query(operation.query, scope), headers, body)
    except (templates.TemplateFault, ValueError) as wrong:
        raise _unwritable(service, wrong) from wrong


def question(service: Service, order: Order, check: Check) -> Asked:
    """The request that asks what became of an earlier one. Raises RefusedByOtherSide."""
    try:
        scope = _scope(service, order)
        return Asked(check.method, templates.render_path(check.path, scope), _query(check.query, scope))
    except (templates.TemplateFault, ValueError) as wrong:
        raise _unwritable(service, wrong) from wrong


def _scope(service: Service, order: Order) -> dict[str, object]:
    arguments = {name: order.arguments.get(name) for name in service.operation.takes}
    ticket = {"id": order.ticket_id}
    return {"arguments": arguments, "key": order.key, "ticket": ticket, "message": order.message or {}}


def _query(query: Mapping[str, Template], scope: templates.Scope) -> dict[str, str]:
    values = {name: templates.render(template, scope) for name, template in query.items()}
    return {name: templates.text(value) for name, value in values.items() if value is not None}


def _header(template: str, scope: templates.Scope) -> str:
    value = templates.text(templates.render(template, scope))
    if not (value.isascii() and (value.isprintable() or not value)):
        raise ValueError("a header holds printable ASCII only")
    return value


def _body(body: Template, method: Method, scope: templates.Scope) -> bytes | None:
    """A mapping's entries that are null are left out: to most systems null is not "nothing said"."""
    if body is None:
        return None if method in (Method.GET, Method.DELETE) else b"{}"
    value = templates.render(body, scope)
    if isinstance(value, Mapping):
        value = {name: item for name, item in value.items() if item is not None}
    return exact_json.dumps(value)


def _unwritable(service: Service, wrong: Exception) -> RefusedByOtherSide:
    return RefusedByOtherSide(f"{service.name} cannot be asked: {wrong}", f"{service.name} 的请求无法写成：{wrong}")


def _sorted(value: Value) -> Value:
    match value:
        case Mapping():
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list() | tuple():
            return [_sorted(item) for item in value]
        case _:
            return value
