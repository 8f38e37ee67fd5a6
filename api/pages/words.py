"""What the desk's codes are called: statuses, lights, stages, speakers. Message ids; ``Speech.say`` translates them."""

from __future__ import annotations

from api.pages.language import msg

STATUSES = {
    "new": msg("New"),
    "open": msg("In progress"),
    "waiting_customer": msg("Waiting for the customer"),
    "waiting": msg("Waiting"),
    "paused": msg("Paused"),
    "resolved": msg("Resolved"),
    "cancelled": msg("Cancelled"),
    "closed": msg("Closed"),
}
STATUS_CLASSES = {
    "new": "live",
    "open": "live",
    "waiting_customer": "wait",
    "waiting": "wait",
    "paused": "wait",
    "resolved": "done",
    "closed": "done",
}
RUN_STATUSES = {
    "running": msg("Running"),
    "open": msg("Running"),
    "resolved": msg("Resolved"),
    "rejected": msg("Rejected"),
    "cancelled": msg("Cancelled"),
    "done": msg("Done"),
    "ended": msg("Ended"),
}
SHADES = {
    "green": msg("in time"),
    "yellow": msg("due soon"),
    "red": msg("overdue"),
    "paused": msg("paused"),
    "none": msg("no due time"),
}
STAGES = {
    "done": msg("done"),
    "current": msg("now"),
    "failed": msg("failed"),
    "skipped": msg("skipped"),
    "ahead": msg("to come"),
}
SPEAKERS = {
    "customer": msg("Customer"),
    "staff": msg("Reply"),
    "note": msg("Internal note"),
    "system": msg("System"),
}
PRIORITY_CLASSES = {"urgent": "P1", "high": "P2", "normal": "P3", "low": "P4"}
CLOCKS = {
    "first_response": msg("First response"),
    "next_response": msg("Next response"),
    "resolution": msg("Resolution"),
    "update": msg("Update to the customer"),
}
PROMISES = {
    "open": (msg("Promised"), "live"),
    "kept": (msg("Kept"), "done"),
    "broken": (msg("Not kept"), "P1"),
    "withdrawn": (msg("Withdrawn"), ""),
}
PROMISE_REASONS = {
    "check": msg("a system says so"),
    "person": msg("a colleague says so"),
    "not_kept": msg("not done when it was due"),
    "check_failed": msg("nobody could be asked"),
    "condition_failed": msg("the answer could not be read"),
    "nobody_said": msg("nobody said that it was done"),
    "cancelled": msg("the ticket was cancelled"),
    "merged": msg("the ticket was merged into another"),
    "replaced": msg("a new time was promised"),
}
CATEGORY_ICONS = {
    "return": "again",
    "lost_parcel": "box",
    "repair": "tool",
    "complaint": "alert",
    "it_request": "keyboard",
    "general": "talk",
}
VIEWS = {
    "mine": (msg("My work"), "person"),
    "open": (msg("All open"), "inbox"),
    "unassigned": (msg("Unassigned"), "plus"),
    "due_soon": (msg("Due soon"), "clock"),
    "breached": (msg("Overdue"), "alert"),
    "waiting": (msg("Waiting"), "pause"),
    "resolved": (msg("Done"), "check"),
    "all": (msg("All tickets"), "search"),
}
ALERTS = {
    "remind": msg("Reminder: %(about)s is due soon"),
    "warn": msg("Reminder: %(about)s is due soon"),
    "overdue": msg("%(about)s is overdue"),
    "breach": msg("%(about)s is overdue"),
    "escalate": msg("%(about)s was escalated"),
    "incident": msg("%(about)s cannot go on by itself"),
    "lease": msg("The claim ended: nothing had happened for too long"),
    "handoffs": msg("Handed over %(about)s times"),
    "promise": msg("A promise to the customer is nearly due and not kept yet: %(about)s"),
    "promise_broken": msg("A promise to the customer was not kept: %(about)s"),
    "nobody": msg("Nobody could be found to answer for the ticket"),
}
HANDOFFS = {
    "transfer": msg("transferred"),
    "release": msg("released"),
    "lease": msg("the claim ended"),
    "escalation": msg("escalated"),
    "away": msg("off duty"),
    "nobody": msg("nobody else was there"),
}
ALERT_ICONS = {
    "remind": "clock",
    "warn": "clock",
    "overdue": "alert",
    "breach": "alert",
    "escalate": "flag",
    "incident": "bolt",
    "lease": "clock",
    "handoffs": "move",
    "nobody": "alert",
}
RELEASES = {
    "draft": msg("Draft"),
    "candidate": msg("Candidate"),
    "default": msg("Default"),
    "archived": msg("Archived"),
    "derived": msg("Open tickets only"),
}
RELEASE_DEEDS = {
    "approve": msg("Approve the version"),
    "default": msg("Make default"),
    "candidate": msg("Try on some tickets"),
    "rollback": msg("Roll back to this"),
    "archive": msg("Withdraw"),
}
RELEASED = {
    "approve": msg("The version is approved."),
    "default": msg("New tickets take this version now."),
    "candidate": msg("Some new tickets take this version now."),
    "rollback": msg("New tickets take the earlier version again."),
    "archive": msg("No new ticket takes that version any more."),
    "held": msg("Tickets are held before this step now."),
    "released": msg("What the gate held goes on."),
}
VERDICTS = {
    "ok": msg("can move"),
    "moved": msg("moved"),
    "needs_mapping": msg("needs mapping"),
    "refused": msg("refused"),
    "not_on_this_version": msg("not meant"),
    "gone": msg("has ended"),
}
VERDICT_CLASSES = {"ok": "green", "moved": "green", "needs_mapping": "yellow", "refused": "red"}
DIFFERENCES = {
    "new": msg("New"),
    "removed": msg("Removed"),
    "moved": msg("Moved"),
    "renamed": msg("Renamed"),
    "changed": msg("Changed"),
}
CUSTOMER = {"phone": msg("Phone"), "email": msg("E-mail"), "address": msg("Address")}
ORDER = {
    "no": msg("Order"),
    "paid": msg("Paid"),
    "tracking_no": msg("Waybill"),
    "item": msg("Item"),
    "items": msg("Items"),
}
