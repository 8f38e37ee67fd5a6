"""What is in the books on the first day: orders O-1001 … O-1020 and their ten customers."""

from __future__ import annotations

from decimal import Decimal

from demo.books import Books
from demo.carrier import new_parcel
from demo.json_text import Json, cents

PAID = (59, 89, 129, 199, 259, 299, 320, 399, 459, 499, 599, 699, 900, 1299, 1599, 1800, 2199, 2999, 3999, 5200)
GOODS = (
    ("蓝牙耳机", "Headphones"),
    ("电饭煲", "Rice cooker"),
    ("扫地机器人", "Robot vacuum"),
    ("净水器", "Water filter"),
)
PEOPLE = (
    ("王芳", "new", "zh"), ("李雷", "regular", "zh"), ("张伟", "vip", "zh"), ("Anna Berg", "regular", "en"),
    ("陈静", "new", "zh"), ("刘洋", "regular", "zh"), ("赵敏", "vip", "zh"), ("Tom Hill", "new", "en"),
    ("孙丽", "regular", "zh"), ("周杰", "vip", "zh"),
)  # fmt: skip


def sow(books: Books) -> None:
    """Write the first day's papers where they are not there yet."""
    with books.transaction():
        if books.find("order", "O-1001") is not None:
            return
        for i, (name, tier, language) in enumerate(PEOPLE, start=1001):
            profile: dict[str, Json] = {
                "id": f"C-{i}", "name": name, "tier": tier, "phone": f"1380000{i}", "email": f"c{i}@example.com",
                "language": language,
            }  # fmt: skip
            books.keep("customer", f"C-{i}", profile)
        for i, paid in enumerate(PAID):
            _order(books, i, Decimal(paid))


def _order(books: Books, i: int, paid: Decimal) -> None:
    no, tracking_no = f"O-{1001 + i}", f"SF{900_001 + i}"
    zh, en = GOODS[i % len(GOODS)]
    name, _, _ = PEOPLE[i % len(PEOPLE)]
    order: dict[str, Json] = {
        "no": no, "paid": cents(paid), "currency": "CNY", "tracking_no": tracking_no,
        "items": [{"sku": f"SKU-{i % len(GOODS) + 1}", "title": {"zh": zh, "en": en}, "quantity": 1}],
        "customer": {"id": f"C-{1001 + i % len(PEOPLE)}", "name": name},
    }  # fmt: skip
    books.keep("order", no, order)
    books.keep("parcel", tracking_no, new_parcel(tracking_no, no))
