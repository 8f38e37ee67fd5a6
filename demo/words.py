"""What the page says, in both languages."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """The languages of the page."""

    ZH = "zh"
    EN = "en"


TEXT = {
    "title": ("演示公司", "Demo company"),
    "lead": (
        "扮演 ERP、快递公司、CRM 和消息网关。工单系统通过 HTTP 调用它；这里可以看到每次调用和每个实际结果，"
        "也可以开启故障。",
        "It plays ERP, carrier, CRM and message gateway. Gongdan calls it over HTTP; here you see every call and every"
        " real effect, and can switch faults on.",
    ),
    "reload": ("刷新", "Reload"),
    "paths": ("接口文档", "Paths"),
    "totals": ("实际结果", "What happened"),
    "once_yes": ("每个幂等键最多产生一次结果。", "Every key had its effect once at most."),
    "once_no": ("有幂等键产生了多次结果！", "A key had its effect more than once!"),
    "repeated": ("被重复请求的幂等键", "Keys that were asked more than once"),
    "asked": ("请求次数", "Asked"),
    "done": ("执行次数", "Done"),
    "calls": ("最近调用", "Last calls"),
    "effects": ("最近结果", "Last effects"),
    "parcels": ("包裹", "Parcels"),
    "webhooks": ("最近回调", "Last webhooks"),
    "faults": ("故障", "Faults"),
    "no_faults": ("没有开启的故障。", "No fault is switched on."),
    "none": ("暂无", "Nothing yet"),
    "lift": ("全部解除", "Lift all"),
    "switch_on": ("开启", "Switch on"),
    "all_systems": ("所有系统", "all systems"),
    "times": ("次数（空=一直）", "times (empty: always)"),
    "seconds": ("秒（慢）", "seconds (slow)"),
    "scan": ("扫描", "Scan"),
    "receive": ("已入库", "Received"),
    "time": ("时间", "Time"),
    "call": ("调用", "Call"),
    "key": ("幂等键", "Key"),
    "status": ("状态", "Status"),
    "effect": ("结果", "Effect"),
    "number": ("单号", "Number"),
    "fault": ("故障", "Fault"),
    "used": ("已触发", "struck"),
    "not_answered": ("未答复", "not answered"),
    "replayed": ("重放", "replayed"),
    "attempts": ("尝试", "tries"),
    "state_announced": ("待揽收", "announced"),
    "state_scanned": ("运输中", "scanned"),
    "state_pending": ("等待送达", "pending"),
    "state_delivered": ("已送达", "delivered"),
    "state_gave_up": ("已放弃", "gave up"),
    "state_unsent": ("无接收方", "nobody to tell"),
    "kind_fail": ("失败 5xx", "fail with 5xx"),
    "kind_fail_4xx": ("拒绝 4xx", "refuse with 4xx"),
    "kind_slow": ("缓慢", "be slow"),
    "kind_forget": ("已办理但不答复", "do it, never answer"),
    "kind_twice": ("回调发送两次", "send webhooks twice"),
    "kind_rubbish": ("答复乱码", "answer rubbish"),
    "kind_late": ("退款未到账", "refund still pending"),
    "kind_down": ("停机 503", "be down (503)"),
}


def words(language: Language) -> dict[str, str]:
    """Every text of the page in one language."""
    return {name: zh if language is Language.ZH else en for name, (zh, en) in TEXT.items()}


def preferred(asked: str | None, accepted: str) -> Language:
    """The language asked for by `?lang=`, else Chinese if the browser prefers it, else English."""
    if asked in (Language.ZH, Language.EN):
        return Language(asked)
    return Language.ZH if accepted.lower().startswith("zh") else Language.EN
