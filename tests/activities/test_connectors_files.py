"""Connector files: what ships says what the catalog promises, and every mistake is told with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from activities.connectors import exact_json, templates
from activities.connectors.model import ConnectorFile, Operation
from activities.connectors.reading import read_connector
from activities.connectors.registry import catalog_actions, load_connectors, read_connectors
from sop.catalog import actions_of, actions_of_connector
from sop.problems import Language, Refused
from tests.activities.connector_desk import SECRETS

GOOD = """connector: shop
title: {zh: 商店, en: Shop}
base_url: "{{ env.SHOP_URL }}"
operations:
  pay:
    title: {zh: 付款, en: Pay}
    in: [amount]
    effect: money
    idempotent: key
    path: /pay
    body: {amount: "{{ arguments.amount }}"}
    out: {no: "{{ response.no }}"}
"""
SETTINGS = {"SHOP_URL": "https://shop.example"}
COMPANY = {"GONGDAN_COMPANY_URL": "http://127.0.0.1:9"}

# What designers already rely on: names in, names out, effect, idempotency, inverse.
PROMISED: Mapping[str, tuple[str, str, str, str, str | None]] = {
    "erp.rma.create": ("order_no reason photos", "rma_no", "write", "key", "erp.rma.cancel"),
    "erp.rma.cancel": ("rma_no", "", "write", "native", None),
    "erp.refund.create": ("order_no rma_no amount reason", "refund_no paid_at", "money", "key", None),
    "logistics.label.create": ("order_no rma_no to", "tracking_no label_url", "write", "key", "logistics.label.void"),
    "logistics.label.void": ("tracking_no", "", "write", "native", None),
    "logistics.claim.create": ("tracking_no amount evidence", "claim_no", "write", "key", "logistics.claim.withdraw"),
    "logistics.claim.withdraw": ("claim_no", "", "write", "native", None),
    "crm.coupon.issue": ("customer_id amount reason", "coupon_no", "money", "key", "crm.coupon.revoke"),
    "crm.coupon.revoke": ("coupon_no", "", "write", "native", None),
    "notify.customer": ("template survey amount tracking_no label_url reason", "message_id", "message", "key", None),
    "notify.staff": ("to template text", "message_id", "message", "key", None),
}


def refused(text: str) -> list[str]:
    """The heads of the problems of one file."""
    with pytest.raises(Refused) as caught:
        read_connectors({"shop.yaml": text})
    return [problem.head(Language.EN) for problem in caught.value.problems]


@pytest.mark.parametrize("name", PROMISED)
def test_a_shipped_action_is_what_the_catalog_promises(connector_files: dict[str, str], name: str) -> None:
    takes, gives, effect, idempotent, undo = PROMISED[name]
    action = catalog_actions([read.file for read in read_connectors(connector_files)])[name]

    assert action.items() >= {
        "in": takes.split(), "out": gives.split(), "effect": effect, "idempotent": idempotent, "undo": undo,
    }.items()  # fmt: skip


def test_the_shipped_files_offer_the_whole_demo_company(connector_files: dict[str, str]) -> None:
    connectors = load_connectors(connector_files, COMPANY, SECRETS)

    assert set(connectors.services) - set(PROMISED) == {
        "erp.refund.status", "erp.order.get", "erp.spare_part.request", "erp.spare_part.cancel", "logistics.track.get",
        "logistics.dispatch.create", "logistics.dispatch.cancel", "crm.customer.get",
    }  # fmt: skip
    assert set(connectors.listeners) == {"carrier"}
    assert connectors.catalog_actions().keys() == connectors.services.keys()


def test_the_catalog_reads_the_files_as_the_hands_do(connector_files: dict[str, str]) -> None:
    files = read_connectors(connector_files)
    plain = {name: action for read in files for name, action in actions_of_connector(mapping(read.tree.data)).items()}

    assert actions_of(plain) == actions_of(catalog_actions([read.file for read in files]))


def mapping(plain: object) -> dict[str, object]:
    assert isinstance(plain, dict)
    return plain


def test_a_setting_moves_a_system_elsewhere(connector_files: dict[str, str]) -> None:
    elsewhere = {"GONGDAN_ERP_URL": "https://erp.example/v2"}

    load_connectors(connector_files, COMPANY | elsewhere, SECRETS)
    with pytest.raises(Refused) as caught:
        load_connectors(connector_files, elsewhere, SECRETS)
    heads = [problem.head(Language.EN) for problem in caught.value.problems]
    assert [head.split(":")[0] for head in heads] == ["crm.yaml", "logistics.yaml", "notify.yaml"]
    assert "GONGDAN_CRM_URL" in heads[0]


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_a_secret_that_is_not_set_is_named(connector_files: dict[str, str], missing: str) -> None:
    with pytest.raises(Refused) as caught:
        load_connectors(connector_files, COMPANY, {**SECRETS, missing: ""})

    assert [missing in problem.head() for problem in caught.value.problems] == [True]


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("connector: shop\n", "", "1:1", "missing key connector"),
        ("en: Shop}", "en: Shop, fr: Boutique}", "2:27", "unknown key fr"),
        ("    effect: money\n", "    efect: money\n", "8:5", "unknown key efect"),
        ("effect: money", "effect: gold", "8:13", "effect"),
        ("idempotent: key", "idempotent: maybe", "9:17", "idempotent"),
        ("path: /pay", "path: pay", "10:11", "begins with /"),
        ("path: /pay", 'path: "/pay/{{ arguments.no | shout }}"', "10:11", "shout"),
        ("path: /pay", 'path: "/pay/{{ response.no }}"', "10:11", "response"),
        ("path: /pay", 'path: "/pay/{% if 1 %}x{% endif %}"', "10:11", "blocks"),
        ("response.no", "arguments.amount", "12:10", "arguments"),
        ("arguments.amount", "arguments.amount.pop()", "11:11", "called"),
        ("arguments.amount", "9 ** 9 ** 9", "11:11", "**"),
        ("arguments.amount", "'x' * 999999999", "11:11", "*"),
        ('"{{ response.no }}"', "{{ response.no }}", "12:15", "unquoted"),
        ("    path: /pay\n", "    path: /pay\n    timeout: 10\n", "11:14", "duration"),
        ("    path: /pay\n", "    path: /pay\n    timeout: 2h\n", "11:14", "timeout"),
        ("    path: /pay\n", "    path: /pay\n    path: /pay\n", "11:5", "duplicate"),
        ("    path: /pay\n", "    path: /pay\n    undo: shop.refund\n", "11:11", "a known operation"),
        ("    path: /pay\n", "    path: /pay\n    undo: shop.pay\n", "11:11", "another operation"),
        ("effect: money", "effect: read\n    check: {path: /x}", "6:5", "no check"),
        ("operations:", "auth: {type: digest, secret: X}\noperations:", "4:7", "auth"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old: str, new: str, where: str, said: str) -> None:
    heads = refused(GOOD.replace(old, new, 1))

    assert any(head.startswith(f"shop.yaml:{where}:") and said in head for head in heads), heads


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        read_connectors({"a.yaml": GOOD.replace("money", "gold"), "b.yaml": "- 1", "c.yaml": "x: [1"})

    assert {problem.file for problem in caught.value.problems} == {"a.yaml", "b.yaml", "c.yaml"}


def test_one_name_belongs_to_one_file() -> None:
    with pytest.raises(Refused) as caught:
        read_connectors({"a.yaml": GOOD, "b.yaml": GOOD})

    assert "b.yaml:5:3: error SOP103: duplicate id shop.pay: it already stands at a.yaml:5:3" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "shop.example", "ftp://shop.example", "https://", "https://a:b@c", "https://c?x=1"]
)
def test_a_base_url_is_a_whole_http_address(url: str) -> None:
    with pytest.raises(Refused, match="SHOP_URL"):
        load_connectors({"shop.yaml": GOOD}, {"SHOP_URL": url}, {})


def test_a_position_survives_chinese_text() -> None:
    read = read_connector(GOOD, "shop.yaml")

    assert read.tree.at("/operations/pay/title/en") == (6, 25)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ a.b }}", Decimal("0.30")),
        ("{{ a['b'] }}", Decimal("0.30")),
        ("x{{ a.b }}y{{ n }}", "x0.30y"),
        ("{{ n }}", None),
        ("{{ a.no | default('?') }}", "?"),
        ("{{ '0.10' | decimal }}", Decimal("0.10")),
        ("{{ items[0] }}", 1),
        ("{{ {'}}': 1} }}", {"}}": 1}),
        ("{{ 0.1 }}", Decimal("0.1")),
        (["{{ n }}", {"k": "{{ a.b }}"}], [None, {"k": Decimal("0.30")}]),
    ],
)  # fmt: skip
def test_a_template_keeps_the_type_of_its_only_expression(source: object, value: object) -> None:
    scope = {"a": {"b": Decimal("0.30")}, "n": None, "items": [1]}

    assert templates.render(source, scope) == value


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}", "{{ a.items }}", "{{ a.keys }}", "{{ a['__class__'] }}", "{{ a.b.real }}",
        "{{ missing }}", "{{ items.append }}", "{{ items | attr('append') }}", "{{ a | tojson }}", "{{ self }}",
        "{{ range(9) }}", "x{{ items }}", "{{ 'x' | decimal }}", "{{ cycler }}", "{{ a.b / 0 }}", "{{ }}",
        "{{ a", "{# x #}",
    ],
)  # fmt: skip
def test_a_template_reaches_nothing_but_its_values(source: str) -> None:
    with pytest.raises(templates.TemplateFault):
        templates.render(source, {"a": {"b": Decimal(1)}, "items": [1]})


@pytest.mark.parametrize(
    "text", ["0.3", "-12.50", "1", "1.0", "0.000000000000000000000000000001", "100000000000000000000.01"]
)
def test_a_number_is_the_same_after_the_way_through_json(text: str) -> None:
    assert exact_json.dumps(exact_json.loads(text.encode())) == text.encode()


def test_a_sum_of_money_is_exact_in_json() -> None:
    assert (
        exact_json.dumps({"sum": Decimal("0.1") + Decimal("0.2"), "名": [True, None]})
        == '{"sum":0.3,"名":[true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("1e999999999"), 0.5, object(), {1, 2}])
def test_what_json_cannot_say_exactly_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        exact_json.dumps(value)


@pytest.mark.parametrize("page", ["connectors.md", "connectors.zh-CN.md"])
def test_the_example_of_the_documentation_loads(checkout: Path, page: str) -> None:
    text = (checkout / "docs" / "reference" / page).read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    secrets = {"BILLING_TOKEN": "a", "BILLING_HOOK_SECRET": "b"}

    connectors = load_connectors({page: example}, {"BILLING_URL": "https://billing.example"}, secrets)
    assert set(connectors.services) == {"billing.invoice.cancel", "billing.invoice.restore"}


@pytest.mark.parametrize("page", ["connectors.md", "connectors.zh-CN.md"])
def test_the_documentation_names_every_key_and_setting(
    checkout: Path, connector_files: dict[str, str], page: str
) -> None:
    text = (checkout / "docs" / "reference" / page).read_text(encoding="utf-8")
    keys = {field.alias or name for shape in (ConnectorFile, Operation) for name, field in shape.model_fields.items()}
    settings = {word for file in connector_files.values() for word in re.findall(r"GONGDAN_[A-Z_]+", file)}

    assert sorted(key for key in keys - {"operations", "hook"} if f"`{key}`" not in text) == []
    assert sorted(name for name in settings if name not in text) == []
