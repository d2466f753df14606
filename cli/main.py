"""The `forfait` command and what its commands share."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from importlib import import_module

import typer
from typer.main import get_command

from cli.app import App
from cli.closed import opened_streams
from cli.failing import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_INVALID, fault_line, problem_lines
from cli.language import speak, spoken
from cli.usage import usage_problem
from cli.values import quickened

COMMANDS = (
    *("explain", "decide", "doctors", "duties", "diff", "population", "measure", "run", "policy", "control"),
    *("issue", "verify", "replay", "compare", "journal", "key"),
)
"""Each is in the module of its name: a function of that name, or an `app` that holds several commands."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def typer_app(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """The `forfait` command with these of its commands, whose modules are loaded."""
    app = App("forfait")
    for name in commands:
        module = import_module(f"cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def asked(words: list[str]) -> Iterable[str]:
    """The command asked for, alone, so that no other is loaded; all of them where it is none."""
    return words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS


def run_command() -> None:
    """Run the command; a bad input ends in a message and exit code 2, a fault of the product in exit code 3."""
    from engine.network import EngineFault
    from engine.problems import Invalid, Problem

    opened_streams()
    speak(sys.argv[1:])
    try:
        command = quickened(get_command(typer_app(asked(sys.argv[1:]))))
        code = command(prog_name="forfait", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except typer.TyperException as error:
        _stop(problem_lines([usage_problem(error)], spoken()), EXIT_INVALID)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(EXIT_INTERRUPTED)
    except Invalid as invalid:
        _stop(problem_lines(invalid.problems, spoken()), EXIT_INVALID)
    except EngineFault as fault:
        _stop([fault_line("derivation", str(fault), spoken())], EXIT_FAULT)
    except OSError as error:
        code = "no_room" if error.errno in NO_ROOM else "unwritable"
        place = str(error.filename or "")
        problem = Problem(code, place, details={"why": error.strerror or str(error)})
        _stop(problem_lines([problem], spoken()), EXIT_INVALID)
    except Exception as fault:  # a user never sees a traceback, whatever was not foreseen
        where = fault.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        spot = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
        _stop([fault_line("unforeseen", f"{type(fault).__name__}, {spot}: {fault}", spoken())], EXIT_FAULT)


def _stop(lines: list[str], code: int) -> None:
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.exit(code)
