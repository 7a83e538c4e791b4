"""`parley replies export`: corrected replies leave the home as labelled data; the texts are personal data."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from parley.cli.options import HomeOption, day_of
from parley.cli.speech import here, say
from parley.errors import BadInput

app = typer.Typer(help="Replies whose reading somebody corrected.", no_args_is_help=True)
# Where one end of the days is left open.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A new file; one that is there is never written over.", readable=False)],
    first: Annotated[
        str, typer.Option("--from", help="First day on which a reply was corrected, as 2026-11-23.", show_default=False)
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Last such day. Days of web.zone.", show_default=False)] = "",
    *,
    with_texts: Annotated[
        bool,
        typer.Option(
            "--with-texts", help="Needed: the lender allows the texts of borrowers, personal data, to leave the home."
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Write corrected replies as labelled lines, as `parley check replies` reads them; docs/reading.md.

    The correction that holds counts; sensitive replies are left out. That an export was made is in the audit log.
    """
    from parley.run.home import open_home, resolve_home
    from parley.run.reply_export import export_replies
    from parley.store.faults import faults
    from parley.store.lock import writer_lock
    from parley.store.reports import Period

    if not with_texts:
        raise BadInput(
            "The file would hold the words of borrowers: personal data, readable by you only, that erasing a person "
            "does not reach. Where the lender allows that, give --with-texts. Nothing was written.",
            "该文件将包含借款人的原话，属于个人信息，仅您本人可读，且不会随删除个人信息而清除。"
            "如贷款机构允许，请加上 --with-texts。未写入任何内容。",
        )
    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    now = datetime.now(UTC)
    period = None
    if first or last:
        days = day_of(first) if first else _FIRST_DAY, day_of(last) if last else _LAST_DAY
        if days[0] > days[1]:
            raise BadInput(
                f"{days[0]} is after {days[1]}. Turn the days round.", f"{days[0]} 晚于 {days[1]}，请对调日期。"
            )
        period = Period(*days, opened.settings.web.zone)
    with faults(), writer_lock(root, "parley replies export"):
        done = export_replies(file, period, getpass.getuser(), now, opened.vault)
    say(
        f"{done.count} replies written to {file}, readable by you only; {done.left_out} sensitive ones left out.",
        f"已将 {done.count} 条回复写入 {file}（仅您本人可读）；{done.left_out} 条敏感回复未导出。",
        chinese=here(),
    )
    say(
        "Delete the file when it has served: erasing a person does not reach it.",
        "用毕请删除该文件：删除个人信息时不会清除其中内容。",
        chinese=here(),
    )
