"""govern: compliance and contract governance for outsourced AI training data.

What the command line does, Python does too:

    from govern import check_gaps, open_workspace

    space = open_workspace()
    checked = check_gaps(space.ports, space.actor, "hospital-ct", date.today())

Every name is imported when it is first used, so that `import govern` costs nothing.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "govern.wiring": ("Workspace", "find_places", "find_solver", "init_workspace", "open_workspace"),
    "govern.audit": ("Event", "format_time"),
    "govern.errors": ("ContentError", "FactError", "GovernError", "RefusedError", "StoreError", "VerificationError"),
    "govern.kernel": ("Actor", "Evidence", "FactSpec", "FactValue", "Role", "Vocabulary", "resolve_facts"),
    "govern.rules": (
        "Assessment",
        "Finding",
        "Question",
        "RuleBook",
        "RulePack",
        "Status",
        "Waiver",
        "assess",
        "build_book",
        "closing_changes",
        "next_questions",
        "plan_controls",
        "smallest_reason",
    ),
    "govern.library.cases": ("check_content", "measure_coverage", "run_cases"),
    "govern.library.content": ("Content",),
    "govern.library.lint": ("find_remarks",),
    "govern.library.pages": ("Law", "write_law"),
    "govern.library.places": ("content_places",),
    "govern.library.projects": ("load_project",),
    "govern.library.scaffold": ("new_pack",),
    "govern.portfolio": ("DuckDb", "PostgreSql", "Spark", "check_portfolio", "hold_projects", "open_file"),
    "govern.render.report.formats": ("render_report",),
    "govern.store.coroutines": ("AsyncLog",),
    "govern.usecases.answers": ("parse_answer",),
    "govern.usecases.assembling": ("Options",),
    "govern.usecases.drafts": ("draft_contract", "draft_set", "plan_documents"),
    "govern.usecases.due": ("close_occurrence", "extend_deadline", "list_due", "note_occurrence"),
    "govern.usecases.evidence": ("attach_evidence", "detach_evidence", "list_evidence"),
    "govern.usecases.gaps": (
        "ask_questions",
        "check_gaps",
        "explain_finding",
        "list_controls",
        "plan_once",
        "try_changes",
    ),
    "govern.usecases.holds": ("issue_hold", "list_holds", "release_hold"),
    "govern.usecases.inventory": ("take_inventory",),
    "govern.usecases.law": ("diff_days", "diff_versions"),
    "govern.usecases.linting": ("lint_project",),
    "govern.usecases.locks": ("redraft",),
    "govern.usecases.logs": ("export_log", "get_entry", "list_entries", "prove_entry", "verify_store"),
    "govern.usecases.parameters": ("set_parameters",),
    "govern.usecases.positions": ("approve_position", "choose_position", "list_choices"),
    "govern.usecases.projects": ("answer_facts", "list_projects", "read_project", "save_project"),
    "govern.usecases.recovery": ("find_loss", "recover_log"),
    "govern.usecases.retained": ("list_determinations", "list_retained"),
    "govern.usecases.retaining": ("add_record", "adopt_schedule", "correct_record"),
    "govern.usecases.rotation": ("list_rotations", "rotate_key"),
    "govern.usecases.schedules": ("resolve_conflict", "schedule_retention", "set_rule"),
    "govern.usecases.signing": ("SignedCopy", "sign_contract"),
    "govern.usecases.standing": ("find_lock", "list_standing"),
    "govern.usecases.tracing": ("trace_connection",),
    "govern.usecases.waivers": ("grant_waiver", "list_waivers", "revoke_waiver"),
    "govern.usecases.witnessing": ("add_cosignatures", "find_witnessed", "list_cosigned", "request_cosignature"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the names above


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `govern` has no attribute `{name}`")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
