"""The zip of a set: checksums that `sha256sum -c` accepts, the same bytes each time, titles that are only text."""

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from govern.contracts import Draft, Lock, OpenPoint, Pin, parse_lock
from govern.render.document_set import INDEX, SUMS, SetEntry, pack_set

HOSTILE = "<script>alert(1)</script>\n\"' onclick=x &amp; \u202e\x00 ../../etc/passwd"


def entry_of(draft: Draft, why: str = "the vendor processes the data", **files: bytes) -> SetEntry:
    pin = Pin("1.0.0", "0" * 64)
    lock = Lock(
        document=draft.document,
        recipe=pin,
        project=draft.project,
        project_version=1,
        facts="1" * 64,
        day=draft.day,
        packs={"gdpr": pin},
        clauses={"a.b": pin},
        playbooks={},
        tree=draft.digest,
    )
    return SetEntry(draft, lock, why, files or {"docx": b"word", "pdf": b"%PDF"})


def unpack(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def index(*entries: SetEntry, title: str = "Contract documents", uncovered: tuple[str, ...] = ()) -> str:
    made = pack_set(entries, title=title, day=entries[0].draft.day, uncovered=uncovered)
    return unpack(made)[INDEX].decode()


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_file_is_in_the_checksums_and_matches(sample: Draft) -> None:
    parts = unpack(pack_set([entry_of(sample), entry_of(sample)], title="t", day=sample.day))
    lines = parts[SUMS].decode().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in parts.items() if name != SUMS}
    assert sorted(sums) == list(sums)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_accepts_the_set_and_finds_a_change(sample: Draft, tmp_path: Path) -> None:
    for name, data in unpack(pack_set([entry_of(sample)], title="t", day=sample.day)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    check = ["sha256sum", "--strict", "-c", SUMS]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "01-dpa.docx").write_bytes(b"changed")
    found = subprocess.run(check, cwd=tmp_path, capture_output=True, check=False, text=True)
    assert found.returncode == 1 and "01-dpa.docx: FAILED" in found.stdout


def test_equal_sets_give_equal_bytes(sample: Draft) -> None:
    made = [pack_set([entry_of(replace(sample))], title="t", day=sample.day, uncovered=["x"]) for _ in range(2)]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as package:
        names = [each.filename for each in package.infolist()]
        assert names == sorted(names)
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_files_are_numbered_in_their_order_and_locks_can_be_read(sample: Draft) -> None:
    other = replace(sample, document="msa")
    parts = unpack(pack_set([entry_of(other), entry_of(sample, docx=b"w")], title="t", day=sample.day))
    assert {"01-msa.docx", "01-msa.pdf", "02-dpa.docx", "locks/01-msa.lock", "locks/02-dpa.lock"} < set(parts)
    assert parse_lock(parts["locks/02-dpa.lock"], name="x") == entry_of(sample).lock


def test_every_link_of_the_index_leads_to_a_file(sample: Draft) -> None:
    parts = unpack(pack_set([entry_of(sample), entry_of(replace(sample, document="msa"))], title="t", day=sample.day))
    page = Page(parts[INDEX].decode())
    assert sorted(page.links) == sorted(set(parts) - {INDEX, SUMS})
    assert not {"script", "img", "link", "iframe", "form"} & set(page.tags)
    assert page.tags.count("h1") == page.tags.count("main") == 1
    assert "default-src 'none'" in parts[INDEX].decode()


@pytest.mark.parametrize(
    ("status", "points", "words", "state"),
    [
        ("draft", 2, "4 points are open before signature", "draft, 2 open"),
        ("draft", 0, "Drafts without open points", "draft"),
        ("final", 0, "All documents are final", "final"),
    ],
)
def test_the_index_says_how_far_the_set_is(sample: Draft, status: str, points: int, words: str, state: str) -> None:
    open_ = tuple(OpenPoint("blank", f"value {number}", "x") for number in range(points))
    draft = replace(sample, status=status, open_points=open_)
    text = Page(index(entry_of(draft), entry_of(draft))).text
    assert words in text and state in text and "Set of 2 documents" in text


def test_one_open_point_is_said_as_one(sample: Draft) -> None:
    text = Page(index(entry_of(replace(sample, open_points=(OpenPoint("blank", "value", "x"),))))).text
    assert "1 point is open" in text and "Set of 1 document " in text


def test_what_no_document_serves_is_on_the_index(sample: Draft) -> None:
    heading = "Obligations that no document of this set serves"
    assert heading not in index(entry_of(sample))
    page = Page(index(entry_of(sample), uncovered=("GDPR-30.2: dpa.records", "SOC2-CC1: <b>")))
    assert heading in page.text and "GDPR-30.2: dpa.records" in page.text and "SOC2-CC1: <b>" in page.text


def test_hostile_titles_are_text_and_hostile_ids_no_paths(sample: Draft) -> None:
    plain = Page(index(entry_of(sample), uncovered=("x",)))
    draft = replace(sample, document="../../évil/x\\y", title=HOSTILE, subtitle=HOSTILE, version=HOSTILE)
    made = pack_set([entry_of(draft, HOSTILE)], title=HOSTILE, day=sample.day, uncovered=(HOSTILE,))
    parts = unpack(made)
    page = Page(parts[INDEX].decode())
    assert page.tags == plain.tags
    assert page.text.count("<script>alert(1)</script>") >= 5 and "\u202e" not in page.text
    assert all(re.fullmatch(r"(locks/)?[A-Za-z0-9._-]+", name) for name in parts)
    assert set(page.links) <= set(parts)
