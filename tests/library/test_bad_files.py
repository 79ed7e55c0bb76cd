"""Each kind of mistake in an authored file: all of them at once, each with its place and a way out."""

import pytest

from govern.errors import ContentError
from govern.library.cases import check_content, check_library, run_cases
from govern.library.clauses import find_pending, load_clauses
from govern.library.content import Content
from govern.library.packs import load_packs, read_pack_files
from govern.library.terms import load_terms
from govern.library.vocabulary import load_vocabulary

from .trees import FILES, grow, refusal, show, spoil

FACTS, TERMS, PACK = "schemas/facts/facts.yaml", "schemas/terms.yaml", "rules/law/pack.yaml"
DEFINITIONS, PARAMETERS = "rules/law/definitions.yaml", "rules/law/parameters.yaml"
OBLIGATIONS, RETENTION, CASES = "rules/law/obligations/one.yaml", "rules/law/retention.yaml", "rules/law/cases/one.yaml"
CLAUSE, DOCUMENT = "clause_library/clauses/dpa/dpa.audit.md", "clause_library/documents/dpa.yaml"


def check(places):
    content = check_content(places)
    results = list(run_cases(content))
    return results, check_library(places, content)


def test_the_sound_content_is_sound(tmp_path):
    results, library = check(grow(tmp_path))

    assert [result.passed for _, result in results] == [True] * 5
    assert results[0][0] == f"{CASES}:4:5"
    assert find_pending(library, []) == {}
    assert Content(grow(tmp_path), check=True).packs() == load_packs(grow(tmp_path))


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "message", "hint"),
    [
        # form
        (
            OBLIGATIONS,
            "severity: high",
            "severty: high",
            "10:3",
            "`severty` is not known here",
            "did you mean `severity`?",
        ),
        (
            OBLIGATIONS,
            "pinpoint: Art. 28",
            "pinpoint: x, pinpont: y",
            "3:23",
            "`pinpont` is not known here",
            "did you mean `pinpoint`?",
        ),
        (
            PACK,
            "jurisdiction: EEA",
            "jurisdiction: EEA, kin: law",
            "6:44",
            "`kin` is not known here",
            "did you mean `kind`?",
        ),
        (PARAMETERS, "value: 30", "value: 30, vlue: 31", "6:37", "`vlue` is not known here", "did you mean `value`?"),
        (OBLIGATIONS, "  remedy: Put the audit clause in.\n", "", "1:3", "`remedy` is missing", "every entry has it"),
        (OBLIGATIONS, "{pinpoint: Art. 28}", "{}", "3:3", "`pinpoint` is missing", "every entry has it"),
        (OBLIGATIONS, "[dpa.audit]", "dpa.audit", "9:3", "`requires_terms` must be a list, found text", ""),
        (PACK, "version: 1.0.0\nin", "version: 1\nin", "7:1", "`version` must be text, found a whole number", ""),
        (PACK, "2018-05-25", "25 May 2018", "8:12", "`from` must be a date such as 2026-11-24, found text", ""),
        (PACK, "2018-05-25", "2018-02-30", "8:18", "`2018-02-30` is not a date", ""),
        (
            OBLIGATIONS,
            "severity: high",
            "severity: hihg",
            "10:3",
            "`hihg` is not a value of `severity`",
            "did you mean `high`?",
        ),
        (
            OBLIGATIONS,
            "severity: high",
            "severity: x",
            "10:3",
            "`x` is not a value of `severity`",
            "one of critical, high, medium, low",
        ),
        (OBLIGATIONS, "id: L-1", "id: L 1", "1:3", "`L 1` is not a form of `id`", "like [A-Za-z]"),
        (OBLIGATIONS, "topic: audit", "topic: null", "4:3", "`topic` has no value", "leave the whole line out"),
        (OBLIGATIONS, "title: Have an audit", "title: x", "2:3", "`title` is too short", "at least 3"),
        (OBLIGATIONS, "topic: audit", f"topic: {'x' * 61}", "4:3", "`topic` is too long", "at most 60"),
        (RETENTION, "years: 6", "years: -6", "7:12", "`years` cannot be -6", "min 0"),
        (
            CASES,
            "{name: a processor,",
            "{name: a processor, obligation: L-1,",
            "7:25",
            "`obligation` cannot stand beside `definition`",
            "",
        ),
        (OBLIGATIONS, "  cite: {pinpoint: Art. 28}\n", "", "1:3", "`cite` is missing", ""),
        # names
        (
            OBLIGATIONS,
            "law.processor",
            "law.procesor",
            "7:3",
            "`applies` at 1:1: there is no fact or definition `law.procesor`",
            "did you mean `law.processor`?",
        ),
        (
            DEFINITIONS,
            "data.personal &&",
            "data.persona &&",
            "4:3",
            "`when` at 1:1: there is no fact or definition `data.persona`",
            "did you mean `data.personal`?",
        ),
        (
            OBLIGATIONS,
            "in contract.terms'",
            "in'",
            "8:3",
            "`met` at 1:15: expected a fact or a value, found the end",
            "",
        ),
        (
            OBLIGATIONS,
            "[dpa.audit]",
            "[dpa.audti]",
            "1:3",
            "there is no contract term `dpa.audti`",
            "did you mean `dpa.audit`?",
        ),
        (
            OBLIGATIONS,
            "{pinpoint",
            "{instrument: lax, pinpoint",
            "1:3",
            "there is no instrument `lax`",
            "did you mean `law`?",
        ),
        (
            DEFINITIONS,
            "data.personal &&",
            "law.processor &&",
            "1:3",
            "these definitions define each other: `law.processor` → `law.processor`",
            "",
        ),
        (
            PARAMETERS,
            "id: law.days",
            "id: data.personal",
            "1:3",
            "the id `data.personal` is there twice",
            "the first is a fact of the vocabulary",
        ),
        (PARAMETERS, "value: 30", "value: many", "6:26", "`law.days` cannot be `many`", "expected a whole number"),
        (
            RETENTION,
            "contract.end_date",
            "contract.end",
            "1:3",
            "there is no fact `contract.end`",
            "did you mean `contract.end_date`",
        ),
        (RETENTION, "contract.end_date", "data.personal", "1:3", "`data.personal` is not a date", ""),
        (RETENTION, "  period: {years: 6}\n", "", "1:3", "`law.contracts`: `period` is missing", ""),
        (RETENTION, "rule: minimum", "rule: none", "1:3", "`law.contracts`: a rule of this kind has no `period`", ""),
        # cases
        (CASES, "with: processor", "with: procesor", "4:5", "there is no profile `procesor`", ""),
        (
            CASES,
            "contract.terms: [dpa",
            "contract.term: [dpa",
            "4:5",
            "there is no fact `contract.term`",
            "did you mean `contract.terms`",
        ),
        (
            CASES,
            "contract.terms: [dpa.audit]",
            "contract.terms: 5",
            "4:5",
            "`contract.terms` cannot be `5`",
            "expected a list of words",
        ),
        (
            CASES,
            "data.personal: true",
            "data.persona: true",
            "2:15",
            "there is no fact `data.persona`",
            "did you mean `data.personal`?",
        ),
        (CASES, "obligation: L-1", "obligation: L-2", "4:5", "there is no obligation `L-2`", "did you mean `L-1`?"),
        (
            CASES,
            "definition: law.processor",
            "definition: law.proc",
            "6:5",
            "there is no definition `law.proc`",
            "did you mean `law.processor`?",
        ),
        (CASES, "definition: law.processor", "as_of: 2017-01-01, definition: law.processor", "", "", ""),
        (
            CASES,
            "obligation: L-1",
            "as_of: 2017-01-01, obligation: L-1",
            "4:5",
            "there is no obligation `L-1` in force on 2017-01-01",
            "",
        ),
        (CASES, "cases:", "case:", "1:1", "a case file has `profiles` and a list of `cases`", ""),
        (
            CASES,
            "{data.personal: true, vendor.role: processor}",
            "null",
            "1:1",
            "`profiles` are named sets of facts",
            "",
        ),
        # facts
        (FACTS, "type: boolean\n", "type: bool\n", "1:1", "`data.personal` is not a Cerberus schema", ""),
        (FACTS, "kind: boolean", "kind: bool", "3:10", "`bool` is not a value of `kind`", "did you mean `boolean`?"),
        (FACTS, "type: boolean\n", "type: string\n", "2:3", "a fact of this kind has `type: boolean`", ""),
        (FACTS, "data.personal:", "personal:", "1:1", "`personal` is not an id of a fact", "like data.is_personal"),
        (FACTS, "vendor.role:", "data.personal:", "4:1", "the key `data.personal` is there twice", ""),
        (
            FACTS,
            "  meta: {kind: boolean, group: Data, question: Is it personal data?}\n",
            "",
            "1:1",
            "`data.personal` has no `meta`",
            "kind, group and question",
        ),
        *(
            (
                FACTS,
                "vendor.subs:\n",
                f"vendor.places:\n  type: list\n  schema: {{type: string}}\n  meta: {{kind: countries, "
                f"group: Vendor, question: Where is it?, {link}}}\nvendor.subs:\n",
                "19:1",
                message,
                hint,
            )
            for link, message, hint in [
                ("after: [data.persnal]", "there is no fact `data.persnal`", "did you mean `data.personal`?"),
                (
                    "derive: {from: vendor.sub, field: name}",
                    "there is no fact `vendor.sub`",
                    "did you mean `vendor.subs`",
                ),
                ("derive: {from: vendor.subs, field: country, without: x.y}", "there is no fact `x.y`", ""),
                ("derive: {from: vendor.role}", "`vendor.role` is no fact to work out from", "a map of countries"),
                ("derive: {from: vendor.places}", "`vendor.places` is no fact to work out from", "that is answered"),
                ("derive: {from: vendor.subs, field: land}", "`vendor.subs` has no field `land`", "name, country"),
                ("derive: {from: vendor.subs}", "the field of `vendor.subs` is not named", "one of name, country"),
                (
                    "derive: {from: vendor.subs, field: country, without: vendor.role}",
                    "`vendor.role` has no countries to leave out",
                    "a map of countries or a set",
                ),
            ]
        ),
        # figures
        (
            OBLIGATIONS,
            "severity: high",
            "severity: high\n  penalty: up to [[law.dais]]",
            "1:3",
            "there is no figure `law.dais`",
            "did you mean `law.days`?",
        ),
        (
            OBLIGATIONS,
            "severity: high",
            "severity: high\n  penalty: up to [[law.processor]]",
            "1:3",
            "there is no figure `law.processor`",
            "",
        ),
        # terms
        (TERMS, "mandatory: true", "mandatory: perhaps", "1:3", "this term does not fit", "each term has id"),
        (TERMS, "- id: dpa.audit", "- 5\n- id: dpa.audit", "1:3", "this term does not fit", "each term has id"),
        # clauses
        (CLAUSE, "---\n", "", "1:1", "there is no front matter", "a clause begins with `---`"),
        (CLAUSE, "documents: [dpa]\n", "", "2:1", "`documents` is missing", ""),
        (
            CLAUSE,
            "documents: [dpa]",
            "documets: [dpa]\ndocuments: [dpa]",
            "5:1",
            "`documets` is not known here",
            "did you mean `documents`?",
        ),
        (CLAUSE, "default: 14", "defalt: 14", "10:69", "`defalt` is not known here", "did you mean `default`"),
        (
            CLAUSE,
            "{term: dpa.audit",
            "{term: dpa.audti",
            "1:1",
            "there is no term `dpa.audti`",
            "did you mean `dpa.audit`?",
        ),
        (
            CLAUSE,
            "paragraph: audit}",
            "paragraph: audt}",
            "1:1",
            "`dpa.audit`: there is no paragraph `audt`",
            "did you mean `audit`?",
        ),
        (
            CLAUSE,
            "fact: contract.days",
            "fact: contract.day",
            "1:1",
            "`days`: there is no fact `contract.day`",
            "did you mean `contract.days`",
        ),
        (
            CLAUSE,
            "fact: contract.days",
            "fact: contract.days, only: [scc]",
            "1:1",
            "`days`: `scc` is no value of its fact",
            "",
        ),
        (
            CLAUSE,
            "fact: contract.days",
            "fact: contract.days, without: contract.day",
            "1:1",
            "`days`: there is no fact `contract.day`",
            "did you mean `contract.days`",
        ),
        (CLAUSE, "{ref:dpa.audit}", "{ref:dpa.audit#x}", "19:1", "the reference `dpa.audit#x` leads nowhere", ""),
        (CLAUSE, "{ref:dpa.audit}", "{ref:dpa.audti}", "19:1", "the reference `dpa.audti` leads nowhere", ""),
        (CLAUSE, "{ref:dpa.audit}", "{ref:dpa.audit#audit}", "19:1", "the paragraph `audit` refers to itself", ""),
        (CLAUSE, "{#more} More.", "{#audit} More.", "26:1", "the paragraph `audit` is there twice", "give it an id"),
        (CLAUSE, "More.", "More ==Audits== of ==Data==.", "26:1", "“Data” is used but not listed in `uses`", "list it"),
        (
            DOCUMENT,
            "[dpa.audit]",
            "[dpa.audit, dpa.audit]",
            "1:1",
            "the clause `dpa.audit` is in the document twice",
            "",
        ),
        (CLAUSE, "[[days]]", "[[day]]", "19:1", "`[[day]]` is not a parameter", "did you mean `days`?"),
        (
            CLAUSE,
            "[[subs.name]]",
            "[[subs.nam]]",
            "21:1",
            "`[[subs.nam]]` is not a field of the list",
            "did you mean `name`?",
        ),
        (
            CLAUSE,
            "[[subs.name]]",
            "[[subs]]",
            "21:1",
            "`[[subs]]` is not a field of the list",
            "a table's row shows a list field by field",
        ),
        (CLAUSE, "defines: [Audit]", "defines: []", "19:1", "“Audit” is defined but not listed in `defines`", ""),
        (
            CLAUSE,
            "when: law.processor",
            "when: law.proc",
            "1:1",
            "`law.proc`: there is no fact or definition",
            "did you mean `law.processor`?",
        ),
        (
            CLAUSE,
            "theirs, when: data.personal",
            "theirs, when: data.persona",
            "1:1",
            "`data.persona`: there is no fact",
            "did you mean `data.personal`?",
        ),
        (
            CLAUSE,
            "::: when data.personal",
            "::: when data.persona",
            "25:1",
            "`data.persona`: there is no fact",
            "did you mean `data.personal`?",
        ),
        (
            CLAUSE,
            "position fallback",
            "position falback",
            "29:1",
            "there is no position `falback`",
            "did you mean `fallback`?",
        ),
        (CLAUSE, "{#more} More.", "{#more} ==More.", "26:1", "the mark `==` is not closed", ""),
        (CLAUSE, "Less.\n:::\n", "Less.\n", "29:1", "a `:::` block is not closed", "end it with a line `:::`"),
        (CLAUSE, ":::\n\n::: position", "\n::: position", "28:1", "this `:::` line is not understood", "do not nest"),
        # documents
        (
            DOCUMENT,
            "clauses: [dpa.audit]",
            "clauses: [dpa.audti]",
            "1:1",
            "there is no clause `dpa.audti`",
            "did you mean `dpa.audit`?",
        ),
        (DOCUMENT, "clauses: [dpa.audit]", "clauses: []", "8:1", "`clauses` is too short", "at least 1"),
        (
            DOCUMENT,
            "[[vendor.role]]",
            "[[vendor.rle]]",
            "1:1",
            "`[[vendor.rle]]` is not a fact",
            "did you mean `vendor.role`",
        ),
        (
            DOCUMENT,
            "parties:",
            "provides: {data.personal: 5}\nparties:",
            "1:1",
            "`provides`: `data.personal`",
            "expected true",
        ),
        (DOCUMENT, "The client", '"[[client"', "1:1", "the mark `[[` is not closed", ""),
        (
            DOCUMENT,
            "when: law.processor",
            "when: law.proc",
            "1:1",
            "`law.proc`: there is no fact or definition",
            "did you mean `law.processor`?",
        ),
        (
            DOCUMENT,
            "party: client",
            "party: clint",
            "6:24",
            "`clint` is not a value of `party`",
            "did you mean `client`?",
        ),
    ],
)
def test_a_mistake_is_shown_with_its_place_and_a_way_out(tmp_path, name, old, new, place, message, hint):
    places = grow(tmp_path, **spoil(name, (old, new)))
    if not place:
        check(places)
        return
    found = [problem for problem in refusal(check, places) if problem.where == f"{name}:{place}"]

    assert [problem.message for problem in found if problem.message.startswith(message) and hint in problem.hint]


