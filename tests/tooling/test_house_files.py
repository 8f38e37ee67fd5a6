"""Nothing in our files ties them to a machine or to a package index, and nothing in them is a stranger's."""

import re
from pathlib import Path

# Written in pieces, so that this file does not name what it looks for.
DOT = re.escape(".")
INDEX_HOSTS = re.compile(
    "|".join(
        [
            f"pypi{DOT}(?:org|python)",
            f"pythonhosted{DOT}",
            f"registry{DOT}(?:npmjs|yarnpkg|npmmirror)",
            f"npmjs{DOT}",
            f"(?:npm{DOT})?jsr{DOT}io",
            f"esm{DOT}sh",
            f"unpkg{DOT}com",
            f"jsdelivr{DOT}",
            f"deb{DOT}debian{DOT}org",
            f"mirrors?{DOT}\\w+{DOT}(?:com|cn|edu)",
        ]
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w./{}<>-])/(?:work|root|home/\w+|Users/\w+)(?:/|\b(?![\w-]))|(?<![\w./-])/" + "tmp/")
INDEX_OPTIONS = re.compile(r"^\s*(?:-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b", re.MULTILINE)
PRIVATE_KEYS = re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")
LARGEST = 512 * 1024


def places(pattern: re.Pattern[str], texts: dict[Path, str]) -> list[str]:
    return [
        f"{file}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"
        for file, text in texts.items()
        for found in pattern.finditer(text)
    ]


def test_no_file_names_the_host_of_a_package_index(our_texts: dict[Path, str]) -> None:
    assert places(INDEX_HOSTS, our_texts) == []


def test_no_file_names_a_path_of_one_machine(our_texts: dict[Path, str]) -> None:
    assert places(MACHINE_PATHS, our_texts) == []


def test_no_lock_chooses_a_package_index(our_texts: dict[Path, str]) -> None:
    locks = {file: text for file, text in our_texts.items() if file.name.startswith("requirements")}

    assert locks
    assert places(INDEX_OPTIONS, locks) == []


def test_no_file_holds_a_private_key(our_texts: dict[Path, str]) -> None:
    assert places(PRIVATE_KEYS, our_texts) == []


def test_no_bundle_of_a_stranger_is_kept(our_files: list[Path]) -> None:
    strangers = [file for file in our_files if file.name.endswith((".min.js", ".min.css", ".map", ".whl"))]
    large = [file for file in our_files if file.stat().st_size > LARGEST]

    assert strangers == []
    assert large == []


def test_what_is_looked_for_is_found() -> None:
    assert INDEX_HOSTS.search("https://files.python" + "hosted.org/packages")
    assert INDEX_HOSTS.search("https://registry.npm" + "js.org/")
    assert MACHINE_PATHS.search("cd /" + "work/main")
    assert MACHINE_PATHS.search('"/' + 'tmp/x"')
    assert not MACHINE_PATHS.search("/api/v1/" + "work/3")
