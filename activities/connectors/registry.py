"""Every operation and every webhook by name, ready to be used; and what the catalog tells designers of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import urlsplit

import httpx

from activities.connectors import templates
from activities.connectors.line import Line, Pace, credentials
from activities.connectors.model import ConnectorFile, Hook, Operation
from activities.connectors.reading import Read, read_connector, wrong
from sop.catalog import needed_in_path
from sop.problems import Problem, Refused, closest
from sop.yaml_text import escape


@dataclass(frozen=True, slots=True)
class Service:
    """One operation, by its full name, on its system's line. ``paces`` are the limits it keeps."""

    name: str
    file: ConnectorFile
    operation: Operation
    line: Line
    paces: tuple[Pace, ...]

    @property
    def seconds(self) -> float:
        """How long one request may take."""
        return self.operation.timeout or self.file.timeout


@dataclass(frozen=True, slots=True)
class Listener:
    """What one system tells us: ``source`` names it on every event. The secret stays in here."""

    source: str
    hook: Hook
    secret: bytes


@dataclass(frozen=True, slots=True)
class Connectors:
    """All connectors of a workspace. ``secrets`` are the texts that must never be shown. Close it when done."""

    services: Mapping[str, Service]
    listeners: Mapping[str, Listener]
    files: tuple[ConnectorFile, ...]
    secrets: frozenset[str]

    def catalog_actions(self) -> dict[str, CatalogAction]:
        """The actions of the catalog, in the shape of its YAML."""
        return catalog_actions(self.files)

    async def close(self) -> None:
        """Close every connection."""
        lines = {id(service.line): service.line for service in self.services.values()}
        await asyncio.gather(*(line.close() for line in lines.values()))


CatalogAction = TypedDict(
    "CatalogAction",
    {
        "in": list[str],
        "out": list[str],
        "effect": str,
        "idempotent": str,
        "undo": str | None,
        "title": dict[str, str],
        "required": list[str],
    },
)


def catalog_actions(files: Sequence[ConnectorFile]) -> dict[str, CatalogAction]:
    """What designers may call: names in and out, effect, idempotency, inverse, title, what it cannot do without."""
    return {
        f"{file.connector}.{name}": {
            "in": list(operation.takes),
            "out": list(operation.out),
            "effect": operation.effect.value,
            "idempotent": operation.idempotent.value,
            "undo": operation.undo,
            "title": operation.title.model_dump(),
            "required": needed_in_path(operation.path),
        }
        for file in files
        for name, operation in file.operations.items()
    }


def read_connectors(files: Mapping[str, str]) -> tuple[Read, ...]:
    """Read files (name → text) that belong together, without settings or secrets. Raises ``sop.problems.Refused``."""
    read: list[Read] = []
    problems: list[Problem] = []
    for name, text in sorted(files.items()):
        try:
            read.append(read_connector(text, name))
        except Refused as refused:
            problems += refused.problems
    problems += _clashes(read)
    if problems:
        raise Refused(problems)
    return tuple(read)


def load_connectors(files: Mapping[str, str], settings: Mapping[str, str], secrets: Mapping[str, str]) -> Connectors:
    """Read files (name → text) and tie them to this installation: base URLs from settings, secrets by name.

    Raises ``sop.problems.Refused`` with every mistake, duplicate name, missing setting and missing secret."""
    read = read_connectors(files)
    problems = [problem for each in read for problem in (*_address(each, settings), *_secrets(each, secrets))]
    if problems:
        raise Refused(problems)
    tls = httpx.create_ssl_context(trust_env=False)
    services: dict[str, Service] = {}
    listeners: dict[str, Listener] = {}
    for file in (each.file for each in read):
        secret = secrets.get(file.auth.secret) if file.auth else None
        line = Line(file.title, base_url(file, settings), {**file.headers, **credentials(file.auth, secret)}, tls)
        services |= {service.name: service for service in _services(file, line)}
        if file.hook:
            signed_with = secrets[file.hook.signature.secret].encode()
            listeners[file.hook.path or file.connector] = Listener(file.connector, file.hook, signed_with)
    used = {name for each in read for name, _ in _secret_names(each.file)}
    return Connectors(
        services, listeners, tuple(each.file for each in read), frozenset(secrets.get(n, "") for n in used)
    )


def base_url(file: ConnectorFile, settings: Mapping[str, str]) -> str:
    """Where the system is. A setting that is not there is empty. Raises TemplateFault."""
    env = dict.fromkeys(_settings_read(file), "") | dict(settings)
    return templates.text(templates.render(file.base_url, {"env": env}))


def _settings_read(file: ConnectorFile) -> set[str]:
    pieces = templates.parts(file.base_url)
    return {name for piece in pieces if isinstance(piece, templates.Expression) for name in piece.items_of("env")}


def _services(file: ConnectorFile, line: Line) -> Iterator[Service]:
    shared = [Pace(file.rate_limit)] if file.rate_limit else []
    for name, operation in file.operations.items():
        own = [Pace(operation.rate_limit)] if operation.rate_limit else []
        yield Service(f"{file.connector}.{name}", file, operation, line, (*shared, *own))


def _clashes(read: Sequence[Read]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    paths: dict[str, str] = {}
    offered = {f"{each.file.connector}.{name}" for each in read for name in each.file.operations}
    for each in read:
        for name, operation in each.file.operations.items():
            pointer, full = f"/operations/{escape(name)}", f"{each.file.connector}.{name}"
            if full in seen:
                yield each.tree.problem("103", pointer, on_key=True, name=full, first=seen[full])
            seen.setdefault(full, _place(each, pointer))
            if operation.undo and operation.undo not in offered:
                meant = closest(operation.undo, offered) or "—"
                yield wrong(
                    each.tree, f"{pointer}/undo", "undo", f"已有的操作（{meant}？）", f"a known operation ({meant}?)"
                )
        if hook := each.file.hook:
            path = hook.path or each.file.connector
            if path in paths:
                yield each.tree.problem("103", "/hook", on_key=True, name=f"/hooks/{path}", first=paths[path])
            paths.setdefault(path, _place(each, "/hook"))


def _place(read: Read, pointer: str) -> str:
    at = read.tree.key_at(pointer)
    return f"{read.tree.file}:{at.line}:{at.column}"


def _address(read: Read, settings: Mapping[str, str]) -> Iterator[Problem]:
    names = ", ".join(sorted(_settings_read(read.file))) or "base_url"
    zh, en = f"完整的 http(s) 地址：请设置 {names}", f"a whole http(s) address (set {names})"
    try:
        parts = urlsplit(base_url(read.file, settings))
    except (templates.TemplateFault, ValueError):
        yield wrong(read.tree, "/base_url", "base_url", zh, en)
        return
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        yield wrong(read.tree, "/base_url", "base_url", zh, en)


def _secret_names(file: ConnectorFile) -> Iterator[tuple[str, str]]:
    """Every secret the file names, with its pointer."""
    if file.auth:
        yield file.auth.secret, "/auth/secret"
    if file.hook:
        yield file.hook.signature.secret, "/hook/signature/secret"


def _secrets(read: Read, secrets: Mapping[str, str]) -> Iterator[Problem]:
    for name, pointer in _secret_names(read.file):
        optional = pointer == "/auth/secret" and read.file.auth is not None and not read.file.auth.required
        if not secrets.get(name) and not optional:
            yield wrong(
                read.tree, pointer, "secret", f"已设置的密钥：请设置 {name}", f"a secret that is set (set {name})"
            )
