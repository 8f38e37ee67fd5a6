"""Templates to text: one environment a language, everything that depends on the reader said by their ``Speech``."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.pages import words
from api.pages.assets import Assets
from api.pages.language import Speech, span, translations
from api.pages.views import Due
from api.problem_table import Language
from sop.company import CompanyShape

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PRIORITIES = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Press:
    """Prints pages: the templates of both languages, the static files they name, the company's own names."""

    assets: Assets
    company: CompanyShape
    environments: Mapping[Language, Environment]

    def print(self, template: str, speech: Speech, values: Mapping[str, object]) -> str:
        """The text of a template for one reader."""
        return (
            self.environments[speech.language]
            .get_template(template)
            .render({**values, "speech": speech, "now": datetime.now(UTC)})
        )

    def named(self, table: str, key: str | None, speech: Speech) -> str:
        """The company's name for a category, channel, priority, role, team or segment; the key where it has none."""
        if not key:
            return ""
        entry = getattr(self.company, table).get(key)
        title = getattr(entry, "title", entry)
        return getattr(title, speech.language.value, "") or key

    def clock(self, name: str, speech: Speech) -> str:
        """What a clock is called: by the company, by us, or by its name."""
        policy = self.company.sla.get(name)
        if policy is not None and policy.title:
            return speech.label(policy.title)
        return speech.say(words.CLOCKS[name]) if name in words.CLOCKS else name

    def holder(self, wanted: str | None, speech: Speech) -> str:
        """``team:x``, ``role:x``, ``user:x``, ``customer`` or a bare person as people say it."""
        kind, _, name = (wanted or "").partition(":")
        match kind:
            case "team" | "role":
                return self.named(f"{kind}s", name, speech)
            case "customer":
                return speech.say("The customer")
            case "owner":
                return speech.say("The owner")
            case _:
                key = name or kind
                person = self.company.people.get(key)
                return person.name if person else key


def press_of(assets: Assets, company: CompanyShape) -> Press:
    """The press of one process, with the catalogues of both languages."""
    environments: dict[Language, Environment] = {}
    press = Press(assets, company, environments)
    environments.update({language: _environment(language, press) for language in Language})
    return press


def _environment(language: Language, press: Press) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.globals.update(static=press.assets.url, fresh_key=_fresh_key, priorities=PRIORITIES)
    environment.filters.update(_of_reader(press))
    environment.filters.update(_of_table(catalogue.gettext))
    return environment


def _fresh_key() -> str:
    return secrets.token_urlsafe(12)


def _of_table(say: Callable[[str], str]) -> dict[str, Callable[[str], str]]:
    def told(table: Mapping[str, str]) -> Callable[[str], str]:
        return lambda key: say(table[key]) if key in table else key

    def looks(table: Mapping[str, str]) -> Callable[[str], str]:
        return lambda key: table.get(key, "")

    return {
        "status": told(words.STATUSES),
        "status_class": looks(words.STATUS_CLASSES),
        "run_status": told(words.RUN_STATUSES),
        "run_class": looks({"running": "live", "open": "live", "resolved": "done", "done": "done"}),
        "shade": told(words.SHADES),
        "stage": told(words.STAGES),
        "speaker": told(words.SPEAKERS),
        "release": told(words.RELEASES),
        "deed": told(words.RELEASE_DEEDS),
        "verdict": told(words.VERDICTS),
        "verdict_class": looks(words.VERDICT_CLASSES),
        "difference": told(words.DIFFERENCES),
        "priority_class": looks(words.PRIORITY_CLASSES),
    }


def _of_reader(press: Press) -> dict[str, Callable[..., str]]:
    @pass_context
    def moment(context: Context, at: datetime, now: datetime) -> str:
        return _speech(context).moment(at, now)

    @pass_context
    def full(context: Context, at: datetime) -> str:
        return _speech(context).full(at)

    @pass_context
    def left(context: Context, due: Due, now: datetime) -> str:
        if due.paused:
            return _speech(context).say("paused")
        return span(due.at - now) if due.at else "—"

    @pass_context
    def priority(context: Context, key: str) -> str:
        return press.named("priorities", key, _speech(context))

    @pass_context
    def channel(context: Context, key: str) -> str:
        return press.named("channels", key, _speech(context))

    return {"moment": moment, "full": full, "left": left, "priority": priority, "channel": channel}


def _speech(context: Context) -> Speech:
    speech: Speech = context["speech"]
    return speech
