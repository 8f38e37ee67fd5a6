"""Bringing Temporal's search attributes up to date; the database's schema is ``db.migrate``."""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.service import RPCError, RPCStatusCode

from worker.settings import Settings
from worker.words import Failure
from workflows.attributes import TYPES
from workflows.client import connect

_AWAY = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED})
_KINDS = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register_attributes(settings: Settings) -> list[str]:
    """Tell Temporal's namespace our search attributes; the names that were new. Raises ``Failure``."""
    try:
        client = await connect(settings.temporal_address, lazy=False)
        operator, namespace = client.operator_service, client.namespace
        listed = await operator.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
        new = sorted(set(TYPES) - set(listed.custom_attributes))
        if new:
            kinds = {name: _KINDS[TYPES[name]] for name in new}
            await operator.add_search_attributes(
                AddSearchAttributesRequest(namespace=namespace, search_attributes=kinds)
            )
        return new
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return []
        if error.status in _AWAY:
            raise _away(settings, str(error)) from None
        raise Failure(
            f"Temporal 拒绝了搜索属性：{error.message}（Temporal Cloud 请在其控制台添加，并用 --no-temporal）",
            f"Temporal refused the search attributes: {error.message} (on Temporal Cloud add them in its console and use --no-temporal)",
        ) from None
    except RuntimeError as error:  # the SDK's failed connection has no class of its own
        raise _away(settings, str(error)) from None


def _away(settings: Settings, why: str) -> Failure:
    where = settings.temporal_address
    return Failure(
        f"Temporal（{where}）没有应答：{why}", f"Temporal at {where} does not answer: {why}; is TEMPORAL_ADDRESS right?"
    )
