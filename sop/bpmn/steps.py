"""Each type of step as elements of BPMN, with the exits that are still to be connected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sop.bpmn.parts import Book, Element, Loop, Scope, SequenceFlow, Tag, Timer, Trigger
from sop.diagram import words
from sop.diagram.conditions import resolved
from sop.diagram.exits import NEVER, Exit, Way, exits_of
from sop.diagram.saying import said_of, undo_of
from sop.durations import NotADuration, parse
from sop.model import Action, Approval, Decision, End, Parallel, Repeat, Step, SubSop, Task, Wait

ENDS = ":ends/"  # and a step: the end of the run that this step is


@dataclass(frozen=True, slots=True)
class Open:
    """A flow whose target is not known yet: from an element, by an exit of a step."""

    source: str
    step: str
    exit: Exit
    name: str = ""
    condition: str = ""
    default: bool = False


@dataclass(slots=True)
class Writing:
    """A scope while its steps are written into it."""

    book: Book
    scope: Scope
    open: list[Open] = field(default_factory=list)
    later: list[tuple[str, str]] = field(default_factory=list)
    escapes: dict[str, str] = field(default_factory=dict)

    def add(self, element: Element) -> Element:
        """Put an element into the scope; its id becomes one that nothing has yet."""
        element.id = self.book.new_id(element.id)
        self.scope.elements[element.id] = element
        return element

    def flow(self, source: str, target: str, name: str = "", condition: str = "", *, default: bool = False) -> None:
        """Lead from one element to another."""
        known = [f for f in self.scope.flows if (f.source, f.target, f.condition) == (source, target, condition)]
        if known and not default:
            return
        flow = SequenceFlow(self.book.new_id(f"flow_{source}_{target}"), source, target, name, condition)
        self.scope.flows.append(flow)
        if default:
            self.scope.elements[source].default = flow.id

    def step(self, step: Step) -> None:
        """Write a step: its own elements, and the gateway before it where it has a condition."""
        entry = self.scope.own[step.id] = self._own(step)
        if step.when is not None:
            condition = self.shown(step.when)
            name = words.ONLY_IF(self.book.language, self.shown(step.when, short=True))
            gateway = self.add(Element(f"{step.id}_when", Tag.EXCLUSIVE, name))
            self.flow(gateway.id, entry, words.YES(self.book.language), condition)
            skipped = words.SKIPPED(self.book.language)
            self.open.append(Open(gateway.id, step.id, Exit(Way.SKIP), skipped, default=True))
            entry = gateway.id
        self.scope.entries[step.id] = entry

    def shown(self, condition: str | bool, *, short: bool = False) -> str:
        """A condition with the file's constants in it."""
        return resolved(condition, self.book.definition.document.vars, short=short)

    def _own(self, step: Step) -> str:
        """The elements of a step without its condition; the first of them."""
        match step:
            case Task() | Approval():
                return self._by_people(step)
            case Action():
                return self._by_system(step)
            case Decision():
                return self._gateway(step)
            case Wait():
                return self._wait(step)
            case _:
                return self._structure(step)

    def _structure(self, step: Step) -> str:
        if isinstance(step, Parallel):
            return self._parallel(step)
        if isinstance(step, Repeat):
            enough = 1 if step.join == "any" else 0 if step.join == "all" else int(step.join)
            loop = Loop(step.each, step.until, step.at_once, step.max, enough)
            element = self._element(step, Tag.SUB_PROCESS)
            element.loop = loop
            self._plain(step, element.id)
            return element.id
        if isinstance(step, SubSop):
            element = self._element(step, Tag.CALL)
            element.called = step.sop
            self._plain(step, element.id)
            return element.id
        assert isinstance(step, End)  # noqa: S101 - the other types have gone before
        if self.scope.repeat:
            return self.escape(
                f"{ENDS}{step.id}", said_of(step, self.book.definition, self.book.language, self.book.names).title
            )
        return self.ending(step)

    def _element(self, step: Step, tag: Tag) -> Element:
        says = said_of(step, self.book.definition, self.book.language, self.book.names)
        note = self.book.names.text(step.note, self.book.language)
        told = "\n".join(part for part in (*says.lines, *says.marks, note) if part)
        return self.add(Element(step.id, tag, says.title, told))

    def _plain(self, step: Step, source: str) -> None:
        self.open.append(Open(source, step.id, Exit(Way.NEXT, step.next)))

    # People

    def _by_people(self, step: Task | Approval) -> str:
        element = self._element(step, Tag.USER_TASK)
        asked = step.assign if isinstance(step, Task) else step.approvers
        element.performers = (asked,) if isinstance(asked, str) else asked
        exits = list(exits_of(step))
        self._answers(step, element, [one for one in exits if one.way in (Way.OUTCOME, Way.NEXT, Way.REJECT)])
        self._late(step, element, exits)
        return element.id

    def _answers(self, step: Task | Approval, element: Element, exits: list[Exit]) -> None:
        """Straight on where every answer leads to the same place, else by a gateway."""
        language, names = self.book.language, self.book.names
        if len({one.target for one in exits}) == 1:
            labels = [names.text(one.label, language) for one in exits if one.way is Way.OUTCOME]
            self.open.append(Open(element.id, step.id, exits[0], " / ".join(labels)))
            return
        gateway = self.add(Element(f"{step.id}_answer", Tag.EXCLUSIVE))
        self.flow(element.id, gateway.id)
        for one in exits:
            if isinstance(step, Approval):
                name = (words.REJECTED if one.way is Way.REJECT else words.APPROVED)(language)
                condition = f"{'not ' if one.way is Way.REJECT else ''}steps.{step.id}.approved"
            else:
                name, condition = names.text(one.label, language), f"steps.{step.id}.outcome == '{one.name}'"
            self.open.append(Open(gateway.id, step.id, one, name, condition))

    def _late(self, step: Step, element: Element, exits: Iterable[Exit]) -> None:
        """The boundary events of an activity: too late, or failed."""
        for one in exits:
            if one.way is Way.TIMEOUT:
                timeout = str(getattr(step, "timeout", ""))
                name = words.TIMEOUT(self.book.language, timeout)
                event = Element(f"{step.id}_timeout", Tag.BOUNDARY, name, trigger=Trigger.TIMER, timer=timer(timeout))
            elif one.way is Way.ERROR:
                name = words.FAILED(self.book.language)
                event = Element(f"{step.id}_error", Tag.BOUNDARY, name, trigger=Trigger.ERROR, about="failed")
            else:
                continue
            event.host = element.id
            self.open.append(Open(self.add(event).id, step.id, one))

    # Systems

    def _by_system(self, step: Action) -> str:
        element = self._element(step, Tag.SERVICE_TASK)
        self._plain(step, element.id)
        self._late(step, element, exits_of(step))
        if undo := undo_of(step):
            event = Element(f"{step.id}_undo", Tag.BOUNDARY, trigger=Trigger.COMPENSATION, host=element.id)
            boundary, name = self.add(event), words.UNDO(self.book.language, undo)
            self.add(Element(f"{step.id}_undoing", Tag.SERVICE_TASK, name, undoes=boundary.id))
        return element.id

    # Choices, waits, ends

    def _gateway(self, step: Decision) -> str:
        element = self._element(step, Tag.EXCLUSIVE)
        for one in exits_of(step):
            if one.way is Way.CASE:
                condition = one.condition or ""
                name = self.shown(condition, short=True)
                self.open.append(Open(element.id, step.id, one, name, self.shown(condition)))
            elif one.way is Way.OTHERWISE:
                otherwise = words.OTHERWISE(self.book.language)
                self.open.append(Open(element.id, step.id, one, otherwise, default=True))
        return element.id

    def _wait(self, step: Wait) -> str:
        if step.event is None and not step.any_of:
            element = self._element(step, Tag.CATCH)
            element.trigger = Trigger.TIMER
            element.timer = timer(step.duration) if step.duration else Timer(self.shown(step.until or ""), date=True)
            self._plain(step, element.id)
            return element.id
        catches = self._catches(step)
        if len(catches) == 1:
            return self._only_catch(step, *catches[0])
        gateway = self._element(step, Tag.EVENT_BASED)
        for event, one in catches:
            self.flow(gateway.id, self.add(event).id)
            self.open.append(Open(event.id, step.id, one))
        return gateway.id

    def _only_catch(self, step: Wait, event: Element, one: Exit) -> str:
        event.id = step.id
        event.name = self.book.names.text(step.title, self.book.language) or event.name
        self.open.append(Open(self.add(event).id, step.id, one))
        return event.id

    def _catches(self, step: Wait) -> list[tuple[Element, Exit]]:
        """One event for each that ends the wait, the timeout last."""
        tell, found = self.book.names.tell, list[tuple[Element, Exit]]()
        matches = [(step.event, step.match)] if step.event else [(one.event, one.match) for one in step.any_of]
        usual = [one for one in exits_of(step) if one.way in (Way.NEXT, Way.EVENT)]
        for number, ((event, match), one) in enumerate(zip(matches, usual, strict=True), 1):
            told = self.shown(match) if match else ""
            element = Element(f"{step.id}_event_{number}", Tag.CATCH, tell(event, self.book.language), told)
            element.trigger, element.about = Trigger.MESSAGE, event
            found.append((element, one))
        if step.timeout not in (None, NEVER):
            timeout = str(step.timeout)
            name = words.TIMEOUT(self.book.language, timeout)
            element = Element(f"{step.id}_timeout", Tag.CATCH, name, trigger=Trigger.TIMER, timer=timer(timeout))
            found.append((element, Exit(Way.TIMEOUT, step.on_timeout or step.next)))
        return found

    def _parallel(self, step: Parallel) -> str:
        branches = [one for one in exits_of(step) if one.way is Way.BRANCH]
        chosen = any(one.condition for one in branches)
        split = self._element(step, Tag.INCLUSIVE if chosen else Tag.PARALLEL)
        joins = {"all": split.tag}.get(str(step.join), Tag.COMPLEX)
        joined = self.add(Element(f"{step.id}_join", joins))
        if joins is Tag.COMPLEX:
            needed = "1" if step.join == "any" else str(step.join)
            joined.name, joined.condition = words.JOIN_COUNT(self.book.language, needed), f"done >= {needed}"
        self.scope.entries[f":join/{step.id}"] = joined.id
        for one in branches:
            condition = one.condition or ""
            name = self.shown(condition, short=True) if condition else ""
            self.open.append(Open(split.id, step.id, one, name, self.shown(condition) if condition else ""))
        self._plain(step, joined.id)
        return split.id

    def escape(self, node: str, name: str) -> str:
        """The end event by which a pass of a repeat leaves for a node outside it, where the repeat then goes on."""
        known = self.escapes.get(node)
        if known is None:
            element = Element("escape", Tag.END, name, trigger=Trigger.ESCALATION, about=node)
            known = self.escapes[node] = self.add(element).id
        return known

    def ending(self, step: End) -> str:
        """The end of the whole run: what was done is undone first, where that is wanted."""
        element = self._element(step, Tag.END)
        element.trigger = Trigger.TERMINATE
        if not step.undo:
            return element.id
        name = words.UNDOES(self.book.language)
        undo = self.add(Element(f"{step.id}_undo", Tag.THROW, name, trigger=Trigger.COMPENSATION))
        self.flow(undo.id, element.id)
        return undo.id


def timer(text: str) -> Timer:
    """A duration in ISO 8601 if it is one of clock time; only a calendar knows working time, which stays as written."""
    try:
        duration = parse(text)
    except NotADuration:  # an expression
        return Timer(text)
    if duration.working:
        return Timer(text)
    days, rest = divmod(duration.amount, 86_400)
    clock = ((rest // 3_600, "H"), (rest % 3_600 // 60, "M"), (rest % 60, "S"))
    time = "".join(f"{number}{unit}" for number, unit in clock if number)
    return Timer("P" + (f"{days}D" if days or not time else "") + (f"T{time}" if time else ""))
