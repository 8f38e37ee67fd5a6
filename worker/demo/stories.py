"""The ten stories: what the customer sends, what people and systems do then, and how it must end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sop.values import Values
from worker.demo.scene import Scene
from worker.terminal.words import Words

FINANCE, MANAGER, LEAD = "zhaomin", "huangwei", "chenjing"
RMA, LABEL, REFUND, MESSAGE = "erp.rma.create", "carrier.label.create", "erp.refund.create", "messages.send"


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket's story. ``ticket``: what is sent to the door; ``result`` and ``effects``: how it must end, and what
    must have happened at the company, each as often as it is named."""

    title: Words
    ticket: Values
    play: Callable[[Scene], Awaitable[None]]
    result: str
    effects: tuple[str, ...] = field(default=())


def a_customer(number: int, **more: str) -> Values:
    """A customer of the demo company."""
    return {"external_id": f"C-{1000 + number}", "phone": f"1380000{1000 + number}", **more}


async def _photos(scene: Scene, reason: str) -> None:
    await scene.answer("photo_evidence", photos=await scene.pictures("front.jpg", "back.jpg"), reason=reason)


async def _sent_back(scene: Scene) -> None:
    await scene.parcel_arrives(await scene.waybill("logistics.label.create", "wait_parcel"))


async def small_return(scene: Scene) -> None:
    """Below the limit: nobody needs to approve."""
    await _photos(scene, "质量问题")
    await _sent_back(scene)
    await scene.answer("inspect", "pass", grade="A", refund_amount="199")


async def large_return(scene: Scene) -> None:
    """Above the limit: finance approves."""
    await _photos(scene, "发错货")
    await _sent_back(scene)
    await scene.answer("inspect", "pass", grade="B", refund_amount="1800")
    await scene.vote("refund_approval", FINANCE, approve=True)


async def appealed_return(scene: Scene) -> None:
    """Finance refuses, the customer appeals, finance agrees."""
    await _photos(scene, "其他")
    await _sent_back(scene)
    await scene.answer("inspect", "pass", grade="A", refund_amount="900")
    await scene.vote("refund_approval", FINANCE, approve=False, comment="缺少凭证")
    await scene.answer("explain_refusal", "appeal")
    await scene.vote("refund_approval", FINANCE, approve=True)


async def unknown_order(scene: Scene) -> None:
    """The ERP does not know the order yet: an incident; the order is entered, and somebody presses Retry."""
    await _photos(scene, "质量问题")
    step, order = await scene.failed("create_rma"), await scene.order_no()
    await scene.line.at_company("PUT", f"/erp/orders/{order}", {"paid": "299"})
    await scene.settle(step, "retry", LEAD)
    await _sent_back(scene)
    await scene.answer("inspect", "pass", grade="A", refund_amount="299")


async def lost_parcel(scene: Scene) -> None:
    """The carrier lost it: a claim there, a refund here."""
    proof = await scene.pictures("handover.jpg", by="zhouting")
    seen = {"last_scan_at": "2026-10-01T09:30:00+08:00", "last_scan_place": "上海分拨中心"}
    await scene.answer("verify_tracking", "lost", **seen, proof=proof[0])
    await scene.answer("agree_remedy", amount="459")


async def repair(scene: Scene) -> None:
    """Diagnosis, spare part, delivery, visit, confirmation."""
    await scene.answer("diagnose", "visit", asset_no="AC-7788", cause="压缩机电容损坏", part_no="CAP-35", quantity=1)
    await scene.parcel_is_delivered(await scene.waybill("logistics.dispatch.create", "wait_part"))
    await scene.answer("book", "booked", visit_at="2026-12-01T10:00:00+08:00")
    await scene.answer("visit", "fixed", work_done="更换电容，试机正常")
    await scene.answer("confirm", "satisfied")


async def vip_complaint(scene: Scene) -> None:
    """A major complaint of a VIP: manager told, call and cause side by side, compensation approved."""
    await scene.answer("assess", "major", facts="安装师傅迟到三小时，态度恶劣")
    await scene.say("非常抱歉，我们正在处理。", LEAD)
    await scene.answer("call_customer")
    await scene.answer("find_cause", finding="排班遗漏")
    await scene.answer("decide", remedy="致歉并补偿 200 元券", amount="200")
    await scene.vote("approve_compensation", FINANCE, approve=True)
    await scene.answer("verdict", "accepted")


