"""The files a command was asked for: looked at before anything is read, and written last."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okr_sheets.endings import Outputs
from okr_sheets.misuse import MisuseError, check_suffix
from okr_sheets.reports import KINDS, REVIEWS, beside, check_report, report, report_review
from okr_sheets.reports.into import check_into, report_into
from okr_sheets.streams import say
from okr_sheets.writing.saving import same_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from okr_sheets.language import Language
    from okr_sheets.reading.remote import Remote
    from okr_sheets.reports.reviews import Review
    from okr_sheets.rollups.result import Rollup


class Targets:
    """Reports, and a workbook that sheets of the result go into; each that fails costs itself."""

    def __init__(
        self,
        outs: Sequence[Path],
        into: Path | None = None,
        sheets: Sequence[str] | None = None,
        make: Callable[..., Any] = report,
    ) -> None:
        """`make` writes the files of `outs`: reports, or `report_review`."""
        self._kinds = KINDS if make is report else REVIEWS
        if sheets and not into:
            raise MisuseError(
                "--sheets says what comes into a workbook of yours. Name it too: --into board.xlsx"
            )
        for out in outs:
            check_suffix(out, self._kinds)
        self._outputs = Outputs()
        self._asked: list[tuple[Path, Any]] = [(out, make) for out in outs]
        self._asked += [(into, partial(report_into, sheets=sheets))] if into else []

    def __bool__(self) -> bool:
        """Whether any file is to be written."""
        return bool(self._asked)

    @property
    def code(self) -> int:
        """The exit code that the files deserve."""
        return self._outputs.code

    def beside(self) -> AbstractContextManager[None]:
        """Write a file of another kind inside; why it failed is said, and the others stay."""
        return self._outputs.each()

    def look(self, sources: Sequence[Path | Remote], code: str) -> bool:
        """Say why any of them cannot be written, and leave it out; False if none is left.

        `sources` are the trackers to be read, `code` is the language of sentences.
        """
        trackers = [source for source in sources if isinstance(source, Path)]
        if not self._asked:
            return True
        sound = []
        for path, write in self._asked:
            with self._outputs.each():
                if write in (report, report_review):
                    check_report(path, trackers, self._kinds)
                else:
                    check_into(path, code)
                sound.append((path, write))
        self._asked = sound
        return bool(sound)

    def write(self, result: Rollup | Review, words: Language, note: Callable[[str], None]) -> None:
        """Write each once and `note` it; nothing, which is said, if no tracker could be read."""
        if self and not any(tracker.readable for tracker in result.trackers):
            say(words("terminal.nothing_written"), err=True)
            return
        written: list[Path] = []
        for path, write in self._asked:
            # Two names may be one file: by links, by case, however spelled.
            if any(same_file(path, other) for other in written):
                continue
            with self._outputs.each():
                write(result, path, language=words.code, tell=partial(say, err=True))
                self._outputs.wrote()
                for file in [*beside(result, path), path]:
                    if file not in written:
                        written.append(file)
                        note(words("terminal.wrote", path=str(file)))
