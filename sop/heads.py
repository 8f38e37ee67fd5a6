"""Which definitions some texts are, by their heads alone: before they are read, and however broken they are below."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sop.model import Kind

_HEAD = re.compile(r"""^(sop|playbook):[ \t]*(["']?)([a-z][a-z0-9_]*)\2[ \t]*(?:#.*)?$""", re.MULTILINE)


def head_of(text: str) -> tuple[Kind, str] | None:
    """The kind and the key that a text says it is; none where it does not say so on a line of its own."""
    head = _HEAD.search(text)
    return (Kind(head[1]), head[3]) if head else None


def playbooks_in(files: Mapping[str, str]) -> frozenset[str]:
    """The keys of the playbooks among some texts."""
    heads = (head_of(text) for text in files.values())
    return frozenset(head[1] for head in heads if head is not None and head[0] is Kind.PLAYBOOK)
