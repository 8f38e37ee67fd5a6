"""Every error a door can answer with, in one table: status, and what it says in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """The languages everything a person reads exists in."""

    ZH = "zh"
    EN = "en"


class Code(StrEnum):
    """The stable name of an error; the last part of its type URI."""

    BAD_JSON = "bad_json"
    BAD_FORM = "bad_form"
    INVALID = "invalid"
    BAD_CURSOR = "bad_cursor"
    NOT_SIGNED_IN = "not_signed_in"
    BAD_KEY = "bad_key"
    LOGIN_FAILED = "login_failed"
    LOGIN_THROTTLED = "login_throttled"
    WRONG_SIGNATURE = "wrong_signature"
    SCOPE_MISSING = "scope_missing"
    FORBIDDEN = "forbidden"
    FORGED = "forged"
    UNKNOWN_PERSON = "unknown_person"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 - the name of an error
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - the name of an error
    NOT_FOUND = "not_found"
    TICKET_NOT_FOUND = "ticket_not_found"
    STEP_NOT_FOUND = "step_not_found"
    STEP_AMBIGUOUS = "step_ambiguous"
    CLOCK_NOT_FOUND = "clock_not_found"
    CLOCK_AMBIGUOUS = "clock_ambiguous"
    ONLY_LEADS = "only_leads"
    CUSTOMER_NOT_FOUND = "customer_not_found"
    PERSON_NOT_FOUND = "person_not_found"
    TEAM_NOT_FOUND = "team_not_found"
    ROLE_NOT_FOUND = "role_not_found"
    FILE_NOT_FOUND = "file_not_found"
    DEFINITION_NOT_FOUND = "definition_not_found"
    CONNECTOR_NOT_FOUND = "connector_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    TICKET_OVER = "ticket_over"
    STILL_RUNNING = "still_running"
    KEY_REUSED = "key_reused"
    BAD_IDEMPOTENCY_KEY = "bad_idempotency_key"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_MULTIPART = "not_multipart"
    SIMULATION_TOO_LARGE = "simulation_too_large"
    SIMULATION_WRONG = "simulation_wrong"
    TICKET_NOT_STARTED = "ticket_not_started"
    TEMPORAL_UNAVAILABLE = "temporal_unavailable"
    DATABASE_UNAVAILABLE = "database_unavailable"
    INTERNAL = "internal"
    HTTP = "http"


class Text(NamedTuple):
    """One text in both languages; ``{name}`` is filled in."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True)
class Entry:
    """What one code answers: the HTTP status, a title that never changes and a detail for this occurrence."""

    status: int
    title: Text
    detail: Text


def _entry(status: int, zh: str, en: str, detail_zh: str, detail_en: str) -> Entry:
    return Entry(status, Text(zh, en), Text(detail_zh, detail_en))


