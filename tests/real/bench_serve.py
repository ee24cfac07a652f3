"""How quickly `serve` completes lines, and how evenly: `python tests/real/bench_serve.py REPO`.

So many clients each type lines of the repository's own files, and ask whenever they pause, as an
editor does. Told are the times until answers come (of use on a quiet machine only), what answers
cost in CPU time, and how often the least and the most served client was answered. With `--alone N`
no server is asked: told is the CPU time of N answers, one after another, in this process; with
`--chances N`, how many of N lines were right, by the chance that was given them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from gatewright.agents.complete_open import OpenRepository
from gatewright.agents.complete_prompt import Place
from gatewright.retrieval.scan import read, scan
from gatewright.server.filling import Filler, Wish
from gatewright.server.fim import Hole

TOKEN = "a-token-for-the-bench"
PAUSE_AFTER = (3, 12)  # characters


@dataclass
class Client:
    """What one client asks, and what it saw."""

    questions: list[tuple[str, str]]
    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    texts: int = 0


def questions(root: Path, paths: list[str], seed: int) -> list[tuple[str, str]]:
    """Texts before and behind the cursor, as somebody types lines of a file."""
    draw = random.Random(seed)
    asked: list[tuple[str, str]] = []
    while len(asked) < 200:
        lines = read(root, draw.choice(paths)).text.split("\n")
        number = draw.randrange(len(lines))
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        above = "".join(f"{one}\n" for one in lines[:number])
        behind = "\n" + "\n".join(lines[number + 1 : number + 64])
        at = len(line) - len(line.lstrip())
        while at <= len(line):
            asked.append((above + line[:at], behind))
            at += draw.randint(*PAUSE_AFTER)
    return asked


async def one(client: Client, address: str, until: float, pause: float) -> None:
    """Ask, read, think, go on."""
    draw = random.Random(len(client.questions[0][0]))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as line:
        await asyncio.sleep(draw.random() * pause)
        for prompt, suffix in client.questions:
            if time.monotonic() > until:
                return
            began = time.monotonic()
            try:
                answer = await line.post(
                    "/v1/completions",
                    json={"prompt": prompt, "suffix": suffix, "max_tokens": 64, "stop": ["\n"]},
                )
                client.errors += answer.status_code != 200
                client.texts += bool(answer.json()["choices"][0]["text"])
            except (httpx.HTTPError, KeyError, ValueError):
                client.errors += 1
            client.seconds.append(time.monotonic() - began)
            await asyncio.sleep(pause * draw.uniform(0.5, 1.5))


def cpu_seconds(process: int) -> float:
    """What a process and its children have used so far."""
    total = 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.name) == process or int(fields[1]) == process:
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def warm(address: str, asked: list[tuple[str, str]]) -> None:
    """Have every helper open the repository: what only the first questions wait for."""
    with (
        ThreadPoolExecutor(8) as threads,
        httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120
        ) as line,
    ):
        for prompt, suffix in asked[:24]:
            threads.submit(line.post, "/v1/completions", json={"prompt": prompt, "suffix": suffix})


def started(root: Path, cache: str) -> tuple[subprocess.Popen[str], str]:
    """A server of its own, and its address."""
    command = [sys.executable, "-m", "gatewright", "serve", str(root), "--port", "0"]
    command += ["-m", "symbolic", "--store", f"{cache}/chat.sqlite"]
    environment = os.environ | {"GATEWRIGHT_TOKEN": TOKEN, "GATEWRIGHT_CACHE_DIR": cache}
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert server.stderr is not None
    for told in server.stderr:
        if told.startswith("page: "):
            return server, told.split()[1].partition("/#")[0]
    raise SystemExit("the server did not start")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--pause", type=float, default=3.0, help="mean seconds between questions")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--alone", type=int, default=0, metavar="N")
    parser.add_argument("--chances", type=int, default=0, metavar="N")
    wish = parser.parse_args()
    if wish.chances:
        chances(wish.repo, wish.chances)
        return
    if wish.alone:
        alone(wish.repo, wish.alone)
        return
    with tempfile.TemporaryDirectory() as cache:
        server, address = started(wish.repo, cache)
        try:
            paths = sorted(p for p in scan(wish.repo).files if p.endswith((".sv", ".v")))
            clients = [Client(questions(wish.repo, paths, n)) for n in range(wish.clients)]
            warm(address, clients[0].questions)
            before = cpu_seconds(server.pid)
            until = time.monotonic() + wish.seconds

            async def all_of_them() -> None:
                await asyncio.gather(*(one(c, address, until, wish.pause) for c in clients))

            asyncio.run(all_of_them())
            used = cpu_seconds(server.pid) - before
        finally:
            server.terminate()
            server.wait(30)
    tell(clients, used)


def alone(root: Path, count: int) -> None:
    """The CPU time of answers, without a server and without what was suggested before."""
    paths = sorted(path for path in scan(root).files if path.endswith((".sv", ".v")))
    asked = [one for seed in range(50) for one in questions(root, paths, seed)[: count // 50 + 1]]
    with tempfile.TemporaryDirectory() as cache, Filler((root,), Path(cache)) as filler:
        filler.warm()
        used = []
        for prompt, suffix in asked[:count]:
            began = time.process_time()
            filler.fill(Wish(Hole(prompt, suffix), lines=1))
            used.append(1000 * (time.process_time() - began))
    used.sort()
    print(f"{len(used)} answers: median {used[len(used) // 2]:.0f} ms of CPU time", end=", ")
    print(f"p95 {used[int(0.95 * len(used))]:.0f}, mean {sum(used) / len(used):.0f}")


def chances(root: Path, count: int) -> None:
    """How many whole lines were right, of those that had such a chance."""
    paths = sorted(path for path in scan(root).files if path.endswith((".sv", ".v")))
    draw = random.Random(7)
    found: dict[int, list[bool]] = {}
    with tempfile.TemporaryDirectory() as cache, OpenRepository(root, Path(cache)) as repository:
        completer = repository.completer()
        while sum(map(len, found.values())) < count:
            path = draw.choice(paths)
            lines = read(root, path).text.split("\n")
            number = draw.randrange(len(lines))
            if not lines[number].strip() or lines[number].lstrip().startswith("//"):
                continue
            above = "".join(f"{line}\n" for line in lines[:number])
            place = Place(path, above, "", "\n".join(lines[number + 1 :]))
            best = completer.line(place, 1).candidates
            right = bool(best) and best[0].text.split() == lines[number].split()
            found.setdefault(int(10 * best[0].right) if best else 0, []).append(right)
    for tenth, rights in sorted(found.items()):
        print(f"chance {tenth / 10:.1f} and more: {sum(rights)} of {len(rights)} lines right")


def tell(clients: list[Client], used: float) -> None:
    """What came out."""
    seconds = sorted(second for client in clients for second in client.seconds)
    counts = [len(client.seconds) for client in clients]
    texts = sum(client.texts for client in clients)
    print(f"{len(seconds)} answers, {sum(client.errors for client in clients)} errors")
    print(f"{100 * texts / len(seconds):.0f} % of the answers hold a text")
    for share in (0.5, 0.95, 0.99):
        at = seconds[min(len(seconds) - 1, int(share * len(seconds)))]
        print(f"p{share * 100:.0f}: {at * 1000:.0f} ms")
    print(f"CPU: {1000 * used / len(seconds):.0f} ms an answer")
    print(f"answers a client: {min(counts)} to {max(counts)}")
    load = os.getloadavg()[0]
    print(f"load average {load:.1f} on {len(os.sched_getaffinity(0))} CPUs")


if __name__ == "__main__":
    main()
