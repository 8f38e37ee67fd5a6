"""Fonts and colours of a diagram. Every meaning is also a shape, a dash or a word."""

from __future__ import annotations

FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Noto Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)

STYLE = """
.flow { color-scheme: light dark; color: var(--ink);
  --paper: #fff; --ink: #101828; --soft: #475467; --line: #667085; --main: #344054; --rim: #98a2b3;
  --person: #eef4ff; --person-rim: #6172f3; --judge: #fef6e0; --judge-rim: #b54708; --system: #f2f4f7;
  --system-rim: #667085; --time: #e6f7fb; --time-rim: #0e7090; --nest: #f4f0ff; --nest-rim: #6938ef;
  --over: #e8f8ee; --over-rim: #067647; --late: #b54708; --bad: #b42318; --bad-soft: #fee4e2; }
@media (prefers-color-scheme: dark) { .flow {
  --paper: #0f151e; --ink: #eaeef4; --soft: #b3becd; --line: #94a1b4; --main: #d0d7e2; --rim: #667588;
  --person: #1c2547; --person-rim: #98a5ff; --judge: #35290f; --judge-rim: #f5c16b; --system: #1d2632;
  --system-rim: #94a1b4; --time: #0f2f3a; --time-rim: #5ccbe6; --nest: #292148; --nest-rim: #b9a6ff;
  --over: #10301f; --over-rim: #5fd596; --late: #f5b95f; --bad: #ff9c92; --bad-soft: #43201f; } }
.flow .paper { fill: var(--paper); }
.flow .text { fill: var(--ink); }
.flow .text.line, .flow .text.label, .flow .text.mark, .flow .text.condition { fill: var(--soft); }
.flow .text.condition { font-style: italic; }
.flow .body { fill: var(--system); stroke: var(--system-rim); }
.flow .inner, .flow .icon { stroke: var(--system-rim); }
.flow .task > .body { fill: var(--person); stroke: var(--person-rim); }
.flow .task > .icon { stroke: var(--person-rim); }
.flow .approval > .body, .flow .decision > .body { fill: var(--judge); stroke: var(--judge-rim); }
.flow .approval > .icon, .flow .approval > .inner, .flow .decision > .icon { stroke: var(--judge-rim); }
.flow .wait > .body, .flow .whenever > .body { fill: var(--time); stroke: var(--time-rim); }
.flow .wait > .icon, .flow .whenever > .icon, .flow .whenever > .inner { stroke: var(--time-rim); }
.flow .sop > .body, .flow .repeat > .body, .flow .parallel > .body { fill: var(--nest); stroke: var(--nest-rim); }
.flow .sop > .icon, .flow .sop > .inner, .flow .repeat > .icon, .flow .parallel > .icon, .flow .parallel > .inner {
  stroke: var(--nest-rim); }
.flow .end > .body, .flow .start > .body { fill: var(--over); stroke: var(--over-rim); }
.flow .end > .icon, .flow .start > .icon { stroke: var(--over-rim); }
.flow .incident > .body { fill: var(--bad-soft); stroke: var(--bad); }
.flow .incident > .icon { stroke: var(--bad); }
.flow .join > .body { fill: var(--nest-rim); stroke: var(--nest-rim); }
.flow .wire { stroke: var(--line); }
.flow .head { fill: var(--line); }
.flow .main > .wire { stroke: var(--main); }
.flow .head.main { fill: var(--main); }
.flow .timeout > .wire { stroke: var(--late); }
.flow .head.timeout, .flow .timeout > .text { fill: var(--late); }
.flow .reject > .wire, .flow .error > .wire { stroke: var(--bad); }
.flow .head.reject, .flow .head.error, .flow .reject > .text, .flow .error > .text { fill: var(--bad); }
.flow .pill { fill: var(--paper); stroke: var(--rim); }
.flow .pill.good { stroke: var(--over-rim); }
.flow .pill.lacking { fill: var(--bad-soft); stroke: var(--bad); }
.flow .pill.busy { fill: var(--over); stroke: var(--over-rim); }
.flow .node.lacking > .body { stroke: var(--bad); stroke-dasharray: 4 3; }
.flow .untaken { opacity: .45; }
"""