def test_all_problems_of_all_files_are_shown_at_once(tmp_path):
    changed = {
        **spoil(OBLIGATIONS, ("severity: high", "severty: high"), ("title: Have an audit", "title: 5")),
        **spoil(DEFINITIONS, ("title", "titel")),
    }

    assert show(refusal(check, grow(tmp_path, **changed))) == [
        f"{DEFINITIONS}:2:3: `titel` is not known here (hint: did you mean `title` or `cite`?)",
        f"{DEFINITIONS}:1:3: `title` is missing (hint: every entry has it)",
        f"{OBLIGATIONS}:1:3: `severity` is missing (hint: every entry has it)",
        f"{OBLIGATIONS}:10:3: `severty` is not known here (hint: did you mean `severity`?)",
        f"{OBLIGATIONS}:2:3: `title` must be text, found a whole number",
    ]


def test_the_problems_of_other_packs_wait(tmp_path):
    places = grow(tmp_path, **spoil(OBLIGATIONS, ("severity: high", "severty: high")))
    other = {"rules/other/pack.yaml": FILES[PACK].replace("id: law", "id: other")}
    places = grow(tmp_path, **other, **spoil(OBLIGATIONS, ("law.processor", "law.procesor")))

    assert [pack.id for pack in check_content(places, only=["other"]).packs] == ["law", "other"]
    with pytest.raises(ContentError, match=r"law\.procesor"):
        check_content(places, only=["law"])


