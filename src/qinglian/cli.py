"""The command line: `qinglian …`. Verbs are listed here and imported only when they are called.

To add a verb, write a click command in the room's ``commands`` module and add one `Verb` line below. A
dimension (`production`, `logistics`, …) needs no line: it is found through the entry-point group
``qinglian.dimensions``. A command takes the `Console` with ``@click.pass_obj`` and returns nothing, or an
`Exit` code.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

import click

from qinglian.core.entry_points import entry_points
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.text import language, text, use_language
from qinglian.present.console import Console
from qinglian.present.exits import Exit
from qinglian.present.options import system_language, with_global_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinglian.core.dimension import Dimension
    from qinglian.core.entry_points import EntryPoint

DIMENSIONS = "qinglian.dimensions"


class Verb(NamedTuple):
    """One line of ``qinglian --help``: where the command is, and what it does in both languages."""

    target: str
    en: str
    zh: str


_BOOK = "qinglian.ledger.commands.book"
_COLLECTION = "qinglian.ledger.commands.collection"
_CALCULATION = "qinglian.ledger.commands.calculation"
_FACTORS = "qinglian.ledger.commands.factors"
_RECORDS = "qinglian.ledger.commands.records"
_VERSIONS = "qinglian.ledger.commands.versions"

VERBS: dict[str, Verb] = {
    "init": Verb(f"{_BOOK}:init", "Create a book", "创建账本"),
    "facility": Verb(f"{_BOOK}:facility", "Facilities: register, list", "设施：登记、列出"),
    "own": Verb(f"{_BOOK}:own", "Ownership shares: record, end, list", "持股比例：记录、终止、列出"),
    "factors": Verb(f"{_FACTORS}:factors", "Factor packs: install, list, show", "因子包：安装、列出、查看"),
    "template": Verb(
        "qinglian.ingest.commands:template",
        "Write an empty activity file to fill in",
        "生成待填写的活动数据模板",
    ),
    "import": Verb("qinglian.ingest.commands:import_files", "Import activity files", "导入活动数据文件"),
    "collection": Verb(
        f"{_COLLECTION}:collection", "Which data are due, from whom", "收集日历：数据该由谁何时报送"
    ),
    "batches": Verb(f"{_BOOK}:batches", "List posted batches", "列出已过账批次"),
    "records": Verb(f"{_RECORDS}:records", "List posted records", "列出已过账记录"),
    "evidence": Verb(f"{_RECORDS}:evidence", "Evidence files: list, add", "证据文件：列出、添加"),
    "undo": Verb(f"{_BOOK}:undo", "Reverse a whole batch", "冲销整个批次"),
    "reverse": Verb(f"{_BOOK}:reverse", "Reverse one record", "冲销一条记录"),
    "instruments": Verb(
        "qinglian.ingest.commands:instruments", "Certificates and contracts", "绿证与合同凭证"
    ),
    "series": Verb("qinglian.ingest.commands:series", "Series over time: add", "时间序列：追加"),
    "calculate": Verb(f"{_CALCULATION}:calculate", "Calculate a period", "计算一个期间"),
    "inventory": Verb(f"{_CALCULATION}:inventory", "Show an inventory", "显示清单"),
    "explain": Verb(
        f"{_CALCULATION}:explain", "Explain a number down to file and row", "解释数字直至文件与行"
    ),
    "trace": Verb(f"{_CALCULATION}:trace", "Show how factors were chosen", "显示因子如何选定"),
    "uncertainty": Verb(
        f"{_VERSIONS}:uncertainty", "Uncertainty of a version's totals", "版本总量的不确定性"
    ),
    "version": Verb(
        f"{_VERSIONS}:version",
        "Versions: create, review, approve, publish, diff",
        "版本：创建、审核、批准、发布、比较",
    ),
    "lock": Verb(f"{_VERSIONS}:lock", "Locked periods", "已锁定期间"),
    "approve-adjustment": Verb(
        f"{_VERSIONS}:approve_adjustment",
        "Allow late data into a locked period",
        "允许迟到数据进入已锁定期间",
    ),
    "restate": Verb(
        f"{_VERSIONS}:restate", "Split the difference of two versions by cause", "按原因分解两个版本的差异"
    ),
    "base-year": Verb(f"{_VERSIONS}:base_year", "Base year and its recalculation", "基准年及其重算"),
    "replay": Verb(
        f"{_VERSIONS}:replay", "Calculate a version again, compare the bytes", "重算版本并比较字节"
    ),
    "evidence-pack": Verb(
        f"{_VERSIONS}:evidence_pack", "Write a version's evidence for an assurer", "为核查方导出证据包"
    ),
    "erase": Verb(f"{_VERSIONS}:erase", "Destroy a name or a personal attachment", "删除个人姓名或个人附件"),
    "audit": Verb(f"{_BOOK}:audit", "Verify the whole book", "核验整个账本"),
    "published": Verb(
        "qinglian.ledger.published_command:published", "Check published figures", "核对已公布的数字"
    ),
    "disclosure": Verb(
        "qinglian.disclosure.commands:disclosure",
        "Statements and reports under dated frameworks",
        "按带日期的框架生成披露报表与报告",
    ),
    "targets": Verb(
        "qinglian.targets.commands:targets", "Targets: pathways and progress", "减碳目标：路径与进展"
    ),
    "serve": Verb("qinglian.hall.commands:serve", "Serve the web platform", "启动网页平台"),
    "worker": Verb("qinglian.hall.commands:worker", "Work on the platform's jobs", "处理平台的后台任务"),
    "hall": Verb(
        "qinglian.hall.commands:hall",
        "The platform: invite, add, backup, restore",
        "平台：邀请、添加、备份、恢复",
    ),
    "demo": Verb("qinglian.demo.command:demo", "Run a sample company's year", "运行示例公司的一年"),
}

EXITS: dict[str, Exit] = {
    "ledger.book_busy": Exit.CONFLICT,
    "ledger.fact_taken": Exit.CONFLICT,
    "ledger.inbox_tampered": Exit.AUDIT_FAILED,
    "ledger.segment_missing": Exit.AUDIT_FAILED,
    "ledger.audit_file_changed": Exit.AUDIT_FAILED,
    "ledger.version_drifted": Exit.AUDIT_FAILED,
}
"""The refusals that are not plain refusals; any other `QinglianError` leaves with `Exit.REFUSED`."""


class House(click.Group):
    """The root group: the verbs of the table, then the dimensions found through entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every verb in the order of work, then every dimension."""
        return [*VERBS, *sorted(entry.name for entry in _entries() if entry.name not in VERBS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that was asked for."""
        if cmd_name in VERBS:
            return _load(VERBS[cmd_name].target)
        for entry in _entries():
            if entry.name == cmd_name:
                return _load(cast("Dimension", entry.load()).commands)
        return None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say in the reader's language what this program is."""
        formatter.write_paragraph()
        formatter.write_text(text("present.house_help"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        chinese = language() == "zh"
        verbs = [(name, verb.zh if chinese else verb.en) for name, verb in VERBS.items()]
        dimensions = sorted((entry.name, _title(entry, chinese=chinese)) for entry in _entries())
        for heading, rows in (("present.commands", verbs), ("present.dimensions", dimensions)):
            if rows:
                with formatter.section(text(heading)):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name the exit codes."""
        formatter.write_paragraph()
        formatter.write_text(text("present.exit_codes"))


def _entries() -> Sequence[EntryPoint]:
    return entry_points(DIMENSIONS)


def _title(entry: EntryPoint, *, chinese: bool) -> str:
    """Read a room's title; a broken third-party room must not take the help page with it."""
    try:
        dimension = cast("Dimension", entry.load())
    except Exception as error:  # a stranger's module may raise anything
        return text("present.dimension_broken", reason=f"{type(error).__name__}: {error}")
    return dimension.title_zh if chinese else dimension.title_en


def _load(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    return with_global_options(cast("click.Command", getattr(import_module(module), attribute)))


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"qinglian {version('qinglian')}")
        ctx.exit()


def _house() -> click.Command:
    version = click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version)
    version.help = "present.option_version"
    return with_global_options(House("qinglian", params=[version], no_args_is_help=True), root=True)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; never raises for what a user did.

    Parameters
    ----------
    arguments
        The words after ``qinglian``; those of this process by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    use_language(system_language(os.environ))
    console = Console(as_json="--json" in words)
    try:
        result = _house().main(words, prog_name="qinglian", standalone_mode=False, obj=console)
        sys.stdout.flush()
    except QinglianError as error:
        console.refuse(error.problems)
        return EXITS.get(error.code, Exit.REFUSED)
    except click.Abort:
        console.note(text("present.interrupted"))
        return Exit.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return Exit.USAGE
    except click.ClickException as error:
        console.refuse([_usage_problem(error)])
        return error.exit_code
    except OSError as error:
        return _system_refusal(error, console)
    return result if isinstance(result, int) else Exit.OK


def _usage_problem(error: click.ClickException) -> Problem:
    """Turn click's own complaint into a problem with a fix, in the reader's language."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if isinstance(ctx, click.Context) else "qinglian"
    match error:
        case click.NoSuchOption(option_name=name):
            return Problem("present.no_such_option", None, {"name": name, "command": command})
        case click.NoSuchCommand(command_name=name):
            return Problem("present.no_such_command", None, {"name": name, "command": command})
        case click.MissingParameter(param=click.Parameter() as parameter):
            name = parameter.get_error_hint(cast("click.Context", ctx)).replace("'", "")
            return Problem("present.parameter_missing", None, {"name": name, "command": command})
    return Problem("present.usage", None, {"reason": error.format_message(), "command": command})


def _system_refusal(error: OSError, console: Console) -> int:
    """Say what the operating system refused; a closed pipe (``| head``) is no error worth a word."""
    if error.errno == errno.EPIPE:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.REFUSED
    if error.errno == errno.ENOSPC:
        console.refuse([Problem("present.disk_full")])
    else:
        where = Where(file=str(error.filename)) if error.filename is not None else None
        console.refuse([Problem("present.file_refused", where, {"reason": error.strerror or str(error)})])
    return Exit.REFUSED


def main() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    # A terminal that lacks a sign shows a question mark, better than no answer; JSON is always UTF-8.
    encoding = "utf-8" if "--json" in sys.argv else None
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")
    sys.exit(run())
