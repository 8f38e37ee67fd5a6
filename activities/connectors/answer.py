"""What an answer means: done with these outputs, refused, later, or rubbish."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from activities.connectors import exact_json, templates
from activities.connectors.failures import Busy, OtherSideFailing, RefusedByOtherSide, Rubbish
from activities.connectors.line import Answered
from activities.connectors.model import Check, Operation, Template, Title
from sop.values import Value, Values

LARGEST_KEPT = 16 * 1024  # bytes of JSON kept of an answer
LONGEST_WAIT = 3600.0  # seconds, however long the other side asks us to wait
WORDS = ("detail", "message", "title", "error_description", "error", "msg", "errmsg")  # where systems put their reason


def outputs_of(answered: Answered, operation: Operation, gives: Collection[str] | None, system: Title) -> Values:
    """The declared outputs of a success. Raises CallFailed on everything else."""
    _refuse_failures(answered, operation, system)
    if answered.status not in operation.success:
        raise Rubbish(
            f"{system.en} answered {answered.status} unexpectedly", f"{system.zh}的答复异常（{answered.status}）"
        )
    return _mapped(answered, operation.out, gives, system)


def found_of(
    answered: Answered, operation: Operation, check: Check, gives: Collection[str] | None, system: Title
) -> Values | None:
    """What the other side says of an earlier call: its outputs, or None: not carried out. Raises CallFailed."""
    if answered.status == 404:
        return None
    _refuse_failures(answered, operation, system)
    scope = {"response": _body(answered, system), "status": answered.status}
    try:
        if check.found is not None and not templates.holds(check.found, scope):
            return None
    except templates.TemplateFault as wrong:
        raise Rubbish(f"{system.en}: {wrong}", f"{system.zh}的答复不符合约定：{wrong}") from wrong
    return _mapped(answered, operation.out if check.out is None else check.out, gives, system)


def _refuse_failures(answered: Answered, operation: Operation, system: Title) -> None:
    status = answered.status
    if status < 400:
        return
    words = said(answered)
    en, zh = (
        f"{system.en} answered {status}{words and ': ' + words}",
        f"{system.zh}答复 {status}{words and '：' + words}",
    )
    if status in operation.later:
        raise Busy(en, zh, _retry_after(answered))
    if status < 500:
        raise RefusedByOtherSide(en, zh)
    raise OtherSideFailing(en, zh, _retry_after(answered))


def said(answered: Answered) -> str:
    """The other side's own reason, where its answer is JSON and has one."""
    try:
        body = exact_json.loads(answered.body)
    except ValueError:
        return ""
    if not isinstance(body, Mapping):
        return ""
    reasons = (body[word] for word in WORDS if word in body)
    for reason in reasons:
        inner = reason.get("message") if isinstance(reason, Mapping) else reason
        if isinstance(inner, str) and inner.strip():
            return inner.strip()
    return ""


def _mapped(answered: Answered, out: Mapping[str, Template], gives: Collection[str] | None, system: Title) -> Values:
    wanted = {name: template for name, template in out.items() if gives is None or name in gives}
    body = _body(answered, system)
    try:
        outputs = {
            name: templates.render(template, {"response": body, "status": answered.status})
            for name, template in wanted.items()
        }
        kept = len(exact_json.dumps(outputs))
    except (templates.TemplateFault, ValueError) as wrong:
        raise Rubbish(
            f"{system.en}: the answer lacks what is declared: {wrong}", f"{system.zh}的答复不符合约定：{wrong}"
        ) from wrong
    if kept > LARGEST_KEPT:
        raise Rubbish(f"{system.en}: the outputs are over 16 kB", f"{system.zh}的输出超过 16 kB")
    return outputs


def _body(answered: Answered, system: Title) -> Value:
    if not answered.body.strip():
        return {}
    media_type = answered.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        kind = media_type or "?"
        raise Rubbish(f"{system.en} answered with {kind}, not JSON", f"{system.zh}的答复不是 JSON（{kind}）")
    try:
        return exact_json.loads(answered.body)
    except ValueError as wrong:
        raise Rubbish(f"{system.en} answered with broken JSON", f"{system.zh}的答复是损坏的 JSON") from wrong


def _retry_after(answered: Answered) -> float | None:
    asked = answered.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        seconds = float(asked)
    else:
        try:
            moment = parsedate_to_datetime(asked)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None
