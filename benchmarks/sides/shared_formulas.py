"""A tracker as Excel saves it: formulas filled down are shared, and one cell holds an error.

shared_formulas.py FILE OUT
"""

import re
import sys
import zipfile

from okr_sheets.files.worksheet import relative
from okr_sheets.letters import column_number

CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)><f>([^<]*)</f>')
NUMBER = re.compile(rb'(<c r="[A-Z]+\d+" s="\d+")><v>[\d.]+</v>')


def shared(content):
    """The sheet with one formula for each that was filled down."""
    groups = {}
    for match in CELL.finditer(content):
        letters, row = match[1].decode(), int(match[2])
        text = relative(match[4].decode(), row, column_number(letters))
        groups.setdefault((letters, text), []).append(row)
    numbers = {key: at for at, (key, rows) in enumerate(groups.items()) if len(rows) > 1}

    def written(match):
        letters, row = match[1].decode(), int(match[2])
        key = letters, relative(match[4].decode(), row, column_number(letters))
        rows = groups[key]
        if key not in numbers:
            return match[0]
        formula = f'<f t="shared" si="{numbers[key]}"/>'.encode()
        if row == rows[0]:
            ref = f' ref="{letters}{rows[0]}:{letters}{rows[-1]}"'
            start = f'<f t="shared"{ref} si="{numbers[key]}">'.encode()
            formula = start + match[4] + b"</f>"
        return b'<c r="%s%s"%s>%s' % (match[1], match[2], match[3], formula)

    return CELL.sub(written, content)


def with_error(content):
    """The sheet with #DIV/0! in place of its last number that stands alone."""
    *_, last = NUMBER.finditer(content)
    error = last[1] + b' t="e"><v>#DIV/0!</v>'
    return content[: last.start()] + error + content[last.end() :]


def main(path, out):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                content = shared(content)
                if part.filename == "xl/worksheets/sheet2.xml":  # the OKRs
                    content = with_error(content)
            new.writestr(part, content)


if __name__ == "__main__":
    main(*sys.argv[1:])
