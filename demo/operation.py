"""What a business path is: a wish comes in, an answer or a refusal goes out, effects are left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from demo.books import Books, Paper
from demo.json_text import Json

Money = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class System(StrEnum):
    """The four systems that the demo company plays; also the first part of their paths."""

    ERP = "erp"
    CARRIER = "carrier"
    CRM = "crm"
    MESSAGES = "messages"


class Wish(BaseModel):
    """The body of a request. Unknown fields are ignored, as most real systems do."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Nothing(Wish):
    """The body of a request that needs none."""


class Refusal(Exception):
    """The caller cannot have this: a problem document with a status of 4xx. Nothing was changed."""

    def __init__(self, status: int, code: str, en: str, zh: str, errors: Json = None) -> None:
        super().__init__(en)
        self.status = status
        self.code = code
        self.en = en
        self.zh = zh
        self.errors = errors

    def problem(self) -> dict[str, Json]:
        """The RFC 9457 document that says so, in English and Chinese."""
        document: dict[str, Json] = {
            "type": "about:blank", "title": self.en, "title_zh": self.zh, "status": self.status, "code": self.code,
        }  # fmt: skip
        return document if self.errors is None else {**document, "errors": self.errors}


CHINESE = {
    "order": "订单", "rma": "退货单", "refund": "退款", "spare part request": "备件申请", "parcel": "包裹",
    "claim": "索赔", "dispatch": "配送", "customer": "客户", "coupon": "优惠券", "path": "路径", "fault": "故障",
    "webhook": "回调",
}  # fmt: skip


def unknown(thing: str, no: str) -> Refusal:
    """The 404 of something that is not in the books."""
    return Refusal(404, "unknown", f"There is no {thing} {no}.", f"{CHINESE[thing]} {no} 不存在。")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets: `facts` is the JSON body; money in it is text with two decimals."""

    facts: Mapping[str, Json]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that really happened once, such as `erp.refund.create` of refund `RF-000001`."""

    kind: str
    ref: str
    facts: Mapping[str, Json]


@dataclass(slots=True)
class Visit:
    """One request at work inside its transaction: the books, the time, the names in its path and query; ``late``: what
    it asks for is to look as if it were not done yet."""

    books: Books
    at: datetime
    names: Mapping[str, str]
    query: Mapping[str, str]
    effects: list[Effect] = field(default_factory=list)
    late: bool = False

    def paper(self, kind: str, no: str) -> Paper:
        """The paper of that number; raises a 404 Refusal."""
        paper = self.books.find(kind, no)
        if paper is None:
            raise unknown(kind, no)
        return paper

    def happened(self, kind: str, ref: str, facts: Mapping[str, Json]) -> None:
        """Note an effect; it is kept with the call in the same transaction."""
        self.effects.append(Effect(kind, ref, facts))

    def take_back(self, kind: str, name: str, status: str, effect: str) -> Answer:
        """Cancel, void, withdraw or revoke the paper named in the path; doing it again changes nothing."""
        no = self.names[name]
        paper = self.paper(kind, no)
        if paper["status"] != status:
            self.books.keep(kind, no, {**paper, "status": status})
            self.happened(effect, no, {name: no})
        return Answer({name: no, "status": status})


W = TypeVar("W", bound=Wish)


@dataclass(frozen=True, slots=True)
class Operation(Generic[W]):
    """One business path of one system. `path` is below the system's own, with `{names}`."""

    system: System
    method: str
    path: str
    summary: str
    wish: type[W]
    perform: Callable[[Visit, W], Answer]

    def serve(self, visit: Visit, body: object) -> Answer:
        """Read the body and do it; raises Refusal, and pydantic's ValidationError on a wrong body."""
        return self.perform(visit, self.wish.model_validate(body))