TABLE: dict[Code, Entry] = {
    Code.BAD_JSON: _entry(
        400, "请求体不是合法的 JSON", "The body is not JSON", "无法解析：{why}。", "It cannot be read: {why}."
    ),
    Code.BAD_FORM: _entry(
        400, "表单无法解析", "The form cannot be read", "multipart 内容不完整或有误。", "The multipart body is broken."
    ),
    Code.INVALID: _entry(
        422, "内容有误", "Something in it is not valid", "请修改 errors 中列出的字段。", "Correct the fields in errors."
    ),
    Code.BAD_CURSOR: _entry(
        400,
        "游标无效",
        "The cursor is not valid",
        "请使用上一页返回的 next_cursor，或从头开始。",
        "Use the next_cursor of the page before, or start again without one.",
    ),
    Code.NOT_SIGNED_IN: _entry(
        401,
        "需要身份验证",
        "Who are you?",
        "请在 Authorization 头中提供 Bearer 密钥，或先登录。",
        "Send a bearer key in the Authorization header, or sign in.",
    ),
    Code.BAD_KEY: _entry(
        401, "密钥无效", "The key is not valid", "密钥不存在、有误或已吊销。", "It is unknown, wrong or revoked."
    ),
    Code.LOGIN_FAILED: _entry(
        401, "登录失败", "Sign-in failed", "邮箱或密码不正确。", "The e-mail address or the password is wrong."
    ),
    Code.LOGIN_THROTTLED: _entry(
        429,
        "尝试次数过多",
        "Too many attempts",
        "请在 {seconds} 秒后重试。",
        "Try again in {seconds} seconds.",
    ),
    Code.WRONG_SIGNATURE: _entry(
        401,
        "签名不正确",
        "The signature is wrong",
        "该回调的签名与内容不符，未做任何处理。",
        "It does not fit the body of this webhook; nothing was done.",
    ),
    Code.SCOPE_MISSING: _entry(
        403, "权限不足", "A scope is missing", "此操作需要权限 {scope}。", "This needs the scope {scope}."
    ),
    Code.FORBIDDEN: _entry(403, "不允许", "Not allowed", "您不能执行此操作。", "You may not do this."),
    Code.FORGED: _entry(
        403,
        "请求来源无法确认",
        "The request may be forged",
        "CSRF 令牌缺失或不符，请刷新页面后重试。",
        "The CSRF token is missing or wrong: reload the page and try again.",
    ),
    Code.UNKNOWN_PERSON: _entry(
        403,
        "被代理人不存在",
        "Nobody of that name",
        "On-Behalf-Of 中的 {person} 不存在或已停用。",
        "On-Behalf-Of names {person}, who is unknown or no longer active.",
    ),
    Code.PASSWORD_EXPIRED: _entry(
        403,
        "请先修改初始密码",
        "Change the one-time password first",
        "首次登录后必须设置新密码。",
        "Set a password of your own before anything else.",
    ),
    Code.WEAK_PASSWORD: _entry(
        422,
        "密码太弱",
        "The password is too weak",
        "至少 {least} 个字符，且不同于旧密码。",
        "Use at least {least} characters, and not the old one.",
    ),
    Code.NOT_FOUND: _entry(404, "找不到", "Not found", "该地址不存在。", "There is nothing at this address."),
    Code.TICKET_NOT_FOUND: _entry(404, "找不到工单", "No such ticket", "没有工单 {no}。", "There is no ticket {no}."),
    Code.CLOCK_NOT_FOUND: _entry(
        404,
        "找不到时钟",
        "No such clock",
        "工单 {no} 没有名为 {clock} 的时钟或有期限的步骤。",
        "Ticket {no} has no clock or open step {clock} with a deadline.",
    ),
    Code.CLOCK_AMBIGUOUS: _entry(
        409,
        "时钟不唯一",
        "More than one clock of that name",
        "请使用以下地址之一：{keys}。",
        "Use one of these: {keys}.",
    ),
    Code.ONLY_LEADS: _entry(
        403,
        "仅限主管",
        "For those who lead",
        "只有团队主管和管理员可以这样做。",
        "Only team leads and administrators may do this.",
    ),
    Code.CUSTOMER_NOT_FOUND: _entry(
        404, "找不到客户", "No such customer", "没有编号为 {customer} 的客户。", "There is no customer {customer}."
    ),
    Code.STEP_NOT_FOUND: _entry(
        404, "找不到步骤", "No such step", "工单 {no} 没有步骤 {step}。", "Ticket {no} has no step {step}."
    ),
    Code.STEP_AMBIGUOUS: _entry(
        409,
        "步骤不唯一",
        "More than one step of that name",
        "请使用以下地址之一：{keys}。",
        "Say which: {keys}.",
    ),
    Code.PERSON_NOT_FOUND: _entry(
        404,
        "没有这位同事",
        "No such colleague",
        "{person} 不存在或已离职。",
        "{person} is unknown or no longer works here.",
    ),
    Code.TEAM_NOT_FOUND: _entry(404, "没有这个团队", "No such team", "没有团队 {team}。", "There is no team {team}."),
    Code.ROLE_NOT_FOUND: _entry(
        404, "没有这个角色的同事", "Nobody has that role", "没有同事担任 {role}。", "Nobody here has the role {role}."
    ),
    Code.FILE_NOT_FOUND: _entry(404, "找不到文件", "No such file", "没有文件 {file}。", "There is no file {file}."),
    Code.DEFINITION_NOT_FOUND: _entry(
        404, "找不到定义", "No such definition", "没有已发布的 {key}。", "Nothing is published as {key}."
    ),
    Code.CONNECTOR_NOT_FOUND: _entry(
        404,
        "找不到连接器",
        "No such connector",
        "连接器 {connector} 没有回调入口。",
        "{connector} has no webhook here.",
    ),
    Code.METHOD_NOT_ALLOWED: _entry(
        405, "方法不允许", "Method not allowed", "该地址不支持 {method}。", "This address does not take {method}."
    ),
    Code.CONFLICT: _entry(409, "与当前状态冲突", "It conflicts with what is", "{why}", "{why}"),
    Code.TICKET_OVER: _entry(
        409,
        "工单已结束",
        "The ticket is over",
        "工单 {no} 已结束，未做任何改动。",
        "Ticket {no} has ended; nothing was changed.",
    ),
    Code.STILL_RUNNING: _entry(
        409,
        "相同请求正在处理",
        "The same request is still running",
        "请稍后用同一个 Idempotency-Key 重试。",
        "Try again shortly with the same Idempotency-Key.",
    ),
    Code.KEY_REUSED: _entry(
        422,
        "Idempotency-Key 已用于其他请求",
        "The Idempotency-Key was used for something else",
        "同一个键只能重发完全相同的请求。",
        "A key may only repeat the very same request.",
    ),
    Code.BAD_IDEMPOTENCY_KEY: _entry(
        400,
        "Idempotency-Key 无效",
        "The Idempotency-Key is not valid",
        "请使用 1–128 个可见 ASCII 字符。",
        "Use 1 to 128 visible ASCII characters.",
    ),
    Code.TOO_LARGE: _entry(
        413, "内容过大", "Too large", "此处最多接受 {limit} 字节。", "At most {limit} bytes are taken here."
    ),
    Code.SIMULATION_TOO_LARGE: _entry(
        422, "模拟过大", "The simulation is too large", "最多 {limit}。", "At most {limit}."
    ),
    Code.SIMULATION_WRONG: _entry(422, "无法模拟", "This cannot be simulated", "{why}。", "{why}."),
    Code.NOT_JSON: _entry(
        415,
        "不支持的内容类型",
        "Unsupported media type",
        "请以 application/json 发送。",
        "Send it as application/json.",
    ),
    Code.NOT_MULTIPART: _entry(
        415,
        "不支持的内容类型",
        "Unsupported media type",
        "请以 multipart/form-data 发送，字段名为 file。",
        "Send it as multipart/form-data, in a field named file.",
    ),
    Code.TICKET_NOT_STARTED: _entry(
        503,
        "工单尚未启动",
        "The ticket has not started yet",
        "工单已受理，流程即将启动，请稍后重试。",
        "It is accepted and about to start; try again shortly.",
    ),
    Code.TEMPORAL_UNAVAILABLE: _entry(
        503,
        "流程服务暂不可用",
        "The workflow service is away",
        "未做任何改动，请稍后用同一个 Idempotency-Key 重试。",
        "Nothing was changed; try again later with the same Idempotency-Key.",
    ),
    Code.DATABASE_UNAVAILABLE: _entry(
        503,
        "数据库暂不可用",
        "The database is away",
        "未做任何改动，请稍后重试。",
        "Nothing was changed; try again later.",
    ),
    Code.INTERNAL: _entry(
        500,
        "内部错误",
        "A fault of ours",
        "已记录，编号 {request}。",
        "It has been recorded as {request}.",
    ),
    Code.HTTP: _entry(400, "请求有误", "The request is not right", "{why}", "{why}"),
}