@pytest.mark.parametrize(("pack", "hint"), [("lww", "did you mean `law`?"), ("zzzz", "packs: law")])
def test_a_pack_that_is_not_there_cannot_be_tested(tmp_path, pack, hint):
    with pytest.raises(ContentError, match=f"there is no pack `{pack}`") as caught:
        check_content(grow(tmp_path), only=[pack])

    assert caught.value.hint == hint


def test_ids_are_there_once_over_all_files_and_packs(tmp_path):
    other = (
        FILES[PACK]
        .replace("id: law", "id: other")
        .replace("law: {title", "other: {title")
        .replace("t: law", "t: other")
    )
    changed = {
        "rules/law/obligations/two.yaml": FILES[OBLIGATIONS],
        "rules/other/pack.yaml": other,
        "rules/other/definitions.yaml": FILES[DEFINITIONS],
        "rules/other/retention.yaml": FILES[RETENTION],
    }
    first = "hint: the first is at"

    assert show(refusal(check, grow(tmp_path, **changed))) == [
        f"rules/law/obligations/two.yaml:1:3: the id `L-1` is there twice ({first} {OBLIGATIONS}:1:3)",
        f"rules/other/definitions.yaml:1:3: the id `law.processor` is there twice ({first} {DEFINITIONS}:1:3)",
        f"rules/other/retention.yaml:1:3: the id `law.contracts` is there twice ({first} {RETENTION}:1:3)",
        "rules/other/definitions.yaml:1:3: `law.processor` has no case with `expect: true` "
        "(hint: show it both ways in a case file)",
    ]


