# SPDX-License-Identifier: BSD-2-Clause
"""The command line of `waylay`.

Subcommands of this package are imported when used. Any other word W is handed
to the program `waylay-W`, so that `waylay assert ...` runs waylay-assert.
"""
from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import Callable, Optional, Sequence

from waylay import __version__
from waylay.errors import BAD_INPUT, FAILED, INTERRUPTED, PASSED, BadInput, WaylayError


def override(text: str) -> tuple[str, str]:
    """NODE=PATH of --program."""
    node, sign, path = text.partition("=")
    if not node or not sign or not path:
        raise argparse.ArgumentTypeError(f"found '{text}', expected NODE=PATH")
    # A run's folder keeps it, for a replay from wherever.
    return node, os.path.abspath(path) if "/" in path else path


def setting(text: str) -> tuple[str, str]:
    """KEY=VALUE of --set; the value may be empty."""
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise argparse.ArgumentTypeError(f"found '{text}', expected KEY=VALUE")
    return key, value


def positive(text: str) -> int:
    """A number of runs."""
    if not text.isdecimal() or not 1 <= int(text) <= 10000:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a number (1 to 10000)")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from waylay import runner
    from waylay.options import Options

    options = Options(
        scenarios=arguments.scenario,
        out=arguments.out,
        programs=dict(arguments.program),
        pause_after=arguments.pause_after,
        paused=arguments.paused,
        stepping=arguments.step,
        settings=dict(arguments.set),
        repeat=arguments.repeat,
        jobs=arguments.jobs,
        dry_run=arguments.dry_run,
        junit=arguments.junit,
        tap=arguments.tap,
        replay=arguments.replay,
        decisions=arguments.decisions,
        keep=arguments.keep,
    )
    return runner.run(options)


def list_scenarios(arguments: argparse.Namespace) -> int:
    from waylay import plan

    found = list(plan.listed(arguments.folder or plan.default_folders()))
    width = max((len(str(file)) for file, _, _ in found), default=0)
    for file, name, description in found:
        print(f"{str(file):<{width}}  {name}: {' '.join(description.split())}".rstrip(" :"))
    return PASSED


def describe(arguments: argparse.Namespace) -> int:
    from waylay import draw, plan

    planned = plan.jobs([arguments.scenario], dict(arguments.set), None, {}, find=False)
    if arguments.svg is not None:
        draw.write_svg(planned[0].scenario, arguments.svg)
    print(draw.as_text(planned[0].scenario))
    print(plan.describe(planned[0]))
    runs = len(planned)
    if runs > 1:
        print(f"  runs\n    {runs}: sweep and repeat make as many; this is the first")
    return PASSED


def doctor(_arguments: argparse.Namespace) -> int:
    from waylay.doctor import examine

    return examine()


def shell(arguments: argparse.Namespace) -> int:
    from waylay.shell import enter

    return enter(arguments.node, arguments.run, arguments.command)


def clean(arguments: argparse.Namespace) -> int:
    from waylay.clean import clean as clean_all

    return FAILED if clean_all(arguments.results, arguments.dry_run) else PASSED


def report(arguments: argparse.Namespace) -> int:
    from waylay.tell import ladder_step, tell_report

    step = ladder_step(arguments.run_dir, arguments.step)
    return FAILED if tell_report(arguments.run_dir.resolve(), step) else PASSED


# What `waylay NAME` hands over to, waylay-NAME, where it is found.
PROGRAMS = {
    "assert": "judge captures by files of expectations",
    "ctl": "ask a run that stands to change, pause, step, resume, ...",
    "draft": "draft expectations from a run's captures",
    "wire": "emulate links (runs start it by themselves)",
    "router": "redirect packets (runs start it by themselves)",
    "proxy": "proxy connections (runs start it by themselves)",
    "origin": "serve objects (runs start it by themselves)",
}


def parser() -> argparse.ArgumentParser:
    from waylay import programs

    top = argparse.ArgumentParser(
        prog="waylay",
        description="A testbed for Record-Route-directed transparent proxying.",
        epilog="Any other command W runs the program waylay-W. "
        "Exit codes: 0 passed, 1 failed, 2 wrong input or missing privilege, 3 inconclusive, "
        "130 interrupted.",
    )
    top.add_argument("--version", action="version", version=f"waylay {__version__}")
    commands = top.add_subparsers(dest="subcommand", metavar="COMMAND", required=True)

    _add_run_arguments(_command(commands, "run", run, "run scenarios and judge them"))

    one = _command(commands, "shell", shell, "open a shell in a node of a run that stands")
    one.add_argument("node", metavar="NODE", help="a node of the scenario, such as r1")
    one.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="what to run there (default: a shell)",
    )
    one.add_argument("--run", metavar="ID", help="the run, if there are several")

    one = _command(commands, "report", report, "write the report of a run again")
    one.add_argument(
        "run_dir", type=Path, metavar="RUN_DIR", help="such as results/first-fetch/latest"
    )
    one.add_argument("--step", help="whose ladder to print (default: the first fetch)")

    one = _command(commands, "list", list_scenarios, "list scenarios with their descriptions")
    one.add_argument(
        "folder",
        type=Path,
        nargs="*",
        metavar="FOLDER",
        help="where to look, with what is below (default: scenarios, else those that "
        "Waylay came with)",
    )

    one = _command(commands, "describe", describe, "draw a scenario's network; show its steps")
    one.add_argument("scenario", type=Path, metavar="SCENARIO")
    one.add_argument("--set", type=setting, action="append", default=[], metavar="KEY=VALUE")
    one.add_argument("--svg", type=Path, metavar="FILE", help="write the drawing there as SVG, too")

    one = _command(commands, "clean", clean, "remove what dead runs and scripts left")
    one.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    one.add_argument(
        "--results",
        type=Path,
        nargs="?",
        const=Path("results"),
        metavar="DIR",
        help="remove folders of runs without a verdict, too (default: results)",
    )

    _command(commands, "doctor", doctor, "show what is needed and what this machine has")
    # For the list of commands only: see hand_over.
    commands.add_parser("mn", help="run Mininet's mn with our hosts, links and switches")
    commands.add_parser("script", help="run a Python script that uses our Mininet classes")
    for name, text in PROGRAMS.items():
        if programs.find(f"waylay-{name}") is not None:
            commands.add_parser(name, help=text)
    return top