FIELD_TEXTS: dict[str, Text] = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("没有这个字段", "is not a field here"),
    "string_too_short": Text("至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字符", "takes at most {max_length} characters"),
    "string_type": Text("必须是文本", "must be text"),
    "string_pattern_mismatch": Text("格式不正确", "is not of the right form"),
    "bool_type": Text("必须是 true 或 false", "must be true or false"),
    "int_type": Text("必须是整数", "must be a whole number"),
    "int_parsing": Text("必须是整数", "must be a whole number"),
    "greater_than_equal": Text("不能小于 {ge}", "must be {ge} or more"),
    "less_than_equal": Text("不能大于 {le}", "must be {le} or less"),
    "dict_type": Text("必须是对象", "must be an object"),
    "model_type": Text("必须是对象", "must be an object"),
    "model_attributes_type": Text("必须是对象", "must be an object"),
    "list_type": Text("必须是列表", "must be a list"),
    "tuple_type": Text("必须是列表", "must be a list"),
    "enum": Text("只能是 {expected}", "must be {expected}"),
    "literal_error": Text("只能是 {expected}", "must be {expected}"),
    "too_long": Text("最多 {max_length} 项", "takes at most {max_length} items"),
    "too_deep": Text("嵌套超过 {limit} 层", "is nested more than {limit} deep"),
    "too_big_number": Text("数字最多 {limit} 位", "has a number of more than {limit} digits"),
    "bad_text": Text("含有不允许的字符", "has a character that is not text"),
    "empty_file": Text("文件为空", "is an empty file"),
    "not_one_file": Text("请上传一个文件", "needs exactly one file"),
    "no_duration": Text("“{name}”不是时长，例如 24h、3wd", "is no duration: {name}; such as 24h or 3wd"),
    "no_check": Text("没有名为 {name} 的查询操作", "there is no action {name} that only reads"),
    "no_playbook": Text("没有已发布的剧本 {name}", "there is no published playbook {name}"),
    "not_public": Text("只有客户看得到的消息才能作出承诺", "only a public message can promise something"),
    "unknown": Text("无效", "is not valid"),
}