def test_facts_clauses_and_documents_are_there_once(tmp_path):
    assert len(refusal(check, grow(tmp_path / "a", **{"schemas/facts/more.yaml": FILES[FACTS]}))) == 6
    again = {
        "clause_library/clauses/dpa/zzz.md": FILES[CLAUSE],
        "clause_library/clauses/other/dpa.audit.md": FILES[CLAUSE],
        "clause_library/documents/other.yaml": FILES[DOCUMENT],
    }

    assert show(refusal(check, grow(tmp_path / "b", **again))) == [
        "clause_library/clauses/dpa/zzz.md: the clause `dpa.audit` is in the file of another name"
        " (hint: the file of a clause is named by its id)",
        "clause_library/clauses/other/dpa.audit.md: the clause `dpa.audit` is there twice",
        "clause_library/documents/other.yaml: the document `dpa` is there twice",
    ]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({PACK: None}, ["rules/law: the pack has no pack.yaml"]),
        ({PACK: "a: [\n"}, ["rules/law/pack.yaml:2:1: this is not YAML"]),
        ({PACK: "[1]"}, ["rules/law/pack.yaml:1:1: expected a mapping, found a list"]),
        ({"rules/law/extra.yaml": "x: 1"}, ["rules/law/extra.yaml: `rules/law/extra.yaml` is not a file of a pack"]),
        (
            {"rules/law/stray/x.yaml": "[]"},
            ["rules/law/stray/x.yaml: `rules/law/stray/x.yaml` is not a file of a pack"],
        ),
        ({OBLIGATIONS: "x: 1"}, [f"{OBLIGATIONS}:1:1: expected a list"]),
        (
            {OBLIGATIONS: "- 5\n- x\n- 2026-11-24\n- true\n- null"},
            [
                f"{OBLIGATIONS}:1:3: expected a mapping, found a whole number",
                f"{OBLIGATIONS}:2:3: expected a mapping, found text",
                f"{OBLIGATIONS}:3:3: expected a mapping, found a date",
                f"{OBLIGATIONS}:4:3: expected a mapping, found true or false",
                f"{OBLIGATIONS}:5:3: expected a mapping, found nothing",
            ],
        ),
        ({CASES: "[]"}, [f"{CASES}:1:1: a case file has `profiles` and a list of `cases`"]),
        ({CASES: "profiles: [1]\ncases: []"}, [f"{CASES}:1:1: `profiles` are named sets of facts"]),
        ({FACTS: "[]"}, [f"{FACTS}:1:1: expected a mapping of facts"]),
        ({FACTS: "data.x: 5"}, [f"{FACTS}:1:1: `data.x` has no `meta`"]),
        ({TERMS: "x: 1"}, [f"{TERMS}:1:1: expected a list of terms"]),
        ({CLAUSE: "---\n- 1\n---\n"}, [f"{CLAUSE}:2:1: expected a mapping, found a list"]),
        ({CLAUSE: "---\na: [\n---\nx"}, [f"{CLAUSE}:3:1: this is not YAML"]),
        ({CLAUSE: "no front matter"}, [f"{CLAUSE}:1:1: there is no front matter"]),
        ({CLAUSE: "---\nid: x"}, [f"{CLAUSE}:1:1: there is no front matter"]),
        ({DOCUMENT: "5"}, [f"{DOCUMENT}:1:1: expected a mapping, found a whole number"]),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, changed, problems):
    found = show(refusal(check, grow(tmp_path, **changed)))

    assert len(found) == len(problems)
    assert [each for each, wanted in zip(found, problems, strict=True) if not each.startswith(wanted)] == []


