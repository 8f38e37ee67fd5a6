import pytest

from sop.catalog import BadCatalog, Catalog, Effect, Idempotency, actions_of, actions_of_connector


def test_a_catalog_is_read_from_its_plain_shape() -> None:
    catalog = Catalog.from_plain(
        {
            "roles": ["after_sales"],
            "events": {"parcel.received": ["tracking_no"]},
            "ticket": ["no", "order"],
            "actions": {
                "erp.rma.create": {
                    "in": ["order_no"],
                    "out": ["rma_no"],
                    "idempotent": "key",
                    "undo": "erp.rma.cancel",
                },
                "erp.rma.cancel": {"in": ["rma_no"], "out": [], "effect": "write", "idempotent": "native"},
                "erp.refund.create": {"in": ["amount"], "out": ["refund_no"], "effect": "money", "idempotent": "key"},
            },
        }
    )

    assert catalog.roles == {"after_sales"}
    assert catalog.events == {"parcel.received": ("tracking_no",)}
    assert catalog.actions["erp.rma.create"].undo == "erp.rma.cancel"
    assert catalog.actions["erp.refund.create"].effect is Effect.MONEY
    assert catalog.actions["erp.rma.cancel"].idempotent is Idempotency.NATIVE


def test_the_tickets_own_action_and_messages_are_always_there() -> None:
    catalog = Catalog.from_plain({})

    assert {"ticket.update", "notify.customer", "notify.staff"} <= set(catalog.actions)
    assert catalog.personal == {"name", "phone", "email", "address"}
    assert catalog.calendars["default"]["tz"] == "Asia/Shanghai"


def test_a_connectors_operations_are_actions_by_their_full_name() -> None:
    offered = actions_of_connector(
        {
            "connector": "erp",
            "operations": {
                "rma.create": {
                    "in": ["order_no"],
                    "out": {"rma_no": "{{ response.no }}"},
                    "effect": "write",
                    "path": "/rma",
                }
            },
        }
    )

    action = actions_of(offered)["erp.rma.create"]
    assert (action.takes, action.gives, action.effect) == (("order_no",), ("rma_no",), Effect.WRITE)


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"rolles": []}, "rolles"),
        ({"roles": "after_sales"}, "list"),
        ({"events": ["a"]}, "mapping"),
        ({"actions": {"a.b": {"undo": "a.c"}}}, "a.c"),
        ({"actions": {"a.b": {"effect": "magic"}}}, "magic"),
    ],
)
def test_a_wrong_catalog_says_which_entry(plain: dict[str, object], said: str) -> None:
    with pytest.raises(BadCatalog, match=said):
        Catalog.from_plain(plain)
