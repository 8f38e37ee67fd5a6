"""A definition as a BPMN process: its scopes written step by step, then every flow led to where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sop.bpmn.lines import lines_from, on_its_steps, repeats, whole
from sop.bpmn.parts import Book, Element, Model, Scope, Tag, Trigger
from sop.bpmn.steps import ENDS, Open, Writing
from sop.definition import MAIN_LINE, Definition
from sop.diagram import words
from sop.diagram.conditions import resolved
from sop.diagram.exits import Exit, Way
from sop.diagram.names import Names
from sop.diagram.routes import END, Landing, Routes, handled, join
from sop.model import End, Whenever
from sop.problems import Language


def model_of(definition: Definition, language: Language, names: Names | None = None) -> Model:
    """The BPMN process of a definition. ``names`` are titles of roles, teams and events, where they are known."""
    book = Book(definition, language, names or Names(), used={definition.key, "definitions", "diagram", "plane"})
    return _Mapping(book, Routes(definition)).model()


@dataclass(slots=True)
class _Mapping:
    book: Book
    routes: Routes
    definition: Definition = field(init=False)

    def __post_init__(self) -> None:
        self.definition = self.book.definition

    def model(self) -> Model:
        handlers = list(enumerate(self.definition.document.whenever))
        lines = [MAIN_LINE]
        boundary = {number for number, one in handlers if self._on_steps(one)}
        lines += [one.next for number, one in handlers if number in boundary and one.next in self.definition.lines]
        writing = Writing(self.book, Scope(lines_from(self.definition, lines)))
        self._write(writing)
        self._start(writing)
        for number, handler in handlers:
            if number in boundary:
                self._boundary(writing, number, handler)
            else:
                self._event_sub_process(writing, number, handler)
        self._connect(writing)
        title = self.book.names.text(self.definition.document.title, self.book.language) or self.definition.key
        return Model(self.book, writing.scope, title)

    def _on_steps(self, handler: Whenever) -> bool:
        """Whether a handler is told by boundary events: its steps are activities of the process itself."""
        main = whole(self.definition, lines_from(self.definition, [MAIN_LINE]))
        return on_its_steps(self.definition, handler) and main.issuperset(handler.within)

    def _write(self, writing: Writing) -> None:
        """The steps of a scope, and the scopes of its repeats, which are left open."""
        scope = writing.scope
        for line in scope.lines:
            for step in self.definition.lines[line]:
                writing.step(step)
        for repeat in repeats(self.definition, scope.lines):
            if _is_within(scope, repeat.id):
                continue  # a path that repeats itself: its sub-process stays closed
            holder = scope.own[repeat.id]
            inner = Scope(lines_from(self.definition, [repeat.do]), scope, holder, repeat.id)
            scope.elements[holder].inner = inner
            within = Writing(self.book, inner)
            self._write(within)
            begin = within.add(Element(f"{repeat.id}_begin", Tag.START, words.ONE_OF_MANY(self.book.language)))
            within.flow(begin.id, self._first(within, repeat.do))
            self._connect(within)
            self._let_out(writing, within)

    def _let_out(self, writing: Writing, within: Writing) -> None:
        """What a pass leaves for outside: the repeat is interrupted and goes on there."""
        for node, end in within.escapes.items():
            name, holder = within.scope.elements[end].name, within.scope.holder
            about = within.scope.elements[end].about
            event = Element(f"{holder}_left", Tag.BOUNDARY, name, trigger=Trigger.ESCALATION, about=about, host=holder)
            writing.later.append((writing.add(event).id, node))

    def _first(self, writing: Writing, line: str) -> str:
        members = self.definition.lines[line]
        if members:
            return writing.scope.entries[members[0].id]
        return self._target(writing, writing.scope.repeat or END)

    def _start(self, writing: Writing) -> None:
        start, language = self.definition.document.start, self.book.language
        element = Element("start", Tag.START, words.START(language))
        if start is not None:
            element.name = self.book.names.tell(start.event, language)
            element.trigger, element.about = Trigger.MESSAGE, start.event
            element.documentation = writing.shown(start.when) if start.when is not None else ""
        writing.flow(writing.add(element).id, self._first(writing, MAIN_LINE))

    # Handlers of events

    def _event(self, number: int, handler: Whenever, tag: Tag) -> Element:
        told = resolved(handler.match, self.definition.document.vars) if handler.match else ""
        name = self.book.names.tell(handler.event, self.book.language)
        event = Element(f"whenever_{number + 1}", tag, name, told, Trigger.MESSAGE, handler.event)
        event.interrupting = handler.interrupt
        return event

    def _boundary(self, writing: Writing, number: int, handler: Whenever) -> None:
        for step in handler.within:
            event = self._event(number, handler, Tag.BOUNDARY)
            event.host = writing.scope.own[step]
            writing.add(event)
            for landing in self.routes.of_handler(number, handler):
                writing.later.append((event.id, landing.node))

    def _event_sub_process(self, writing: Writing, number: int, handler: Whenever) -> None:
        language = self.book.language
        name = words.WHENEVER(language, self.book.names.tell(handler.event, language))
        within_steps = ", ".join(handler.within)
        holder = Element(f"whenever_{number + 1}_process", Tag.SUB_PROCESS, name, within_steps, by_event=True)
        writing.add(holder)
        lines = [handler.next] if handler.next in self.definition.document.paths else []
        inner = Scope(lines_from(self.definition, lines), writing.scope, holder.id)
        holder.inner = inner
        within = Writing(self.book, inner)
        self._write(within)
        start = within.add(self._event(number, handler, Tag.START))
        for landing in self.routes.of_handler(number, handler):
            within.later.append((start.id, landing.node))
        self._connect(within)

    # Where flows lead

    def _connect(self, writing: Writing) -> None:
        """Lead every open flow to its target."""
        for open_ in writing.open:
            landings = self._kept(writing.scope, self.routes.of_exit(open_.step, open_.exit))
            if len(landings) == 1:
                self._lead(writing, open_, landings[0].node)
            else:
                self._fork(writing, open_, landings)
        for source, node in writing.later:
            writing.flow(source, self._target(writing, node))
        writing.open.clear()
        writing.later.clear()

    def _lead(self, writing: Writing, open_: Open, node: str) -> None:
        target = self._target(writing, node)
        writing.flow(open_.source, target, open_.name, open_.condition, default=open_.default)

    def _fork(self, writing: Writing, open_: Open, landings: list[Landing]) -> None:
        """A path that was entered from several places comes back to each: a gateway asks from where."""
        gateway = writing.add(Element(f"{open_.step}_back", Tag.EXCLUSIVE, words.COMES_FROM(self.book.language)))
        writing.flow(open_.source, gateway.id, open_.name, open_.condition, default=open_.default)
        for landing in landings:
            name = words.AFTER(self.book.language, self._title(landing.after[0])) if landing.after else ""
            writing.flow(gateway.id, self._target(writing, landing.node), name)

    def _kept(self, scope: Scope, landings: list[Landing]) -> list[Landing]:
        """Those landings that belong to this scope: a path may be entered in another one too."""
        inside = whole(self.definition, scope.lines)
        kept = [one for one in landings if inside.issuperset(one.after) and self._belongs(scope, one.node, inside)]
        return list({one.node: one for one in (kept or landings)}.values()) if len(landings) > 1 else landings

    def _belongs(self, scope: Scope, node: str, inside: set[str]) -> bool:
        if node.startswith(join("")):
            return node.removeprefix(join("")) in inside
        if node.startswith(handled(0)[:-1]):
            return self._handles(scope, node)
        return node == scope.repeat or node in inside or (node == END and MAIN_LINE in scope.lines)

    def _handles(self, scope: Scope, node: str) -> bool:
        """Whether a handler's path stands in this scope: its own, or the process where steps have its events."""
        number = int(node.rpartition("/")[2])
        handler = self.definition.document.whenever[number]
        own = scope.elements.keys() & {f"whenever_{number + 1}"}
        return bool(own) or (MAIN_LINE in scope.lines and self._on_steps(handler))

    def _target(self, writing: Writing, node: str) -> str:
        """The element of a node in this scope; made where it is the first to be led there."""
        scope = writing.scope
        if node in scope.entries and node != scope.repeat:
            return scope.entries[node]
        made = self._made(writing, node)
        if node not in writing.escapes:
            scope.entries[node] = made
        return made

    def _made(self, writing: Writing, node: str) -> str:
        language, scope = self.book.language, writing.scope
        if node == scope.repeat and scope.repeat:
            known = scope.entries.get(":pass")
            if known is None:
                element = Element(f"{node}_pass", Tag.END, words.PASS_DONE(language))
                known = scope.entries[":pass"] = writing.add(element).id
            return known
        if node.startswith(":incident/"):
            element = Element("incident", Tag.END, words.INCIDENT(language), trigger=Trigger.ERROR, about="incident")
            return writing.add(element).id
        if node.startswith(":handled/"):
            return self._handled(writing, int(node.rpartition("/")[2]))
        if scope.repeat:
            return writing.escape(node, words.GOES_TO(language, self._title(node)))
        return self._final(writing, node)

    def _final(self, writing: Writing, node: str) -> str:
        """An end of the run, of the process or of a handler's sub-process."""
        if node.startswith(ENDS):
            step = self.definition.steps[node.removeprefix(ENDS)].step
            assert isinstance(step, End)  # noqa: S101 - only ends are led to like this
            return writing.ending(step)
        if node == END or node.startswith(":end/"):
            trigger = None if node == END else Trigger.TERMINATE
            return writing.add(Element("end", Tag.END, words.DONE(self.book.language), trigger=trigger)).id
        name = words.GOES_TO(self.book.language, self._title(node))
        element = Element(f"to_{node.strip(':').replace('/', '_')}", Tag.END, name)
        element.trigger, element.about = Trigger.ESCALATION, node
        return writing.add(element).id

    def _handled(self, writing: Writing, number: int) -> str:
        """A handler's path is done: it ends, or the run goes on after the step that it interrupted."""
        handler, language = self.definition.document.whenever[number], self.book.language
        if not (handler.interrupt and self._on_steps(handler) and MAIN_LINE in writing.scope.lines):
            text = words.RESUMED if handler.interrupt else words.HANDLED
            return writing.add(Element("handled", Tag.END, text(language))).id
        gateway = writing.add(Element("resumed", Tag.EXCLUSIVE, words.RESUMED(language)))
        writing.scope.entries[handled(number)] = gateway.id
        for step in handler.within:
            for landing in self._kept(writing.scope, self.routes.of_exit(step, Exit(Way.SKIP))):
                name = words.AFTER(language, self._title(step))
                writing.flow(gateway.id, self._target(writing, landing.node), name)
        return gateway.id

    def _title(self, node: str) -> str:
        placed = self.definition.steps.get(node)
        if placed is not None:
            return self.book.names.text(placed.step.title, self.book.language) or node
        return words.DONE(self.book.language) if node == END or node.startswith(":end") else node.rpartition("/")[2]


def _is_within(scope: Scope | None, repeat: str) -> bool:
    while scope is not None:
        if scope.repeat == repeat:
            return True
        scope = scope.parent
    return False


def elements(scope: Scope) -> Iterator[Element]:
    """All elements of a scope and of those within it."""
    for element in scope.elements.values():
        yield element
        if element.inner is not None:
            yield from elements(element.inner)
