"""`parley audit verify` and `parley audit checkpoint`: say whether anything was changed behind our back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say

app = typer.Typer(help="Check the audit log, or sign it.", no_args_is_help=True)


@app.command("verify")
def verify(
    home: HomeOption = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", help="A checkpoint exported before and kept elsewhere.", show_default=False, readable=False
        ),
    ] = None,
) -> None:
    """Find every edit, deletion, insertion and reordering. Ends with 1 where anything is wrong."""
    from parley.run.home import open_home, resolve_home
    from parley.store import audit
    from parley.store.faults import faults

    opened = open_home(resolve_home(home, os.environ), os.environ)
    with faults():
        report = audit.verify(opened.vault, checkpoint)
    say(
        f"{report.leaves:,} entries in order, {report.unsequenced:,} waiting; {report.rows:,} rows compared; "
        f"signed up to {report.signed_size:,} by {report.checkpoints:,} checkpoints.",
        f"已排序 {report.leaves:,} 条，待排序 {report.unsequenced:,} 条；比对 {report.rows:,} 行；"
        f"{report.checkpoints:,} 个检查点，签名覆盖至 {report.signed_size:,}。",
        chinese=here(),
    )
    for finding in report.findings:
        say(*finding.words(), chinese=here())
    if not report.is_sound:
        raise typer.Exit(1)
    say("Nothing was changed.", "未发现改动。", chinese=here())


@app.command("verify-offer")
def verify_offer(
    offer: Annotated[str, typer.Argument(metavar="ID", help="The id of an offer, as its thread shows it.")],
    home: HomeOption = None,
) -> None:
    """Recompute an offer from its record and its policy, without the optimiser. Ends with 1 where anything fails."""
    from parley.errors import BadInput
    from parley.run.checking.offers import Record, check_offer
    from parley.run.home import open_home, resolve_home
    from parley.store.faults import faults
    from parley.store.offers import kept_offer

    open_home(resolve_home(home, os.environ), os.environ)
    with faults():
        kept = kept_offer(UUID(offer)) if is_uuid(offer) else None
    if kept is None:
        raise BadInput(
            "There is no offer with this id. Copy it from the thread or the export.",
            "没有此编号的方案。请从对话或导出文件中复制编号。",
        )
    findings = check_offer(
        Record(
            on=kept.on,
            currency=kept.currency,
            capacity_minor=kept.capacity_minor,
            plans=kept.plans,
            certificate=kept.certificate,
            policy_text=kept.policy_text,
            is_rulebook_known=kept.is_rulebook_known,
        )
    )
    for finding in findings:
        say(*finding.words(), chinese=here())
    if findings:
        raise typer.Exit(1)
    count, policy = len(kept.plans), kept.certificate["policy"]
    say(
        f"The offer is sound: {count} of {kept.certificate['feasible']} feasible plans, policy {policy}.",
        f"方案无误：可行方案 {kept.certificate['feasible']} 个，给出 {count} 个，政策 {policy}。",
        chinese=here(),
    )


def is_uuid(text: str) -> bool:
    """Say whether *text* is an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@app.command("checkpoint")
def checkpoint(
    file: Annotated[Path, typer.Argument(help="Where to write it; keep it on another machine.", readable=False)],
    home: HomeOption = None,
) -> None:
    """Order and sign the log as it is, and export the signed statement."""
    from parley.errors import BadInput
    from parley.run.home import open_home, resolve_home
    from parley.store import audit
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley audit checkpoint"):
        while audit.sequence():
            pass
        signed = audit.checkpoint(opened.vault, datetime.now(UTC))
    if signed is None:
        raise BadInput("The log is empty; there is nothing to sign.", "审计日志为空，无可签名内容。")
    audit.export_checkpoint(signed, file)
    say(f"Signed {signed.size:,} entries: {file}", f"已签名 {signed.size:,} 条：{file}", chinese=here())
