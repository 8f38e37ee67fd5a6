"""The tutorial works word for word, in both languages: its files are written, its commands run, its outputs compared.

Both readers write and try the process on their own. The desk is the English reader's; the Chinese one looks at the same
tickets, and asks what publishing would do just before the English one does it."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.worker.running_site import ROOT, Site, environment
from tests.worker.tutorial import Block, Reader, blocks_of, woven
from worker.access.admitting import ADMIN_EMAIL

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
PAGES = [ROOT / "docs/tutorial/your-first-process.md", ROOT / "docs/tutorial/your-first-process.zh-CN.md"]
CHANGING = ("curl ", "gongdan ticket open ")  # done once, by the English reader
NEW_PASSWORD = "a-long-walk-in-the-office"  # of a desk that lives for one test


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    ports = (free_port(), free_port(), free_port(), free_port())
    site = Site(tmp_path / "en/office/var", ports, tmp_path / "en/office")
    yield site
    if site.process is not None and site.process.poll() is None:
        site.end(signal.SIGTERM)


@pytest.fixture
def readers(tmp_path: Path, site: Site) -> list[Reader]:
    ports = {"http://127.0.0.1:8000": site.url, "127.0.0.1:8100": f"127.0.0.1:{site.ports[3]}"}
    found = []
    for name, locale in (("en", "en_GB.UTF-8"), ("zh", "zh_CN.UTF-8")):
        (tmp_path / name / "checkout").mkdir(parents=True)
        (tmp_path / name / "checkout/.venv").symlink_to(ROOT / ".venv")
        own = {"LANG": locale, "GONGDAN_WORKSPACE": str(tmp_path / name / "office")} if name == "zh" else {}
        found.append(Reader(tmp_path / name, environment(site.data_dir, **own), ports))
    return found


def test_the_pages_differ_in_words_alone() -> None:
    english, chinese = (blocks_of(page.read_text("utf-8")) for page in PAGES)
    definitions = [[each.text for each in page if _is_definition(each)] for page in (english, chinese)]
    commands = [[each.text for each in page if each.kind == "sh"] for page in (english, chinese)]

    assert [each.kind for each in english] == [each.kind for each in chinese]
    assert definitions[0] == definitions[1]
    assert [_bare(each) for each in commands[0]] == [_bare(each) for each in commands[1]]


def test_the_whole_file_is_what_the_pieces_make() -> None:
    *pieces, whole = [each.text for each in blocks_of(PAGES[0].read_text("utf-8")) if _is_definition(each)]
    text = ""
    for piece in pieces:
        text = woven(text, piece)

    assert text == whole


def test_the_tutorial_works_word_for_word(site: Site, readers: list[Reader]) -> None:
    pages = [blocks_of(page.read_text("utf-8")) for page in PAGES]
    for english, chinese in zip(*pages, strict=True):
        _follow(english, chinese, readers, site)

    assert site.get("/api/v1/tickets/GD-10002").json()["steps"][0]["key"] == "office_repair.look"
    queue, ticket = _seen_in_the_console(site, "/queue?view=open", "/tickets/GD-10002")
    assert "Meeting room 3" in queue
    assert all(word in ticket for word in ("查看结果", "需要维修", "不归我们管"))


def _follow(english: Block, chinese: Block, readers: list[Reader], site: Site) -> None:
    """What both readers do at one block; whatever fails must have been shown to."""
    if english.kind != "text":
        assert [reader.code for reader in readers] == [0, 0], [reader.told for reader in readers]
    if english.kind == "sh" and english.text.endswith("gongdan up\n"):
        site.start()
    elif english.kind == "sh":
        _run(english.text, chinese.text, *readers)
    else:
        assert _both(_DOES[english.kind], readers, (english.text, chinese.text)) == [None, None]


def _both(
    does: Callable[[Reader, str], str | None], readers: Sequence[Reader], texts: Sequence[str]
) -> list[str | None]:
    """Both at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(does, readers, texts))


_DOES: Mapping[str, Callable[[Reader, str], str | None]] = {
    "yaml": Reader.write,
    "text": Reader.read,
    "console": Reader.walk,
}


def _run(english: str, chinese: str, first: Reader, second: Reader) -> None:
    if english == "gongdan publish\n":
        second.type("gongdan publish --dry-run")
    elif not english.startswith(CHANGING) and "\ncurl " not in english:
        _both(Reader.type, (first, second), (english, chinese))
        return
    first.type(english)
    assert '"code":' not in first.told, first.told


def _is_definition(block: Block) -> bool:
    return block.kind == "yaml" and not block.text.startswith(("file:", "  - name:"))


def _bare(commands: str) -> str:
    """Commands without their comments."""
    return re.sub(r" +# .*", "", commands)


def _seen_in_the_console(site: Site, *paths: str) -> list[str]:
    """What somebody sees who signs in with the one-time password of the banner."""
    banner = site.output.read_text("utf-8")
    once = re.search(r"One-time password +(\S+)", banner)
    assert once, banner
    with httpx.Client(
        base_url=site.url, headers={"Accept-Language": "zh"}, follow_redirects=True, trust_env=False
    ) as browser:
        asked = browser.post("/login", data={"email": ADMIN_EMAIL, "password": once[1]}).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', asked)
        assert csrf, asked
        browser.post("/login/password", data={"csrf": csrf[1], "old": once[1], "new": NEW_PASSWORD})
        return [browser.get(path).text for path in paths]
