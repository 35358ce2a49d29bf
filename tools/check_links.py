"""Check that the relative links and pictures of Markdown pages lead somewhere: files, folders, headings. No network.

    python tools/check_links.py PAGE...

Read are inline links and pictures, [text](target) and ![text](target), outside of code. A target with a scheme (https:,
mailto:) is passed over. A heading is named as on GitHub: lower case, spaces to hyphens, other signs dropped, and a number
after the second of one name.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^\s<>()]+(?:\([^\s<>()]*\))?)>?(?:\s+\"[^\"]*\")?\s*\)")
PICTURE_IN_LINK = re.compile(r"!\[[^\]]*\]\(\s*<?([^\s<>()]+)>?[^)]*\)")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$")
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)

Found = tuple[int, str]


def prose(text: str) -> list[tuple[int, str]]:
    r"""Return the numbered lines of a page that are no code.

    >>> prose("a\n```\n[b](c)\n```\nd")
    [(1, 'a'), (5, 'd')]
    """
    lines: list[tuple[int, str]] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence:
            lines.append((number, line))
    return lines


def targets(text: str) -> list[Found]:
    """Return (line, target) of every link and picture of a page.

    >>> targets("see [it](a.md#b), ![p](c.png) and `[no](d)`")
    [(1, 'a.md#b'), (1, 'c.png')]
    """
    found: list[Found] = []
    for number, line in prose(text):
        bare = CODE.sub("", line)
        each = [match[1] for pattern in (LINK, PICTURE_IN_LINK) for match in pattern.finditer(bare)]
        found += [(number, target) for target in dict.fromkeys(each)]
    return found


def anchors(text: str) -> set[str]:
    r"""Return the names of the headings of a page.

    >>> sorted(anchors("# Wind, and air\n## `fly`\n## fly"))
    ['fly', 'fly-1', 'wind-and-air']
    """
    names: set[str] = set()
    seen: dict[str, int] = {}
    for _, line in prose(text):
        heading = HEADING.match(line)
        if heading:
            plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            names.add(f"{name}-{seen[name]}" if name in seen else name)
            seen[name] = seen.get(name, 0) + 1
    return names


def check(page: Path) -> list[Found]:
    """Return (line, what is wrong) of one page."""
    wrong: list[Found] = []
    for number, target in targets(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if SCHEME.match(target):
            continue
        place = page.parent / unquote(path) if path else page
        if path.startswith("/"):
            wrong.append((number, f"{target}: begins at the root of a disk; write it from this page on"))
        elif not place.exists():
            wrong.append((number, f"{target}: there is no such file"))
        elif place.is_file() and place.stat().st_size == 0:
            wrong.append((number, f"{target}: the file is empty"))
        elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text(encoding="utf-8")):
            wrong.append((number, f"{target}: no heading of that name"))
    return wrong


def main(arguments: list[str]) -> int:
    """Check the pages named, print what is wrong, return the exit status."""
    pages = [Path(argument) for argument in arguments]
    missing = [page for page in pages if not page.is_file()]
    found = [(page, *one) for page in pages if page not in missing for one in check(page)]
    for page in missing:
        print(f"{page}: there is no such page")
    for page, line, sentence in found:
        print(f"{page}:{line}: {sentence}")
    count = sum(len(targets(page.read_text(encoding="utf-8"))) for page in pages if page not in missing)
    print(f"{len(pages)} pages, {count} links, {len(found)} broken", file=sys.stderr)
    return 1 if found or missing or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
