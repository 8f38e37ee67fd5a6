"""``gongdan user …`` and ``gongdan key add``: straight in the database, so that nobody is ever locked out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from db.people import NewPerson, people, put_person
from db.session import Store
from db.tables import Standing
from worker.access import admitting
from worker.access.storing import with_store
from worker.terminal.asked import Asked
from worker.terminal.words import Failure

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def add_user(asked: Asked) -> int:
    """Add somebody and print a one-time password."""
    wanted = _new_person(asked)

    async def add(store: Store) -> str:
        async with store.write() as conn:
            if any(wanted.id == one.id or wanted.email == one.email for one in await people(conn, active=False)):
                raise Failure(
                    f"{wanted.id} 或 {wanted.email} 已存在；重置密码请用 gongdan user password",
                    f"{wanted.id} or {wanted.email} is there already; `gongdan user password` resets a password",
                )
            await put_person(conn, wanted, datetime.now(UTC))
        return await admitting.give_password(store, wanted.id)

    _tell_password(asked, wanted.email or "", with_store(asked, add))
    return 0


def _new_person(asked: Asked) -> NewPerson:
    person_id, email = asked.text("id"), asked.text("email").strip().lower()
    if not _ID.fullmatch(person_id):
        raise Failure(
            "编号只含小写字母、数字、下划线，以字母开头", "an id has small letters, digits and _, a letter first", 2
        )
    if not _EMAIL.fullmatch(email):
        raise Failure(f"{email} 不是邮箱", f"{email} is no e-mail address", 2)
    return NewPerson(
        person_id,
        asked.text("name"),
        email,
        Standing.ADMIN if asked.flag("admin") else Standing.AGENT,
        tuple(asked.texts("role")),
        tuple(asked.texts("team")),
        tuple(asked.texts("skill")),
        asked.text("language"),
    )


def reset_password(asked: Asked) -> int:
    """Print a new one-time password for somebody."""
    name = asked.text("id")

    async def reset(store: Store) -> tuple[str, str]:
        async with store.read() as conn:
            found = await admitting.find_person(conn, name)
        if found is None:
            raise Failure(
                f"没有 {name} 这个人；用 gongdan user add 新增",
                f"there is nobody called {name}; `gongdan user add` adds somebody",
            )
        return found.email or found.id, await admitting.give_password(store, found.id)

    _tell_password(asked, *with_store(asked, reset))
    return 0


def _tell_password(asked: Asked, login: str, password: str) -> None:
    terminal = asked.terminal
    terminal.tell(password)
    terminal.note(
        terminal.say(
            f"{login} 的一次性密码，登录后须修改", f"the one-time password of {login}; it must be changed at login"
        )
    )


def add_key(asked: Asked) -> int:
    """Make a key and print it, this once."""
    scopes = asked.texts("scope") or ["admin"]
    if unknown := sorted(set(scopes) - set(admitting.SCOPES)):
        known = ", ".join(admitting.SCOPES)
        raise Failure(
            f"没有权限 {', '.join(unknown)}；可用：{known}",
            f"no scope is called {', '.join(unknown)}; there are {known}",
            2,
        )

    async def add(store: Store) -> str:
        async with store.write() as conn:
            return await admitting.give_key(conn, asked.text("name"), scopes, datetime.now(UTC))

    asked.terminal.tell(with_store(asked, add))
    if not asked.flag("quiet"):
        asked.terminal.note(asked.terminal.say("请保存好：密钥不会再显示", "keep it: the key is not shown again"))
    return 0
