"""A definition as a graph for one reader: nodes with what they say, edges with where and why they lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from sop.definition import MAIN_LINE, Definition
from sop.diagram import words
from sop.diagram.conditions import resolved
from sop.diagram.exits import Exit, Way, exits_of
from sop.diagram.names import Names
from sop.diagram.routes import END, START, Landing, Routes, ending, handled, handler, join, trouble
from sop.diagram.saying import Saying, kind_of, said_of
from sop.model import Approval, Parallel, Repeat, Step, Wait
from sop.problems import Language


@dataclass(frozen=True, slots=True)
class Node:
    """One place of the flow. ``kind`` is a step's type, or start, end, join, incident, whenever, handled.

    ``says``: title, lines under it, and the condition under which it is entered at all."""

    id: str
    kind: str
    says: Saying
    line: str = MAIN_LINE
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow. ``names`` are the exits' names (outcomes, cases, events) that it stands for; ``main``: from a step
    of the main line to the next one."""

    source: str
    target: str
    way: Way
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    main: bool = False

    @property
    def label(self) -> str:
        """What is written on it."""
        return " / ".join(self.labels)


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole graph, in the order of the file. ``key``: such as ``return``, or ``return@6`` of a published one."""

    key: str
    title: str
    language: Language
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def flow_of(definition: Definition, language: Language, names: Names | None = None) -> Flow:
    """The graph of a definition. ``names`` are titles of roles, teams, events and actions, where they are known."""
    return _Tracing(definition, language, names or Names()).flow()


@dataclass(slots=True)
class _Tracing:
    definition: Definition
    language: Language
    names: Names
    routes: Routes = field(init=False)

    def __post_init__(self) -> None:
        self.routes = Routes(self.definition)

    def flow(self) -> Flow:
        edges = list(_merged(chain(self._start(), self._steps(), self._handlers())))
        wanted = {edge.target for edge in edges} | {edge.source for edge in edges}
        nodes = [node for node in self._nodes() if node.step is not None or node.id in wanted]
        title = self.names.text(self.definition.document.title, self.language) or self.definition.key
        lines = {name: tuple(step.id for step in members) for name, members in self.definition.lines.items()}
        version = f"@{self.definition.version}" if self.definition.version else ""
        return Flow(self.definition.key + version, title, self.language, tuple(nodes), tuple(edges), lines)

    def _nodes(self) -> Iterator[Node]:
        yield self._own(START, "start", self._start_text())
        for number, _ in enumerate(self.definition.document.whenever):
            yield from self._handler_nodes(number)
        for placed in self.definition.steps.values():
            step = placed.step
            says = said_of(step, self.definition, self.language, self.names)
            yield Node(step.id, kind_of(step), says, placed.line, step)
            yield self._own(join(step.id), "join", words.JOINED(self.language), placed.line)
            yield self._own(ending(step.id), "end", words.DONE(self.language), placed.line)
            yield self._own(trouble(step.id), "incident", words.INCIDENT(self.language), placed.line)
        yield self._own(END, "end", words.DONE(self.language))

    def _own(self, name: str, kind: str, title: str, line: str = MAIN_LINE) -> Node:
        return Node(name, kind, Saying(title), line)

    def _start_text(self) -> str:
        start = self.definition.document.start
        if start is None:
            return words.START(self.language)
        return words.START_EVENT(self.language, self.names.tell(start.event, self.language))

    def _handler_nodes(self, number: int) -> Iterator[Node]:
        whenever = self.definition.document.whenever[number]
        text = words.WHENEVER(self.language, self.names.tell(whenever.event, self.language))
        inside = "、".join(self._title(step) for step in whenever.within) or words.WHOLE_RUN(self.language)
        how = (words.INTERRUPTS if whenever.interrupt else words.BESIDE)(self.language, inside)
        condition = resolved(whenever.match, self.definition.document.vars, short=True) if whenever.match else ""
        yield Node(handler(number), "whenever", Saying(text, (how,), condition), f":{number}")
        done = words.RESUMED if whenever.interrupt else words.HANDLED
        yield self._own(handled(number), "handled", done(self.language), f":{number}")
        yield self._own(ending(handler(number)), "end", words.DONE(self.language), f":{number}")
        yield self._own(trouble(handler(number)), "incident", words.INCIDENT(self.language), f":{number}")

    def _title(self, step: str) -> str:
        placed = self.definition.steps.get(step)
        return (self.names.text(placed.step.title, self.language) if placed else "") or step

    def _start(self) -> Iterator[Edge]:
        for landing in self.routes.start():
            yield Edge(START, landing.node, Way.NEXT, main=True)

    def _handlers(self) -> Iterator[Edge]:
        for number, whenever in enumerate(self.definition.document.whenever):
            for landing in self.routes.of_handler(number, whenever):
                yield Edge(handler(number), landing.node, Way.NEXT)

    def _steps(self) -> Iterator[Edge]:
        for placed in self.definition.steps.values():
            step, reached = placed.step, set[str]()
            for one in exits_of(step):
                landings = self.routes.of_exit(step.id, one)
                if one.way is Way.SKIP and reached.issuperset(landing.node for landing in landings):
                    continue  # skipped or done, it goes on at the same place: the step itself says when it is done
                reached.update(landing.node for landing in landings)
                for landing in landings:
                    yield self._edge(step, one, landing, several=len(landings) > 1)

    def _edge(self, step: Step, one: Exit, landing: Landing, *, several: bool) -> Edge:
        label = self._label(step, one)
        if several and landing.after:
            label += words.AFTER(self.language, self._title(landing.after[0]))
        follows = one.way in (Way.NEXT, Way.OUTCOME, Way.EVENT, Way.SKIP) and self._follows(step.id, landing.node)
        leaves_join = isinstance(step, Parallel) and one.way is Way.NEXT
        return Edge(
            source=join(step.id) if leaves_join else step.id,
            target=landing.node,
            way=one.way,
            names=(one.name,) if one.name else (),
            labels=(label,) if label else (),
            main=follows,
        )

    def _follows(self, step: str, node: str) -> bool:
        """Whether a node is the next one of the main line."""
        placed, then = self.definition.steps[step], self.definition.steps.get(node)
        if placed.line != MAIN_LINE:
            return False
        return node == END if then is None else then.line == MAIN_LINE and then.index == placed.index + 1

    def _label(self, step: Step, one: Exit) -> str:
        fixed = {Way.REJECT: words.REJECTED, Way.ERROR: words.FAILED, Way.OTHERWISE: words.OTHERWISE}
        if one.way in fixed:
            return fixed[one.way](self.language)
        match one.way:
            case Way.OUTCOME:
                return self.names.text(one.label, self.language) or one.name
            case Way.CASE | Way.BRANCH:
                return resolved(one.condition, self.definition.document.vars, short=True) if one.condition else ""
            case Way.EVENT:
                return self.names.tell(one.name, self.language)
            case Way.TIMEOUT:
                return words.TIMEOUT(self.language, getattr(step, "timeout", ""))
            case _:
                return self._plain(step, one.way)

    def _plain(self, step: Step, way: Way) -> str:
        if way is Way.SKIP:
            return words.SKIPPED(self.language)
        if isinstance(step, Repeat):
            again = words.EACH if step.each is not None else words.AGAIN
            return (again if way is Way.PASS else words.FINISHED)(self.language)
        if isinstance(step, Approval):
            return words.APPROVED(self.language)
        waits = isinstance(step, Wait) and step.event is not None
        return words.RECEIVED(self.language) if waits else ""


def _merged(edges: Iterable[Edge]) -> Iterator[Edge]:
    """One arrow for those of one kind between the same two nodes."""
    found: dict[tuple[str, str, Way], Edge] = {}
    for edge in edges:
        place = (edge.source, edge.target, edge.way)
        known = found.get(place)
        if known is None:
            found[place] = edge
        else:
            labels = tuple(dict.fromkeys((*known.labels, *edge.labels)))
            names = tuple(dict.fromkeys((*known.names, *edge.names)))
            found[place] = replace(known, labels=labels, names=names, main=known.main or edge.main)
    return iter(found.values())
