"""Search over a million real series (the index of the Imaging Data Commons), against PostgreSQL and DuckDB.

Everybody works on the rows of one archive and is asked the same random questions; unequal answers end the run. Times
are of the whole answer: facets with the counts of 8 of them, each without its own filter; a page with its total.
Run: python -m bench.search
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from bench.harness import free_port, last_line, running

ROOT: Final = Path(__file__).parents[1]
INDEX: Final = "idc_index_data/idc_index.parquet"
WORDS: Final = (
    "axial chest", "T2 FLAIR", "lung thin", "abdomen arterial", "prostate dwi", "brain t1 post contrast",
    "mammogram cc", "pet wb", "flare", "abdomne", "kidney delayed", "bone window", "segmentation nodule", "adc",
)  # fmt: skip


def install() -> Path:
    """The index, in an environment of its own."""
    subprocess.run([ROOT / "scripts/install", ".venv-index", "requirements-index.lock"], check=True, cwd=ROOT)
    found = sorted((ROOT / ".venv-index").glob(f"lib/python3*/site-packages/{INDEX}"))
    if not found:
        sys.exit("the package idc-index-data holds no index")
    return found[-1]


def command(data: Path, *words: str) -> list[str]:
    """`vesalius` on this data folder."""
    return [str(Path(sys.executable).parent / "vesalius"), "--data", str(data), *words]


def load(data: Path, index: Path) -> float:
    """Seconds of the one command that loads the index into a new archive."""
    subprocess.run(command(data, "init"), check=True, stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    subprocess.run(command(data, "index", "load", str(index), "--mapping", "idc"), check=True)
    return time.perf_counter() - begun


OPEN: Final = """
import resource, time
from vesalius.cli.django import wake
wake("public")
from vesalius.search.answers.columns import open_columns
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
open_columns()
print(time.perf_counter() - begun, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3)
"""


def opened(data: Path) -> tuple[float, float]:
    """Seconds until a new process has the columns, and the MB that they added to it."""
    environment = os.environ | {"VESALIUS_DATA": str(data)}
    told = subprocess.check_output([sys.executable, "-c", OPEN], text=True, env=environment, cwd=ROOT)
    seconds, megabytes = map(float, told.split()[-2:])
    return seconds, megabytes


def size_of(folder: Path) -> float:
    """MB of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def times(ask: Callable[[Any], object], questions: Sequence[Any], budget: float) -> list[float]:
    """Milliseconds of each question, as many as fit in so many seconds and five at least."""
    found: list[float] = []
    begun = time.perf_counter()
    for question in questions:
        started = time.perf_counter()
        ask(question)
        found.append((time.perf_counter() - started) * 1000)
        if len(found) >= 5 and time.perf_counter() - begun > budget:
            break
    return found


def row(name: str, found: Sequence[float]) -> float:
    """Print one line of a table; returns the median."""
    median = statistics.median(found)
    print(f"{name:40} {len(found):5} {median:10.2f} {np.percentile(found, 99):10.2f}")
    return median


def head(title: str) -> None:
    """Print the head of a table."""
    print(f"\n{title:40} {'asked':>5} {'p50 ms':>10} {'p99 ms':>10}")


class Ours:
    """The archive's own answers, in this process, as its pages get them."""

    def __init__(self) -> None:
        from bench.search_set.rows import FACETS

        from vesalius.access.permit import visible_to
        from vesalius.search.elements import BY_NAME

        self.elements = [BY_NAME[name] for name in FACETS]
        self.downloads = visible_to(None).findable

    def facets(self, question: Any, *, patients: bool = False) -> dict[str, dict[Any, int]]:
        """Counts of all facets."""
        from vesalius.search.answers.columns import open_columns

        parts = question.query.parts()
        found = open_columns().facets(parts, self.downloads, self.elements, beyond_series=patients)
        return {
            name: {value: counts.patients if patients else counts.series for value, counts in values.items()}
            for name, values in found.items()
        }

    def page(self, question: Any) -> tuple[list[int], int]:
        """Revisions of a page in order, and the total."""
        from bench.search_set.questions import SIZE

        from vesalius.search.answers.columns import Sort, open_columns

        selection = open_columns().select(
            [condition for _, condition in question.query.parts()], self.downloads
        )
        start = (question.page - 1) * SIZE
        sort = Sort(question.sort.removeprefix("-"), descending=question.sort.startswith("-"))
        return selection.page(sort, start, start + SIZE), len(selection)

    def text(self, words: str) -> tuple[list[int], int]:
        """The best 25 series for some words, and how many there are."""
        from vesalius.search.answers.columns import RELEVANCE, Sort, open_columns
        from vesalius.search.conditions import Words

        selection = open_columns().select([Words(words)], self.downloads)
        return selection.page(Sort(RELEVANCE), 0, 25), len(selection)


