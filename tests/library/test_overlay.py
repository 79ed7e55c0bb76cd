"""An organisation's own content lies over the one that comes with govern, file by file."""

from govern.library.content import Content
from govern.library.places import Places, builtin_root, content_places
from govern.library.vocabulary import load_vocabulary
from govern.rules import build_book, names_in_use

from .trees import FILES, grow

FACT = """
own.question:
  type: boolean
  meta: {kind: boolean, group: Own, question: Is it our own?}
"""


def over(tmp_path, **own):
    base = grow(tmp_path / "base").roots
    return Places((*base, *grow(tmp_path / "own", **{**dict.fromkeys(FILES), **own}).roots))


def test_a_new_file_adds_facts(tmp_path):
    places = over(tmp_path, **{"schemas/facts/own.yaml": FACT})

    assert [spec.id for spec in load_vocabulary(places)][-1] == "own.question"
    assert "data.personal" in load_vocabulary(places)


def test_a_file_of_the_same_name_replaces(tmp_path):
    places = over(tmp_path, **{"schemas/facts/facts.yaml": FACT})

    assert [spec.id for spec in load_vocabulary(places)] == ["own.question"]
    assert places.file("schemas/facts/facts.yaml") == tmp_path / "own" / "schemas/facts/facts.yaml"
    assert places.file("rules/law/pack.yaml") == tmp_path / "base" / "rules/law/pack.yaml"
    assert places.file("rules/none.yaml") is None


def test_files_stand_by_name_whatever_their_root(tmp_path):
    places = over(tmp_path, **{"schemas/facts/a.yaml": FACT, "schemas/facts/facts.yaml": "{}"})

    assert [(name, path.parts[-4]) for name, path in places.files("schemas/facts", "*.yaml")] == [
        ("schemas/facts/a.yaml", "own"),
        ("schemas/facts/facts.yaml", "own"),
    ]
    assert list(places.files("nothing", "*.yaml")) == []


def test_a_pack_of_the_organisation_joins_the_others(tmp_path):
    pack = (
        FILES["rules/law/pack.yaml"]
        .replace("id: law", "id: own")
        .replace("  law: {", "  own: {")
        .replace("t: law", "t: own")
    )
    rule = FILES["rules/law/obligations/one.yaml"].replace("L-1", "OWN-1").replace("law.processor", "own.question")
    own = {"rules/own/pack.yaml": pack, "rules/own/obligations/x.yaml": rule, "schemas/facts/own.yaml": FACT}
    content = Content(over(tmp_path, **own), check=True)

    assert [each.id for each in content.packs()] == ["law", "own"]
    book = build_book(content.packs(), content.vocabulary(), content.packs()[0].changelog[0].date)
    assert [rule.obligation.id for rule in book.rules] == ["L-1", "OWN-1"]
    assert book.get_rule("OWN-1").obligation.cite.instrument == "own"
    assert "own.question" in names_in_use(content.packs(), content.vocabulary())


def test_the_digest_is_of_names_and_bytes(tmp_path):
    folders = ("rules", "schemas")
    places = over(tmp_path)
    before = places.digest(folders)

    assert over(tmp_path).digest(folders) == before
    (tmp_path / "own" / "rules").mkdir(parents=True)
    (tmp_path / "own" / "rules" / "x.yaml").write_text("")
    assert places.digest(folders) != before


def test_a_pack_has_the_digest_of_its_files(tmp_path):
    one, two, three = (
        Content(grow(tmp_path / each, **changed)).packs()[0].digest
        for each, changed in (
            ("one", {}),
            ("two", {"rules/law/cases/one.yaml": FILES["rules/law/cases/one.yaml"] + "\n"}),
            ("three", {"rules/law/parameters.yaml": FILES["rules/law/parameters.yaml"] + "\n"}),
        )
    )

    assert one == two  # cases are proofs of the pack, not part of it
    assert one != three


def test_the_organisations_folder_is_over_the_builtin_one_if_it_is_there(tmp_path):
    assert content_places().roots == (builtin_root(),)
    assert content_places(tmp_path / "none").roots == (builtin_root(),)
    assert content_places(tmp_path).roots == (builtin_root(), tmp_path)