def take_clauses(places):
    """All clauses, read as a draft reads them: unchecked, when they are taken."""
    return dict(load_clauses(places).clauses)


@pytest.mark.parametrize(
    ("name", "text", "read", "message"),
    [
        (OBLIGATIONS, "- 5", load_packs, "a pack does not fit its schema"),
        (OBLIGATIONS, "- {id: x}", load_packs, "a pack does not fit its schema"),
        (CLAUSE, "---\nid: x\n---\n", take_clauses, "the front matter does not fit"),
        (CLAUSE, "---\n---\n", take_clauses, "the front matter does not fit"),
        (DOCUMENT, "id: x", load_clauses, "the document does not fit"),
        (RETENTION, "- {id: x}", lambda places: Content(places).retention_rules(), "this retention rule does not fit"),
        (PACK, "a: [", read_pack_files, "this is not YAML"),
    ],
)
def test_what_was_not_checked_is_still_refused_in_words(tmp_path, name, text, read, message):
    assert refusal(read, grow(tmp_path, **{name: text}))[0].message.startswith(message)


def test_what_is_not_there_is_empty(tmp_path):
    places = grow(tmp_path, **dict.fromkeys(FILES))

    assert load_terms(places) == []
    assert len(load_vocabulary(places)) == 0
    assert load_packs(places) == []
    assert take_clauses(places) == {}
    assert Content(places).countries() == {}


def test_an_unknown_document_is_met_with_the_nearest(tmp_path):
    content = Content(grow(tmp_path))

    assert content.recipe("dpa").id == "dpa"
    with pytest.raises(ContentError, match="there is no document `dpaa`") as caught:
        content.recipe("dpaa")
    assert caught.value.hint == "did you mean `dpa`?"
    with pytest.raises(ContentError) as caught:
        content.recipe("zz")
    assert caught.value.hint == "documents: dpa"


def test_obligations_of_packs_to_come_are_listed(tmp_path):
    changed = spoil(CLAUSE, ("when: law.processor", "when: law.processor\nobligations: [L-1, X-2, X-1]"))
    library = load_clauses(grow(tmp_path, **changed))

    assert find_pending(library, ["L-1"]) == {"X-1": ["dpa.audit"], "X-2": ["dpa.audit"]}
