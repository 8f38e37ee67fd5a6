"""Diagrams in a real browser: every text fits into its box, in both languages, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from sop.definition import definition_of
from sop.diagram.flow import flow_of
from sop.diagram.names import names_of
from sop.diagram.svg import draw
from sop.loading import load_many
from sop.problems import Language
from worker.definitions.workspace import parse_texts, read_texts

pytestmark = pytest.mark.browser
MEASURE = """() => {
  const wrong = [];
  const outside = (inner, outer, slack) => inner.left < outer.left - slack || inner.right > outer.right + slack
    || inner.top < outer.top - slack || inner.bottom > outer.bottom + slack;
  for (const group of document.querySelectorAll(".node, .label:has(> rect)")) {
    const box = (group.querySelector(".body") ?? group.querySelector(".paper")).getBoundingClientRect();
    for (const text of group.querySelectorAll("text"))
      if (outside(text.getBoundingClientRect(), box, 2)) wrong.push(text.textContent);
  }
  const page = document.documentElement.getBoundingClientRect();
  for (const text of document.querySelectorAll("text"))
    if (outside(text.getBoundingClientRect(), page, 0)) wrong.push("off the page: " + text.textContent);
  return {wrong, texts: document.querySelectorAll("text").length};
}"""
CONTRAST = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const low = [];
  for (const text of document.querySelectorAll("text")) {
    const under = text.parentElement.querySelector(".body, .paper") ?? document.querySelector("rect.paper");
    const pair = [getComputedStyle(text).fill, getComputedStyle(under).fill].map(light).sort((a, b) => b - a);
    if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) low.push(text.textContent);
  }
  return low;
}"""


def shown(chromium: Browser, file: Path, scheme: str, script: str) -> Any:  # Any: what the script answers
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(file.as_uri())
    answer = page.evaluate(script)
    context.close()
    return answer


@pytest.mark.parametrize("language", list(Language))
def test_every_text_of_every_shipped_definition_fits(
    chromium: Browser, checkout: Path, tmp_path: Path, language: Language
) -> None:
    space = parse_texts(read_texts(checkout))
    for name, compiled in load_many(space.definitions, space.catalog).items():
        file = tmp_path / f"{Path(name).stem}.svg"
        file.write_text(draw(flow_of(definition_of(compiled), language, names_of(space.company))), encoding="utf-8")

        found = shown(chromium, file, "light", MEASURE)
        assert found["texts"] > 10
        assert found["wrong"] == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(
    chromium: Browser, checkout: Path, tmp_path: Path, scheme: str
) -> None:
    space = parse_texts(read_texts(checkout))
    for name, compiled in load_many(space.definitions, space.catalog).items():
        file = tmp_path / f"{Path(name).stem}.svg"
        file.write_text(draw(flow_of(definition_of(compiled), Language.ZH)), encoding="utf-8")

        assert shown(chromium, file, scheme, CONTRAST) == [], name
