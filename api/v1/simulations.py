"""Walking through a definition without a ticket: moves in, what came of them out. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from api.auth import needs
from api.bodies import answer, body_of
from api.doors import Doors, TheDoors
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem, language_of
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.told import SimulationTold
from db.definitions import defaults, definition
from sop.catalog import Catalog
from sop.definition import Compiled, starts_on
from sop.engine.orders import REOPENED
from sop.loading import examine
from sop.model import Kind
from sop.problems import Language
from sop.problems import Problem as Mistake
from sop.simulate import Bounds, TooMuch
from sop.simulate.simulation import Surroundings, simulate

router = APIRouter(tags=["definitions"], dependencies=[needs(Scope.DEFINITIONS_READ)])
DRAFT = "draft"
Said = Annotated[asked.Simulation, Depends(body_of(asked.Simulation))]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is published: the definition asked for by name, those that others may run, playbooks and what takes up a
    ticket that is opened again; and who reads the answer."""

    named: Compiled | None
    sops: dict[str, Compiled]
    playbooks: dict[str, Compiled]
    language: Language


@router.post(
    "/simulations",
    response_model=SimulationTold,
    operation_id="simulate",
    summary="Walk through a definition",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Simulation),
)
async def simulation(
    doors: TheDoors,
    said: Said,
    idempotency_key: Annotated[
        str | None, Header(description="Taken, and not needed: the same moves always come to the same.")
    ] = None,
    accept_language: Annotated[str | None, Header(description="The language of the diagram.")] = None,
) -> Response:
    """A draft (its YAML), or a published definition, on the engine that tickets run on, with a virtual clock."""
    known = await _known(doors, said, Language(language_of(accept_language)))

    def work(bounds: Bounds) -> dict[str, object]:
        return _simulated(said, known, doors.simulator.catalog, bounds)

    try:
        told = await doors.simulator.run(work)
    except TooMuch as much:
        raise Problem(Code.SIMULATION_TOO_LARGE, limit=f"{much.limit} {much.what}") from None
    except ValueError as error:
        raise Problem(Code.SIMULATION_WRONG, why=str(error)) from None
    return answer(told)


def _around(said: asked.Simulation) -> Surroundings:
    return Surroundings.model_validate(said.model_dump(include=set(Surroundings.model_fields)))


async def _known(doors: Doors, said: asked.Simulation, language: Language) -> _Known:
    async with doors.store.read() as conn:
        named = None
        if said.definition is not None:
            wanted = said.definition
            named = await definition(conn, wanted.kind, wanted.key, wanted.version)
            if named is None:
                raise Problem(Code.DEFINITION_NOT_FOUND, key=wanted.key)
        every = await defaults(conn)
    by_kind = {kind: {each["key"]: each for each in every if each["kind"] == kind} for kind in Kind}
    sops = by_kind[Kind.SOP]
    again = {key: each for key, each in sops.items() if starts_on(each, REOPENED)}
    return _Known(named, sops, again | by_kind[Kind.PLAYBOOK], language)


def _simulated(said: asked.Simulation, known: _Known, catalog: Catalog, bounds: Bounds) -> dict[str, object]:
    compiled, mistakes = known.named, tuple[Mistake, ...]()
    if compiled is None:
        loaded = examine(said.source or "", DRAFT, catalog, known.sops)
        compiled, mistakes = loaded.compiled, loaded.problems
    problems = [mistake.to_json() for mistake in mistakes]
    if compiled is None:
        return {"definition": None, "problems": problems, "simulation": None}
    told = simulate(compiled, _around(said), said.moves, bounds, known.playbooks, known.language)
    names = {name: compiled[name] for name in ("kind", "key", "version", "sha256")}
    return {"definition": names, "problems": problems, "simulation": told}
