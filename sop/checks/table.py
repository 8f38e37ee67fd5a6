"""Every rule, in the order of its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from sop.checks import (
    amounts,
    catalog_names,
    clocks,
    deadlines,
    ends,
    expressions,
    kinds,
    messages,
    money,
    names,
    order,
    promises,
    references,
    safety,
    spans,
    staff,
    targets,
    times,
    versions,
)
from sop.checks.context import Context
from sop.model import Document
from sop.problems import MAX_PROBLEMS, Problem, errors

Rule = Callable[[Document, Context], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    names.kind_of_file,  # 100E
    names.step_ids,  # 102E 103E 104E
    names.declared_names,  # 104E
    names.form_fields,  # 103E 104E 108E
    names.rungs,  # 107E
    clocks.idle_rungs,  # 107E
    clocks.half_pauses,  # 107E
    names.loop_names,  # 108E
    names.waits,  # 109E
    amounts.votes_and_joins,  # 106E
    amounts.counts,  # 106E
    amounts.choices,  # 107E
    times.times_of_steps,  # 105E
    times.times_of_clocks,
    times.times_of_rungs,
    times.times_of_promises,
    expressions.written_well,  # 110E 111E 113E 114E
    kinds.constant_conditions,  # 112W
    kinds.comparisons,  # 112W 115E 116W
    expressions.nothing_personal,  # 117E
    targets.unused_paths,  # 201W
    ends.dead_steps,  # 202W
    references.unused_variables,  # 203I
    targets.known_targets,  # 204E
    targets.jumps,  # 205E
    ends.hot_loops,  # 206W
    targets.endless_paths,  # 207E
    order.order_of_steps,  # 208W 213W
    ends.somebody_moves_on,  # 231W
    ends.ways_to_an_end,  # 232W 233W
    ends.joins_and_votes,  # 234W
    references.declared,  # 210E-218E
    targets.known_within,  # 211E
    order.steps_that_may_be_missing,  # 214W
    deadlines.deadlines_that_may_be_missing,  # 219W
    catalog_names.events,  # 301E
    catalog_names.people,  # 302E 303E
    catalog_names.skills,  # 303E
    clocks.calendars,  # 303E
    clocks.categories,  # 106E
    catalog_names.actions,  # 304E
    catalog_names.arguments,  # 305E
    money.missing_arguments,  # 306E
    catalog_names.sub_sops,  # 305E 306E 307E
    staff.empty_groups,  # 308W
    messages.templates,  # 309E
    messages.texts_of_templates,  # 306E 413W
    staff.held_skills,  # 310W
    promises.promises,  # 107E 304E 305E 307E
    safety.rejections,  # 401E
    safety.silence,  # 402E
    safety.waits,  # 403E 404E
    money.repeated_effects,  # 405E
    safety.undos,  # 406W
    money.unchecked_money,  # 407W
    staff.own_approvals,  # 408W
    safety.dues,  # 409W
    staff.escalations,  # 410W
    messages.customers_words,  # 411W
    safety.languages,  # 412I
    messages.personal_in_messages,  # 413W
    spans.calendars_that_work,  # 420E
    spans.time_through_the_steps,  # 421W 422I
    versions.removed_steps,  # 501E
    versions.changed_outputs,  # 502W
    versions.former_ids,  # 503E
)


def problems_of(document: Document, context: Context) -> list[Problem]:
    """What every rule has to say of a file."""
    found: list[Problem] = []
    for rule in RULES:
        found += islice(rule(document, context), MAX_PROBLEMS)
        if len(errors(found)) > MAX_PROBLEMS:
            break
    return found
