"""`govern what-if`: what would change, with nothing recorded."""

import pytest


def test_what_would_change_is_shown_and_nothing_is_recorded(govern, ws):
    before = govern("log", "list").out, govern("project", "list").out
    tried = govern("what-if", "hospital-ct", "--set", "data.is_personal=no", "--as-of", "2026-11-24")
    assert (tried.status, tried.err) == (0, "")
    assert "GDPR-28.3.a" in tried.out
    assert "Is" in tried.out
    assert "Would be" in tried.out
    assert "findings would change: gaps " in tried.out
    assert (govern("log", "list").out, govern("project", "list").out) == before
    assert all(len(line) <= 80 for line in tried.out.splitlines())


def test_facts_are_tried_out_together_and_as_unknown(govern, ws):
    assert "GDPR-28.3.a" in govern("what-if", "hospital-ct", "--set", "data.is_personal=").out
    both = govern("what-if", "hospital-ct", "--set", "data.is_personal=no", "--set", "data.phi=no")
    assert both.status == 0
    assert "HIPAA" in both.out


def test_what_matters_to_no_finding_is_said_to_change_none(govern, ws):
    same = govern("what-if", "hospital-ct", "--set", "client.name=Another name")
    assert (same.status, same.out) == (0, "No finding would change.\n")


WRONG = {
    "nothing": ((), 6, "nothing is changed", "like --set vendor.country=DE"),
    "no value": (("--set", "vendor.country"), 4, "`vendor.country` is not FACT=VALUE", "like vendor.country=IN"),
    "no fact": (("--set", "=IN"), 4, "there is no fact ``"),
    "an empty word": (("--set", ""), 4, "`` is not FACT=VALUE"),
    "an unknown fact": (("--set", "vendor.contry=IN"), 4, "there is no fact `vendor.contry`", "`vendor.country`"),
    "an unknown fact made unknown": (("--set", "vendor.contry="), 4, "there is no fact `vendor.contry`"),
    "a wrong value": (("--set", "vendor.country=Indja"), 4, "`India`"),
    "a good one beside a bad one": (("--set", "data.phi=no", "--set", "data.phy=no"), 4, "there is no fact `data.phy`"),
    "a wrong day": (("--set", "data.phi=no", "--as-of", "soon"), 4, "--as-of: `soon` is not a date"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_tried_is_refused(govern, ws, refused, name):
    words, status, *said = WRONG[name]
    refused(govern("what-if", "hospital-ct", *words), status, *said)


def test_an_unknown_project_is_named_with_the_nearest(govern, ws, refused):
    refused(govern("what-if", "hospital-tc", "--set", "data.phi=no"), 7, "did you mean `hospital-ct`?")
    assert govern("what-if").status == 2


def test_outside_a_workspace_there_is_nothing_to_try(govern, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    refused(govern("what-if", "hospital-ct", "--set", "data.phi=no"), 7)
