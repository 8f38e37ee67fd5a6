"""The return process of ``sop/library/return.sop.yaml`` as a good engineer would write it by hand with temporalio.

It stands beside the product on the same server and takes the same starts, updates and signals from the same client.

It does what the SOP says: the four calls as activities with the same retries, the tasks and the approval as validated
updates, the wait for the parcel with its timeout, side lines and undo included, reminders and overdue alerts of every
step, the resolution clock with its warning, the same facts in the same ledger by one local activity an activation, the
same search attributes, and the seven days a resolved ticket stays open.

It does not do what only an interpreter brings: incidents when a call fails for good (its workflow fails), commands such
as claim, transfer, pause and cancel, playbooks beside the process, other clocks or paused ones, continue-as-new,
a pinned definition, or any change of the process without a new release. Its calendar knows no public holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import Taken
    from sop.facts import FactType
    from sop.values import Value, Values, decode
    from workflows import messages
    from workflows.messages import Answer, Ballot, Happening, Receipt, TicketStart

from worker.bench.handwork import RUN, Asking, HandWork, Reply, holds, refused

APPROVAL_ABOVE = Decimal(500)
REASONS, GRADES = ("质量问题", "发错货", "不喜欢", "其他"), ("A", "B", "C")
STAYS_OPEN = timedelta(days=7)
PHOTOS = Asking("photo_evidence", "customer", "2d", "lead", timedelta(days=7))
INSPECT = Asking("inspect", "team:warehouse_qc", "1wd", "role:warehouse_lead")
APPROVAL = Asking("refund_approval", "role:finance_manager", "4wh", "lead")
EXPLAIN = Asking("explain_refusal", "owner", "4wh", "lead")


@workflow.defn(name=messages.WORKFLOW)
class ReturnByHand(HandWork):
    """One return."""

    @workflow.init
    def __init__(self, start: TicketStart) -> None:
        super().__init__(start)
        self._events: list[Happening] = []
        self._delivered = 0
        self._waits = False
        self._receipts: dict[str, Receipt] = {}
        order = self._ticket.get("order")
        self._order: Values = order if isinstance(order, dict) else {}

    @workflow.run
    async def run(self, start: TicketStart) -> str:
        """The whole life of the return; its last status."""
        self._take_in(start.taken or Taken("", ""))
        result = await self._process()
        self.stop_clock()
        self.note(FactType.RUN_ENDED, None, {"result": result, "outputs": {}})
        self.status(result if result == "cancelled" else "resolved", result)
        await self.write()
        await workflow.sleep(STAYS_OPEN)
        self.status("closed", result)
        await self.write()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._status

    async def _process(self) -> str:
        evidence = await self.ask(PHOTOS)
        if not isinstance(evidence, Answer):
            return "cancelled"
        order = self._order.get("no")
        given: dict[str, Value] = {key: decode(evidence.values[key]) for key in ("reason", "photos")}
        rma = await self.call("create_rma", "erp.rma.create", {"order_no": order, **given}, ["rma_no"])
        asked: dict[str, Value] = {"order_no": order, "rma_no": rma["rma_no"]}
        label = await self.call("return_label", "logistics.label.create", asked, ["tracking_no", "label_url"])
        if not await self._parcel_came(label):
            await self.act("return_label", "logistics.label.void", {"tracking_no": label["tracking_no"]}, [], undo=True)
            await self.act("create_rma", "erp.rma.cancel", {"rma_no": rma["rma_no"]}, [], undo=True)
            return "cancelled"
        return await self._settle(asked)

    async def _parcel_came(self, label: dict[str, Value]) -> bool:
        if await self._wait("wait_parcel", label["tracking_no"], timedelta(days=14)):
            return True
        chase: dict[str, Value] = {"template": "please_ship", "tracking_no": label["tracking_no"]}
        await self.call("remind_to_ship", "notify.customer", chase, ["message_id"])
        return await self._wait("wait_parcel_again", label["tracking_no"], timedelta(days=7))

    async def _settle(self, asked: dict[str, Value]) -> str:
        found = await self.ask(INSPECT)
        assert isinstance(found, Answer)  # noqa: S101 - the validator takes nothing else
        if found.outcome == "fail":
            await self.call("tell_failed", "notify.customer", {"template": "inspection_failed"}, ["message_id"])
            return "rejected"
        amount = _amount(found.values.get("refund_amount"), self._order)
        if amount > APPROVAL_ABOVE and not await self._approved():
            return "resolved"
        await self.call("refund", "erp.refund.create", {**asked, "amount": amount}, ["refund_no", "paid_at"])
        thanks: dict[str, Value] = {"template": "refund_done", "survey": "csat", "amount": amount}
        await self.call("notify_csat", "notify.customer", thanks, ["message_id"])
        return "resolved"

    async def _approved(self) -> bool:
        """Ask finance; a refusal is explained to the customer, who may appeal."""
        while True:
            ballot = await self.ask(APPROVAL, "approval")
            if isinstance(ballot, Ballot) and ballot.approve:
                return True
            explained = await self.ask(EXPLAIN)
            if isinstance(explained, Answer) and explained.outcome == "accepted":
                return False

    def _take_in(self, taken: Taken) -> None:
        """Put the ticket into the queue it was classified for."""
        state = {name: self._ticket.get(name) for name in ("channel", "category", "priority")}
        self.note(FactType.TICKET_OPENED, None, {**state, "customer": self._start.customer.get("id")}, run=None)
        self.status("new")
        self._team = taken.team or ""
        kind: dict[str, Value] = {"category": taken.category, "priority": taken.priority}
        self.note(FactType.TICKET_CLASSIFIED, None, {**kind, "team": taken.team, "rule": taken.rule}, run=None)
        owner: dict[str, Value] = {"wanted": f"team:{taken.team}", "person": None, "team": None, "note": ""}
        self.note(FactType.TICKET_OWNER, None, {**owner, "reason": "dispatch"}, run=None)
        self.status("open")
        this: dict[str, Value] = {"kind": "sop", "key": RUN, "version": 1, "sha256": "", "title": RUN}
        self.note(FactType.RUN_STARTED, None, {**this, "parent_run": None, "parent_step": None})
        self.start_clock(datetime.fromisoformat(str(self._ticket["created_at"])), "7wd")

    async def _wait(self, step: str, tracking_no: Value, patience: timedelta) -> bool:
        """Wait for the parcel; whether it came. One that arrived before counts."""
        until = workflow.now() + patience
        self.enter(step, "wait", waits_for=["parcel.received"], until=None, timeout_at=until.isoformat())
        self.status("waiting")
        self._waits = True
        await self.write()
        try:
            await workflow.wait_condition(lambda: self._parcel(tracking_no) is not None, timeout=patience)
        except TimeoutError:
            self.leave(step, {"received": False}, status="timeout")
            return False
        finally:
            self._waits = False
        event = self._parcel(tracking_no)
        assert event is not None  # noqa: S101 - the condition says so
        about: dict[str, Value] = {"type": event.type, "source": event.source, "id": event.id}
        self.note(FactType.EVENT_MATCHED, step, about)
        self.leave(step, {"received": True, "event": {**about, "tracking_no": tracking_no}, "which": event.type})
        return True

    def _parcel(self, tracking_no: Value) -> Happening | None:
        return next((one for one in self._events if one.data.get("tracking_no") == tracking_no), None)

    # What people and systems say

    @workflow.update
    async def answer(self, said: Answer) -> Receipt:
        """Somebody completes a task."""
        return await self._take(said, lambda: self._check_answer(said), _decoded(said.values), said.outcome)

    @workflow.update
    async def vote(self, said: Ballot) -> Receipt:
        """Somebody decides on the approval."""
        vote: dict[str, Value] = {"approved": said.approve, "comment": said.comment or None}
        outcome = "approved" if said.approve else "rejected"
        return await self._take(said, lambda: self._check_vote(said), vote, outcome)

    @answer.validator
    def _check_answer(self, said: Answer) -> None:
        if said.key not in self._receipts:
            self._check_seat(said)
            _FORMS[said.step](said)

    @vote.validator
    def _check_vote(self, said: Ballot) -> None:
        if said.key not in self._receipts:
            self._check_seat(said)

    def _check_seat(self, said: Reply) -> None:
        asking = self._open
        if asking is None or asking.step != said.step or (asking is APPROVAL) != isinstance(said, Ballot):
            raise refused("step_not_open", f"the step {said.step} is not open", f"步骤 {said.step} 未打开")
        if said.by.id != self._given and not holds(said.by, asking.seat):
            raise refused("not_allowed", f"the step is for {asking.seat}", f"这一步由 {asking.seat} 完成", 403)

    async def _take(
        self, said: Reply, check: Callable[[], None], outputs: dict[str, Value], outcome: str | None
    ) -> Receipt:
        """Close the step, and answer once what follows is written down; a repeat gets the first answer."""
        known = self._receipts.get(said.key)
        if known is not None:
            return known
        check()
        if isinstance(said, Ballot):
            self.note(FactType.VOTE_CAST, said.step, {"approve": said.approve, "comment": said.comment}, said.by)
        seq = self.leave(said.step, outputs, outcome=outcome, by=said.by)
        self._open, self._reply = None, said
        self._receipts[said.key] = receipt = Receipt(seq, self._status)
        await workflow.wait_condition(lambda: self._written >= seq)
        return receipt

    @workflow.signal
    async def occurred(self, told: Happening) -> None:
        """Something outside has happened; early news is kept."""
        if told.delivery <= self._delivered:
            return
        self._delivered = told.delivery
        self._events.append(told)
        about: dict[str, Value] = {"type": told.type, "source": told.source, "id": told.id}
        self.note(FactType.EVENT_RECEIVED, None, {**about, "data": _decoded(told.data)}, run=None)
        if not self._waits:  # else the wait goes on at once and writes this down with what follows from it
            await self.write()


def _decoded(plain: Mapping[str, object]) -> dict[str, Value]:
    return {name: decode(value) for name, value in plain.items()}


def _photos(said: Answer) -> None:
    photos = said.values.get("photos")
    if not isinstance(photos, list) or len(photos) < 2:
        raise refused("wrong_answer", "too few: photos (≥ 2)", "太少：商品照片（≥ 2）", 422)
    if said.values.get("reason") not in REASONS:
        raise refused("wrong_answer", "not one of: reason", "不在选项中：退货原因", 422)


def _inspection(said: Answer) -> None:
    if said.values.get("grade") not in GRADES or said.outcome not in ("pass", "fail"):
        raise refused("wrong_answer", "grade and outcome are needed", "请填写成色并选择结果", 422)
    if said.values.get("refund_amount") is not None and _amount(said.values["refund_amount"], {}) < 0:
        raise refused("wrong_answer", "not an amount of money", "不是金额", 422)


def _explanation(said: Answer) -> None:
    if said.outcome not in ("accepted", "appeal"):
        raise refused("wrong_answer", "choose accepted or appeal", "请选择接受或申诉", 422)


def _amount(given: object, order: Values) -> Decimal:
    try:
        return Decimal(str(decode(given) if given is not None else order.get("paid", 0)))
    except InvalidOperation:
        return Decimal(-1)


_FORMS: dict[str, Callable[[Answer], None]] = {
    PHOTOS.step: _photos,
    INSPECT.step: _inspection,
    EXPLAIN.step: _explanation,
}
