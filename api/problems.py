"""Errors as RFC 9457 problem documents, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.problem_table import FIELD_TEXTS, TABLE, Code, Entry, Language, Text
from db.session import StoreUnavailable
from sop.refusals import Refusal
from workflows.client import Refused, TemporalUnavailable

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = {Code.STILL_RUNNING: 1, Code.TICKET_NOT_STARTED: 1, Code.DATABASE_UNAVAILABLE: 2}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is not valid: a JSON pointer into the body (or a parameter's name) and what is wrong with it."""

    pointer: str
    kind: str
    params: Mapping[str, object]
    text: Text | None = None

    def message(self, language: Language) -> str:
        text = self.text or FIELD_TEXTS.get(self.kind, FIELD_TEXTS["unknown"])
        return _filled(text.in_(language), self.params)


class Problem(HTTPException):
    """Anything a door refuses. Raise it with the code and what its detail names; ``text`` replaces the detail."""

    def __init__(
        self,
        code: Code,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
        text: Text | None = None,
        name: str | None = None,
        **params: object,
    ) -> None:
        self.code = code
        self.name = name or code.value
        self.entry: Entry = TABLE[code]
        self.errors = tuple(errors)
        self.text = text or self.entry.detail
        self.params = params
        given = dict(headers or {})
        if code in RETRY_SECONDS:
            given.setdefault("Retry-After", str(RETRY_SECONDS[code]))
        super().__init__(status or self.entry.status, self.entry.title.en, given or None)

    @classmethod
    def of(cls, error: Exception) -> Problem:
        """The problem that a refusal is. Raises what is none."""
        return _problem_of(error, "")

    def title(self, language: Language) -> str:
        return self.entry.title.in_(language)

    def explanation(self, language: Language) -> str:
        return _filled(self.text.in_(language), self.params)


class ProblemDocument(TypedDict, total=False):
    """The body of every error. ``code`` is stable; ``errors`` is there when fields are at fault."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[dict[str, str]]


def invalid(pointer: str, kind: str, **params: object) -> Problem:
    """The problem of one field that is not valid."""
    return Problem(Code.INVALID, errors=[FieldError(pointer, kind, params)])


def unauthorized(code: Code) -> Problem:
    """A 401, which must name the way in."""
    return Problem(code, headers={"WWW-Authenticate": 'Bearer realm="gongdan"'})


def language_of(header: str | None) -> Language:
    """The language an Accept-Language header wants; English when it names neither."""
    best, best_weight = Language.EN, 0.0
    for part in (header or "")[:200].split(","):
        tag, _, quality = part.partition(";")
        language = _LANGUAGES.get(tag.strip().lower().partition("-")[0])
        weight = _weight(quality)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


_LANGUAGES = {"zh": Language.ZH, "en": Language.EN}


def _weight(quality: str) -> float:
    name, _, number = quality.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0


def document(problem: Problem, instance: str, language: Language) -> ProblemDocument:
    """The problem as the caller reads it."""
    answer: ProblemDocument = {
        "type": f"/problems/{problem.name}",
        "title": problem.title(language),
        "status": problem.status_code,
        "detail": problem.explanation(language),
        "instance": instance,
        "code": problem.name,
    }
    if problem.errors:
        answer["errors"] = [{"pointer": error.pointer, "message": error.message(language)} for error in problem.errors]
    return answer


def response(problem: Problem, instance: str, accept_language: str | None) -> Response:
    """The problem as an HTTP answer."""
    language = language_of(accept_language)
    headers = {**(problem.headers or {}), "Content-Language": language.value, "Cache-Control": "no-store"}
    body = json.dumps(document(problem, instance, language), ensure_ascii=False).encode()
    return Response(body, status_code=problem.status_code, headers=headers, media_type=MEDIA_TYPE)


def field_errors(found: Iterable[ErrorDetails]) -> list[FieldError]:
    """What pydantic found, without the value that was sent."""
    return [FieldError(_pointer(error["loc"]), error["type"], error.get("ctx") or {}) for error in list(found)[:50]]


def _pointer(loc: Sequence[int | str]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in loc)


def _filled(text: str, params: Mapping[str, object]) -> str:
    return text.format_map({key: str(value) for key, value in params.items()}) if params else text


def of_refusal(refused: Refused) -> Problem:
    """What the ticket's workflow refused: its own code, status and words."""
    code = _OF_STATUS.get(refused.status, Code.CONFLICT)
    en = refused.message.get("en", refused.code)
    text = Text(refused.message.get("zh", en), en)
    return Problem(code, status=refused.status, text=text, name=refused.code, errors=refused_fields(refused.fields))


_OF_STATUS = {403: Code.FORBIDDEN, 404: Code.NOT_FOUND, 422: Code.INVALID}


def refused_fields(fields: Mapping[str, str]) -> list[FieldError]:
    """What a form's check found, by the field it is about."""
    return [
        FieldError(_pointer(("outcome",) if key == "outcome" else ("values", key)), "unknown", {}, Text(said, said))
        for key, said in fields.items()
    ]


def of_absence(away: TemporalUnavailable) -> Problem:
    """Temporal cannot be reached."""
    return Problem(Code.TEMPORAL_UNAVAILABLE, headers={"Retry-After": str(max(1, round(away.retry_after)))})


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""

    async def render(request: Request, problem: Problem) -> Response:
        page = getattr(request.app.state, "error_page", None)
        if page is not None and "text/html" in request.headers.get("accept", ""):
            shown: Response = await page(request, problem)
            return shown
        return response(problem, request.url.path, request.headers.get("accept-language"))

    async def on_problem(request: Request, error: Exception) -> Response:
        return await render(request, _problem_of(error, request.method))

    for refused in (HTTPException, RequestValidationError, Refusal, Refused, TemporalUnavailable, StoreUnavailable):
        app.add_exception_handler(refused, on_problem)


def _problem_of(error: Exception, method: str) -> Problem:
    match error:
        case Problem():
            return error
        case Refused():
            return of_refusal(error)
        case Refusal():
            return of_refusal(Refused(error.code, {"zh": error.zh, "en": error.en}, error.status, error.fields))
        case TemporalUnavailable():
            return of_absence(error)
        case RequestValidationError():
            return Problem(Code.INVALID, errors=_parameter_errors(error))
        case HTTPException():
            return _of_http(error, method)
        case StoreUnavailable():
            return Problem(Code.DATABASE_UNAVAILABLE, headers={"Retry-After": str(error.retry_after)})
        case _:
            raise error


def _parameter_errors(error: RequestValidationError) -> list[FieldError]:
    return [FieldError(_pointer(one["loc"][1:]), one["type"], one.get("ctx") or {}) for one in error.errors()]


def _of_http(error: HTTPException, method: str) -> Problem:
    match error.status_code:
        case 404:
            return Problem(Code.NOT_FOUND, headers=error.headers)
        case 405:
            return Problem(Code.METHOD_NOT_ALLOWED, headers=error.headers, method=method)
        case status:
            why = str(error.detail)
            return Problem(Code.HTTP, status=status, headers=error.headers, text=Text(why, why))
