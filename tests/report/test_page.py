# SPDX-License-Identifier: BSD-2-Clause
"""The page: whole, self-contained, escaped, and made even from ruins."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_run import MadeRun
from story import first_fetch

import waylay_report

VOID = {"meta", "br", "hr", "img", "link", "input"}
EMPTY = {"path", "rect", "line", "circle", "use", "stop"}
SECRET = "<script>alert('&')</script>"


class Balance(HTMLParser):
    """Complains when an element is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (self.open[-3:], tag)
        self.open.pop()


def page_of(folder: Path) -> str:
    path = waylay_report.write(folder)
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


def balanced(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    assert not parser.open
    return parser


def test_the_page_is_whole(made: Path) -> None:
    page = page_of(made)
    assert {"svg", "table", "h1", "main"} <= balanced(page).names
    assert page.count('class="ladder"') == 5
    assert page.count('class="plot"') == 1
    for word in ("client-acknowledged-after-origin", "± 1.5 µs", "6.18.0", "./run first-fetch"):
        assert word in page


def test_nothing_is_loaded_from_elsewhere(made: Path) -> None:
    page = page_of(made)
    for reference in re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')\s>]+)', page):
        assert reference.startswith("#"), reference
    assert "<script" not in page and "@import" not in page


def test_every_value_is_escaped(tmp_path: Path) -> None:
    run = first_fetch()
    run.results["verdict"] = SECRET
    run.results["expectations"][0]["detail"] = SECRET
    run.results["measures"] = {SECRET: SECRET}
    run.steps[0]["detail"] = SECRET
    run.log[0]["cache"] = SECRET
    run.log[0]["status"] = SECRET
    page = page_of(run.write(tmp_path / "run"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_the_timeline_is_told_beside_the_steps_and_divides_nothing(tmp_path: Path) -> None:
    run = first_fetch()
    start = run.marks["miss.start"] + 1000
    run.marks["outage.start"] = run.marks["outage.end"] = start
    told = {"name": "outage", "verdict": "passed", "detail": "done", "start": start, "end": start}
    run.results["timeline"] = [told]
    folder = run.write(tmp_path / "run")
    page = page_of(folder)
    assert page.index("Beside the steps") < page.index("<td>outage</td>")
    assert page.count('class="ladder"') == 5, "the same as without it"


@pytest.mark.parametrize("name", ["results.json", "bindings.json", "scenario.yaml"])
@pytest.mark.parametrize("content", [None, "", "[1, 2", '{"nodes": 5, "steps": {"a": 1}}'])
def test_a_ruined_file_is_a_problem_not_an_end(
    tmp_path: Path, name: str, content: str | None
) -> None:
    folder = first_fetch().write(tmp_path / "run")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    balanced(page_of(folder))


def test_ruined_captures_and_logs(tmp_path: Path) -> None:
    folder = first_fetch().write(tmp_path / "run")
    (folder / "captures" / "r1-p1.pcap").write_bytes(b"\xd4\xc3\xb2\xa1")
    (folder / "captures" / "r1-o1.pcap").unlink()
    (folder / "logs" / "p1-access.jsonl").write_text('{"event": "connection"}\n[]\n{\n')
    page = page_of(folder)
    assert "capture cut short" in page
    assert "p1-access.jsonl:2: no JSON object" in page


def test_an_empty_run(tmp_path: Path) -> None:
    page = page_of(MadeRun().write(tmp_path / "run"))
    assert "No client&#39;s connection was captured" in page or "No client" in page


def test_incomplete_results_are_shown_as_they_are(tmp_path: Path) -> None:
    run = first_fetch()
    run.results["expectations"] = [{}, {"name": "half-said"}, 5]
    run.results["steps"] = [{"name": "miss"}, {"verdict": None}]
    assert "half-said" in page_of(run.write(tmp_path / "run"))


def test_what_did_not_pass_stands_first(tmp_path: Path, made: Path) -> None:
    run = first_fetch()
    run.results["expectations"][0].update(verdict="failed", detail="frame 7: expected this")
    page = page_of(run.write(tmp_path / "run"))
    assert page.index("What did not pass") < page.index("frame 7") < page.index("<h2>Latencies")
    assert "waylay assert" in page
    assert "What did not pass" not in page_of(made)


def test_losses_stand_out(tmp_path: Path) -> None:
    folder = first_fetch().write(tmp_path / "run")
    path = folder / "captures" / "losses.json"
    losses = json.loads(path.read_text())
    losses["c1-r1"]["dropped_by_kernel"] = 3
    path.write_text(json.dumps(losses))
    assert '<td class="number problem">3</td>' in page_of(folder)


def test_the_command(made: Path) -> None:
    package = Path(waylay_report.__file__).parents[1]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "waylay_report", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=package, check=False)

    assert run(str(made)).stdout.strip() == str(made / "report.html")
    assert "├───────>│" in run(str(made), "--ladder", "miss").stdout
    assert "latencies in ms" in run(str(made), "--table").stdout
    assert run(str(made / "nothing")).returncode == 2


def test_what_was_done_by_hand_is_listed(made: Path, tmp_path: Path) -> None:
    assert "by-hand" not in page_of(made)
    made = Path(shutil.copytree(made, tmp_path / "run"))
    results = json.loads((made / "results.json").read_text())
    first = min(step["start"] for step in results["steps"])
    change = {"to": {"delay": SECRET}}
    results["interventions"] = [
        {"time": first - 2_000_000, "what": "pause", "by": "--paused"},
        {"time": first + 1_500_000_000, "what": "wire set", "by": "hand", "link": "c1-r1"}
        | {"from": "c1", "change": change},
    ]
    (made / "results.json").write_text(json.dumps(results))
    page = page_of(made)
    balanced(page)
    assert SECRET not in page
    rows = re.findall(r"<tr><td class=\"number\">(-?[\d.]+ m?s)</td><td>([^<]*)</td>", page)
    assert ("-2 ms", "pause") in rows and ("1.5 s", "wire set") in rows
    assert "link c1-r1, from c1, change" in page
