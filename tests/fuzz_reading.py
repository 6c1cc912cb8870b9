"""Fuzz the reading, by hand: `python tests/fuzz_reading.py csv|guard SECONDS`.

Whatever bytes a file holds, it gives a book or a refusal, within 20 seconds and 1.5 GB. Needs
`pip install atheris`. The corpus and what breaks the rule are kept in a folder okr-fuzz-* among
the system's temporary files.
"""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMITS = ("-timeout=20", "-rss_limit_mb=1500", "-print_final_stats=1")
WHOLE_PARTS = ("-max_len=30000", "-len_control=0")
# An xls is read by xlrd, none of whose code is ours to mend, in a process of its own.
PARSERS = {"text": "csv", "xlsx": "xlsx", "xlsb": "xlsb", "ods": "ods"}

TEXTS = (
    b"ID,Title,Target\r\nO1,Grow,\r\nO1.KR1,Leads,5\r\n",
    b'ID;Title;Target\nO1;"a ""b"" c";1,5\nO2;d\n',
    b'sep=|\nID|Title|Target\n"x\ny"|z|1|2\n',
    b'"ID,Title,Target"\n"O1,a,5"\n',
    "ID\tTitle\tTarget\nO1\tBüyüme\t5\n".encode("utf-16"),
    "ID,Title,Target\nO1,Grow,5\n".encode("utf-16-be"),
    "ID;Hedef / anahtar sonuç;Hedef değer\nO1;İlk yanıt;5\n".encode("cp1254"),
    "Azonosító;Cél / kulcseredmény;Célérték\nO1;több előfizető;5\n".encode("cp1250"),
    "รหัส;ประเภท;ค่าเป้าหมาย\n".encode("cp874"),
    "ID;목표 / 핵심 결과;목표값\n".encode("cp949"),
)
WORDS = r"""
"\""
"\"\""
",\""
"\","
"\"\x0a"
"sep=;"
"ID,Title,Target\x0a"
"\xff\xfe"
"\xef\xbb\xbf"
"""
# What LibreOffice writes is too long to be read often in a second.
ODS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": b'<m:manifest xmlns:m="m"><m:file-entry m:full-path="/"/></m:manifest>',
    "content.xml": b"""<o:c xmlns:o="o" xmlns:t="t" xmlns:x="x" xmlns:s="s" xmlns:n="n">
<n:percentage-style s:name="N1"><n:number n:decimal-places="1"/></n:percentage-style>
<s:style s:name="c1" s:data-style-name="N1"/><o:spreadsheet><t:table t:name="OKRs">
<t:table-column t:number-columns-repeated="3" t:visibility="collapse"/>
<t:table-row t:number-rows-repeated="2" t:visibility="filter"><t:table-cell o:value-type="string">
<x:p>a<x:s x:c="3"/>b<x:tab/><x:line-break/></x:p></t:table-cell></t:table-row>
<t:table-row><t:table-cell t:style-name="c1" o:value-type="percentage" o:value="0.5"
 t:formula="of:=[.A1]+[.$B$2]" t:number-columns-repeated="2"><x:p>50%</x:p></t:table-cell>
<t:covered-table-cell/><t:table-cell o:value-type="date" o:date-value="2027-01-08T10:00:00"/>
<t:table-cell o:value-type="time" o:time-value="PT12H30M00S"/>
<t:table-cell o:value-type="boolean" o:boolean-value="true"/>
<t:table-cell t:formula="of:=1/0" o:value-type="string"><x:p>#DIV/0!</x:p></t:table-cell>
</t:table-row></t:table></o:spreadsheet></o:c>""",
}


def smallest(suffix: str) -> dict[str, bytes]:
    """The parts of the smallest sample of a kind."""
    found = [*ROOT.glob(f"samples/trackers/*.{suffix}"), *ROOT.glob(f"tests/files/*.{suffix}")]
    with zipfile.ZipFile(min(found, key=lambda path: path.stat().st_size)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


class Packages:
    """Packages of which the fuzzer writes one part; its input's first byte tells which."""

    def __init__(self) -> None:
        packages = (smallest("xlsx"), smallest("xlsb"), ODS)
        self.parts = [(parts, name) for parts in packages for name in parts if parts[name]]
        seeds = enumerate((parts[name] for parts, name in self.parts), 1)
        self.seeds = [b"\0" + packed(parts) for parts in packages]
        self.seeds += [bytes([number]) + content for number, content in seeds]

    def file(self, data: bytes) -> bytes:
        """A whole file: after a zero what follows it, else a package with one part exchanged."""
        choice = data[0] % (len(self.parts) + 1) if data else 0
        if not choice:
            return data[1:]
        parts, name = self.parts[choice - 1]
        return packed(parts | {name: data[1:]})


def main(target: str, seconds: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["okr_sheets", "zipfile"]):
        from importlib import import_module

        from okr_sheets.files.guard import kind_of
        from okr_sheets.problems import UnreadableError

        parsers = {
            kind: import_module(f"okr_sheets.files.{name}") for kind, name in PARSERS.items()
        }
    is_text = target == "csv"
    packages = Packages()
    folder = Path(tempfile.mkdtemp(prefix=f"okr-fuzz-{target}-"))
    corpus, words, path = folder / "corpus", folder / "words", folder / "input"
    corpus.mkdir()
    words.write_text(WORDS, "utf-8")
    for number, seed in enumerate(TEXTS if is_text else packages.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)

    def once(data: bytes) -> None:
        path.write_bytes(data if is_text else packages.file(data))
        try:
            kind = "text" if is_text else kind_of(path)
            if kind in parsers:
                for problem in parsers[kind].read_book(path).problems:
                    problem.line()
        except UnreadableError:
            pass

    options = [*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/"]
    options += [f"-dict={words}"] if is_text else WHOLE_PARTS
    atheris.Setup([sys.argv[0], *options, str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(*sys.argv[1:])