def require_equal(ours: object, other: object, what: str) -> None:
    """End the run where a peer answers otherwise."""
    if ours != other:
        sys.exit(f"unequal answers: {what}")


def compare_facets(ours: Ours, rows: Any, peers: Sequence[Any], args: argparse.Namespace) -> dict[str, Any]:
    """Counts of series and of patients in 8 facets."""
    from bench.search_set.peers import counts
    from bench.search_set.questions import faceted

    rng = np.random.default_rng(args.seed)
    questions = [faceted(rows, rng) for _ in range(args.questions)]
    figures: dict[str, Any] = {}
    for patients, counted in ((False, "count(*)"), (True, "count(DISTINCT patient)")):
        told = partial(ours.facets, patients=patients)
        for peer in peers:
            for question in questions[:5]:
                answer = counts(rows, peer.ask(question.sql(counted, "narrow")))
                mine = {
                    name: {value: n for value, n in found.items() if n}
                    for name, found in told(question).items()
                }
                require_equal(mine, answer, f"facets, {peer.name}")
        head(f"8 facets, distinct {'patients' if patients else 'series'}")
        mine = times(told, questions, args.budget)
        median = row("Vesalius", mine)
        for peer in peers:
            ask = partial(_facets_of, peer, counted)
            figures[f"{'patients' if patients else 'facets'}_vs_{peer.key}"] = round(
                row(f"{peer.name}, coded", times(ask, questions, args.budget)) / median, 1
            )
        if not patients:
            figures["facets_p99_ms"] = round(float(np.percentile(mine, 99)), 1)
            begun = time.perf_counter()
            with ThreadPoolExecutor(8) as crew:
                list(crew.map(told, questions * 3))
            figures["questions_per_s_8_clients"] = round(3 * len(questions) / (time.perf_counter() - begun))
    return figures


def _facets_of(peer: Any, counted: str, question: Any) -> object:
    return peer.ask(question.sql(counted, "narrow"))


def compare_dynamic(ours: Ours, rows: Any, peers: Sequence[Any], args: argparse.Namespace) -> dict[str, Any]:
    """Four elements, a sort, a page and the total."""
    from bench.search_set.questions import dynamic

    rng = np.random.default_rng(args.seed + 1)
    questions = [dynamic(rows, rng) for _ in range(args.questions)]
    places = {pk: at for at, pk in enumerate(rows.table["pk"].to_pylist())}
    for peer in peers:
        for question in questions[:20]:
            page, count = ours.page(question)
            values = rows.table[question.sort.removeprefix("-")]
            mine = ([values[places[pk]].as_py() for pk in page], count)
            require_equal(mine, _dynamic_of(peer, question), f"dynamic search, {peer.name}")
    head("dynamic search of 4 elements")
    median = row("Vesalius", times(ours.page, questions, args.budget))
    return {
        f"dynamic_vs_{peer.key}": round(
            row(f"{peer.name}, wide", times(partial(_dynamic_of, peer), questions, args.budget)) / median, 1
        )
        for peer in peers
    }


def _dynamic_of(peer: Any, question: Any) -> tuple[list[Any], int]:
    page, total = question.sql("wide")
    return [value for (value,) in peer.ask(page)], peer.ask(total)[0][0]