async def it_request(scene: Scene) -> None:
    """Access needs the manager's approval."""
    await scene.answer("check", "clear", kind="access", what="财务系统只读权限", cost="0")
    await scene.vote("approve", MANAGER, approve=True)
    await scene.answer("fulfil", "done", done="已开通")
    await scene.answer("confirm", "working")


async def question(scene: Scene) -> None:
    """The desk asks back, the customer answers, the desk answers."""
    await scene.answer("work", "question", answer="请告诉我们型号")
    await scene.answer("details", more="X-100")
    await scene.answer("work", "done", answer="滤芯每六个月更换一次")


async def withdrawn(scene: Scene) -> None:
    """The customer keeps it after all: label and RMA are taken back, the label first."""
    await _photos(scene, "不喜欢")
    await scene.opened("wait_parcel")
    await scene.command("cancel", LEAD, "客户决定不退了")


def _return(customer: int, order: str, paid: str, subject: str) -> Values:
    return {
        "subject": subject,
        "channel": "web",
        "category": "return",
        "customer": a_customer(customer),
        "order": {"no": order, "paid": paid},
    }


def stories(new_order: str) -> tuple[Story, ...]:
    """All ten. ``new_order``: the number of an order that the ERP does not know yet."""
    return (*_returns(new_order), *_parcels_repairs_complaints(), *_requests())


def _returns(new_order: str) -> tuple[Story, ...]:
    return (
        Story(
            Words("小额退货", "small return"),
            _return(4, "O-1004", "199", "净水器漏水，要退货"),
            small_return,
            "resolved",
            (RMA, LABEL, REFUND, MESSAGE),
        ),
        Story(
            Words("大额退货，需审批", "large return, approved"),
            _return(6, "O-1016", "1800", "发错货，申请退款"),
            large_return,
            "resolved",
            (RMA, LABEL, REFUND, MESSAGE),
        ),
        Story(
            Words("驳回后申诉", "refused, appealed, approved"),
            _return(3, "O-1013", "900", "要求退款"),
            appealed_return,
            "resolved",
            (RMA, LABEL, REFUND, MESSAGE),
        ),
        Story(
            Words("ERP 故障 → 重试", "ERP failure → Retry"),
            _return(9, new_order, "299", "退货，订单刚下"),
            unknown_order,
            "resolved",
            (RMA, LABEL, REFUND, MESSAGE),
        ),
        Story(
            Words("客户撤回，撤销已办", "withdrawn, undone"),
            _return(1, "O-1001", "59", "想退货"),
            withdrawn,
            "cancelled",
            (RMA, LABEL, "carrier.label.void", "erp.rma.cancel"),
        ),
    )


def _parcels_repairs_complaints() -> tuple[Story, ...]:
    return (
        Story(
            Words("快递丢失", "lost parcel"),
            {
                "subject": "包裹一直没收到",
                "channel": "phone",
                "customer": a_customer(10),
                "order": {"no": "O-1009", "paid": "459", "tracking_no": "SF900009"},
            },
            lost_parcel,
            "resolved",
            ("carrier.claim.create", REFUND, MESSAGE),
        ),
        Story(
            Words("报修上门", "repair"),
            {
                "subject": "空调不制冷，请上门维修",
                "channel": "wechat",
                "customer": a_customer(2, address="上海市静安区某路 1 号"),
                "fields": {"asset_no": "AC-7788"},
            },
            repair,
            "resolved",
            ("erp.spare_part.create", "carrier.dispatch.create", MESSAGE, MESSAGE),
        ),
        Story(
            Words("VIP 重大投诉", "major complaint, VIP"),
            {
                "subject": "投诉安装服务",
                "body": "态度差，我要投诉",
                "channel": "phone",
                "customer": a_customer(7, tier="vip"),
            },
            vip_complaint,
            "resolved",
            ("crm.coupon.issue", MESSAGE, MESSAGE),
        ),
    )


def _requests() -> tuple[Story, ...]:
    return (
        Story(
            Words("IT 权限申请", "IT request"),
            {"subject": "申请财务系统账号权限", "channel": "web", "customer": a_customer(5)},
            it_request,
            "resolved",
            (MESSAGE,),
        ),
        Story(
            Words("一般咨询", "general question"),
            {
                "subject": "滤芯多久更换一次？",
                "channel": "email",
                "customer": a_customer(8, email="tom.hill@example.com"),
            },
            question,
            "resolved",
            (MESSAGE,),
        ),
    )
