"""The page: one HTML file that shows a rollup, loads nothing, and reads with scripts off."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Excerpt, is_large
from okr_sheets.reports.left_out import left_out
from okr_sheets.reports.page import colours, head, lists, quality, retrospective, units
from okr_sheets.reports.page.belonging import belonging
from okr_sheets.reports.page.selection import select
from okr_sheets.reports.page.trends import unit_ways
from okr_sheets.reports.phrases import as_of, title
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.text import printable

FIRST = 8  # rows of a long list that show before “Show all”; a longer part opens on demand
MANY = 40  # units; of more the browser lays out those in sight


def write_page(rollup: Rollup, path: str, words: Language, archive: str = "") -> None:
    """One self-contained HTML page, from the headline down to the cell of each figure.

    `archive` is the name of what holds all rows of a large rollup, of whose lists the page shows
    what matters most.
    """
    excerpt = Excerpt(rollup, words, archive, is_short=is_large(rollup))
    Path(path).write_text(printable(_html(excerpt)), "utf-8", newline="\n")


_ENDS = re.compile(r"\s*</(?:td|th|tr|li)>\s*")


class _Environment(Environment):
    """The template's rows are dicts, which are asked for keys before they are for attributes."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        try:
            return obj[attribute]
        except (TypeError, LookupError):
            return super().getattr(obj, attribute)


def _html(excerpt: Excerpt) -> str:
    environment = _Environment(
        loader=PackageLoader("okr_sheets", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    assets = {
        "style": _tight(
            environment.get_template("page.css.j2").render(
                colours.palette(), first=FIRST, words=excerpt.words
            )
        ),
        "script": _bare(environment.get_template("page.js").render()),
    }
    safe = {name: Markup(text) for name, text in assets.items()}  # noqa: S704  files of ours
    values = _page(excerpt) | safe | {"policy": _policy(assets)}
    # Pages are long: what ends rows, cells and lines anyway is not written.
    return _ENDS.sub("", environment.get_template("page.html.j2").render(values))


def _bare(code: str) -> str:
    """A style or a script without indents, and without lines that only its authors read."""
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _tight(style: str) -> str:
    """A style without the spaces that part nothing."""
    return re.sub(r" ?([{};,]) ?|(?<=[a-z]): ", lambda it: it[1] or ":", _bare(style))


def _shortened(excerpt: Excerpt) -> Markup:
    """That lists are shortened, and the way to what holds all of them."""
    link = Markup('<a href="{}">{}</a>').format(quote(excerpt.archive), excerpt.archive)
    return Markup("{}").format(excerpt.words("report.shortened")).format(archive=link)


def _policy(assets: Mapping[str, str]) -> str:
    """Nothing may load, and only the page's own style and script count, told by their hashes."""
    allowed = (f"{name}-src '{_hash(text)}'" for name, text in assets.items())
    return "; ".join(("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _more(excerpt: Excerpt, shown: int) -> str:
    """That the filters look through some of the key results only, and where all are; "" if not."""
    count = len(excerpt.rollup.columns["key_results"])
    if shown == count:
        return ""
    here = excerpt.words.counted("page.shown_here", shown=shown, all=count)
    return f"{here} {excerpt.where('key_results')}"


def _page(excerpt: Excerpt) -> dict[str, Any]:
    """All that the template shows."""
    rollup, words = excerpt.rollup, excerpt.words
    about = rollup.about
    ways = unit_ways(rollup)
    shaped = units.units(rollup, select(excerpt), ways, words)
    objectives = [
        objective | {"unit": unit["number"]} for unit in shaped for objective in unit["objectives"]
    ]
    key_results: list[Row] = [row for each in objectives for row in each["key_results"]]
    problems, problems_note = excerpt.problems()
    numbers = {unit["name"]: unit["number"] for unit in shaped}
    shown = {
        "teams": lists.tree(shaped),
        "objectives": [row for row in objectives if row["anchor"]],
        "attention": lists.attention(excerpt, shaped, key_results, words),
        "alignment": lists.alignment(excerpt, objectives, words),
        "changes": lists.changes(excerpt, key_results, words),
        "owners": lists.owners(excerpt, key_results, words),
        "history": lists.history(excerpt, shaped, key_results, words),
    }
    coached = quality.quality(excerpt, shaped, key_results, words)
    sizes = {name: len(rollup.columns[name]) for name in shown}
    notes = {name: excerpt.note(name, len(shown[name]), sizes[name]) for name in shown}
    sizes["findings"] = len(rollup.columns["findings"])
    notes["findings"] = excerpt.note("findings", len(coached["found"]), sizes["findings"])
    notes["problems"] = problems_note
    looked_back = retrospective.retrospective(excerpt, shaped, key_results, words)
    notes |= looked_back["notes"] if looked_back else {}
    if notes["objectives"]:
        notes["objectives"] += f" {words('report.led_to')}"
    return {
        **shown,
        "words": words,
        "mark": REPORT_MARK,
        "title": title(rollup, words).strip(" –"),
        "company": about["company"],
        "heading": words("report.title", quarter=about["quarter"]).strip(" –"),
        "as_of": as_of(rollup, words),
        "read": words.counted(
            "report.read",
            trackers=about["trackers"],
            objectives=about["objectives"],
            key_results=about["key_results"],
        ),
        "left_out": left_out(rollup, words),
        "shortened": _shortened(excerpt) if is_large(rollup) and any(notes.values()) else "",
        "headline": head.headline(rollup, ways, words),
        "status_counts": head.status_counts(rollup, words),
        "freshness": head.freshness(rollup, words),
        "since": head.since(rollup, ways, words),
        "units": shaped,
        "quality": coached,
        "retrospective": looked_back,
        "had_previous": bool(rollup.previous_quarter),
        "sizes": {name: words.number(size) for name, size in sizes.items()},
        "notes": notes,
        "more_shown": _more(excerpt, len(key_results)),
        "first": FIRST,
        "many": MANY,
        "problems": [
            row | whose
            for row, whose in zip(
                lists.problems(problems, words),
                belonging(problems, rollup, numbers, [*objectives, *key_results]),
                strict=True,
            )
        ],
        "problem_count": words.number(len(rollup.problems)),
        "choices": lists.choices(shaped, key_results, words),
        "legend": lists.legend(rollup, words),
    }