def freshness(ours: Ours, rows: Any, postgres: Any, index: Path, rounds: int) -> dict[str, Any]:
    """A thousand new series, published and seen in facets and text; PostgreSQL: in its tables and their indexes."""
    import pyarrow as pa
    import pyarrow.parquet
    from bench.search_set.rows import Rows

    from vesalius.release.fronting.loading import load as load_index
    from vesalius.release.fronting.mapping import read_mapping
    from vesalius.release.fronting.reading import read_index

    some = pyarrow.parquet.read_table(index).slice(0, 1000)
    mine, theirs = [], []
    for turn in range(rounds + 1):  # the first warms up
        names = {
            "collection_id": "new {0}",
            "PatientID": "new {1}",
            "StudyInstanceUID": "2.25.1{0}{1:06}",
            "SeriesInstanceUID": "2.25.2{0}{1:06}",
        }
        table = some
        for name, form in names.items():
            cells = pa.array([form.format(turn, at) for at in range(len(some))])
            table = table.set_column(table.column_names.index(name), name, cells)
        path = Path(os.environ["VESALIUS_DATA"]) / "new.parquet"
        pyarrow.parquet.write_table(table, path)
        found = read_index(path, read_mapping("idc"))
        path.unlink()
        begun = time.perf_counter()
        load_index(found, person="bench")
        ours = Ours()
        seen = ours.facets(_Everything())["collections"][f"new {turn}"]
        ours.text("axial")
        mine.append((time.perf_counter() - begun) * 1000)
        if seen != 1000:
            sys.exit("new series are not seen")
        more = Rows(rows.table.slice(turn * 1000, 1000), rows.coded.slice(turn * 1000, 1000), rows.values)
        begun = time.perf_counter()
        postgres.add(more)
        postgres.ask("SELECT count(*) FROM narrow WHERE c0 = 0")
        theirs.append((time.perf_counter() - begun) * 1000)
    head("1,000 new series, seen")
    return {"fresh_vs_postgres": round(row("Vesalius", mine[1:]) / row("PostgreSQL", theirs[1:]), 2)}


class _Everything:
    """The question that asks nothing."""

    def __init__(self) -> None:
        from vesalius.search.query import Query

        self.query = Query()


def pages(data: Path, ours: Ours, rows: Any, args: argparse.Namespace) -> dict[str, Any]:
    """The whole search page of a real server, by random questions about facets."""
    import urllib3
    from bench.search_set.questions import faceted

    port = free_port()
    environment = {"VESALIUS_DATA": str(data), "VESALIUS_PUBLIC_PORT": str(port)}
    del ours
    rng = np.random.default_rng(args.seed + 2)
    addresses = [
        f"http://127.0.0.1:{port}/search/?{faceted(rows, rng).query.url()}" for _ in range(args.questions)
    ]
    pool = urllib3.PoolManager()
    with running(
        command(data, "serve", "--public"), port, path="/healthz", env=environment, output=subprocess.DEVNULL
    ):
        pool.request("GET", addresses[0])

        def ask(address: str) -> None:
            answer = pool.request("GET", address, timeout=60)
            if answer.status != 200:
                sys.exit(f"the search page answered {answer.status}")

        head("the search page, over HTTP")
        median = row("Vesalius", times(ask, addresses, args.budget))
    return {"page_p50_ms": round(median, 1)}


def measure(folder: Path, args: argparse.Namespace) -> None:
    """Load, build, map; then the questions."""
    index, data = args.index or install(), folder / "data"
    figures: dict[str, Any] = {"load_s": round(load(data, index), 1)}
    begun = time.perf_counter()
    subprocess.run(command(data, "index", "rebuild"), check=True)
    figures["build_s"] = round(time.perf_counter() - begun, 1)
    seconds, megabytes = opened(data)
    figures |= {"map_s": round(seconds, 2), "columns_mb": round(megabytes)}
    figures["columns_disk_mb"] = round(size_of(data / "derived"))
    print(
        f"\nloaded in {figures['load_s']} s, columns built in {figures['build_s']} s, "
        f"{figures['columns_disk_mb']} MB on disk"
    )
    print(f"a new process maps them in {figures['map_s']} s and grows by {figures['columns_mb']} MB")
    os.environ["VESALIUS_DATA"] = str(data)
    from vesalius.cli.django import wake

    wake("public")
    from bench.search_set.peers import Duck, Postgres, postgres
    from bench.search_set.rows import read_rows

    rows, ours = read_rows(), Ours()
    with postgres() as address:
        peers = [Postgres(address), Duck(folder / "duck.db")]
        for peer in peers:
            begun = time.perf_counter()
            peer.load(rows)
            print(f"{peer.name}: tables and indexes in {time.perf_counter() - begun:.0f} s")
        figures |= compare_facets(ours, rows, peers, args)
        figures |= compare_dynamic(ours, rows, peers, args)
        head("text, the best 25 of all that match")
        figures["text_p50_ms"] = round(row("Vesalius", times(ours.text, WORDS * 4, args.budget)), 1)
        figures |= pages(data, ours, rows, args)
        figures |= freshness(ours, rows, peers[0], index, 5)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    last_line(series=len(rows), **figures)


def main() -> None:
    """Parse, and measure in a folder that is removed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--budget", type=float, default=12.0, help="seconds for one row of a table")
    parser.add_argument("--index", type=Path, help="another index of the same form")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    args = parser.parse_args()
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
        measure(args.keep, args)
        return
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        measure(Path(folder), args)


if __name__ == "__main__":
    main()