def _add_run_arguments(one: argparse.ArgumentParser) -> None:
    """The options of `waylay run`."""
    _add_run_choices(one)
    _add_run_manner(one)
    _add_run_stops(one)


def _add_run_choices(one: argparse.ArgumentParser) -> None:
    """What is run."""
    one.add_argument(
        "scenario", type=Path, nargs="*", metavar="SCENARIO", help="a scenario file, or its folder"
    )
    one.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="give a parameter of the scenarios a value; it overrides default and sweep",
    )
    one.add_argument(
        "--repeat", type=positive, metavar="N", help="run each N times (default: as the file says)"
    )
    one.add_argument(
        "--replay",
        type=Path,
        metavar="DIR",
        help="repeat the kept run of that folder, with its own scenario.yaml and seed",
    )
    one.add_argument(
        "--decisions",
        action="store_true",
        help="with --replay: let the wires repeat what they decided then, frame by frame",
    )
    one.add_argument(
        "--program",
        type=override,
        action="append",
        default=[],
        metavar="NODE=PATH",
        help="let a node run another program; 'none' for none",
    )


def _add_run_manner(one: argparse.ArgumentParser) -> None:
    """How it is run, and where it leaves what."""
    one.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="run up to N at once (default: 1)"
    )
    one.add_argument(
        "--dry-run", action="store_true", help="show what would run, and start nothing"
    )
    one.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where results go: DIR/<scenario>/<run id> (default: results, or, where that "
        "cannot be written, ~/.cache/waylay/results)",
    )
    one.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML there")
    one.add_argument("--tap", type=Path, metavar="FILE", help="write TAP there")


def _add_run_stops(one: argparse.ArgumentParser) -> None:
    """Where a run stops and waits for somebody."""
    one.add_argument(
        "--keep",
        action="store_const",
        const="always",
        default="never",
        help="keep the network standing after the steps, until Enter, `waylay ctl runner resume` "
        "or Ctrl-C",
    )
    one.add_argument(
        "--keep-failed",
        action="store_const",
        const="failed",
        dest="keep",
        help="the same, but only if a step failed",
    )
    one.add_argument(
        "--pause-after",
        metavar="STEP",
        help="after that step, stop and say how to open a shell in a node",
    )
    one.add_argument(
        "--paused",
        action="store_true",
        help="stop before the first step; Enter, or `waylay ctl runner resume`, goes on",
    )
    one.add_argument(
        "--step",
        action="store_true",
        help="stop before each step; Enter, or `waylay ctl runner step`, lets one go",
    )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    action: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(action=action)
    return made


OWN_COMMANDS = ("run", "shell", "report", "list", "describe", "doctor", "clean")


def hand_over(words: Sequence[str]) -> None:
    """Become a script, or waylay-<command>, if the first word names such a thing."""
    from waylay import scripts

    if words and words[0] in scripts.COMMANDS:
        scripts.COMMANDS[words[0]](words[1:])
    if not words or words[0].startswith("-") or words[0] in OWN_COMMANDS:
        return
    from waylay import programs

    path = programs.find(f"waylay-{words[0]}")
    if path is not None:
        os.execv(path, [path, *words[1:]])
    raise BadInput(
        f"waylay: there is no command '{words[0]}' ({', '.join(OWN_COMMANDS)}), "
        f"and no program waylay-{words[0]} in ${programs.BINDIR_VARIABLE} or $PATH"
    )


def open_streams() -> None:
    """Where a standard stream is closed, what is opened next would stand in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))


def main(words: Optional[Sequence[str]] = None) -> int:
    from waylay import programs

    words = sys.argv[1:] if words is None else words
    open_streams()
    programs.complete_path()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character is no reason to end without a verdict.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        hand_over(words)
        arguments = parser().parse_args(words)
        return int(arguments.action(arguments))
    except WaylayError as error:
        print(f"waylay: {error}" if error.exit_code != BAD_INPUT else str(error), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
