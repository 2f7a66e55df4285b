"""What was done already: one row per file of IN, in a SQLite file beside the maps. It is as secret as the files."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final, Self

from vesalius.errors import BadRequest
from vesalius.site.places import SECRET_FILE
from vesalius.site.work.tasks import Done, Seen
from vesalius.store.sources import Source

_SCHEMA: Final = """
create table if not exists setting (name text primary key, value text not null);
create table if not exists file (
  name text primary key,
  round integer not null default 0,      -- the last run that found it in IN
  size integer not null,
  stamp integer not null,                -- these two change when the file does
  refused text not null default '',      -- by pass 1: not_dicom, quarantined; '' is a sound file or one not yet read
  issuer text, patient text, study text, series text, sop text, collected text, event text, head text,
  run text not null default '',          -- what it was cleaned with: recipe, context, verdicts; `decided` without
  accepted text not null default '',     -- kinds of findings that a person settled
  state text not null default '',        -- '' until it is decided
  out text not null default '',
  kept integer not null default 0,
  removed integer not null default 0,
  findings text not null default '[]',
  facts text,
  record blob
);
create table if not exists face (  -- of series that may show one, whether they do
  digest text primary key,               -- of the files of the series
  shows integer not null
);
create index if not exists file_of_patient on file (issuer, patient);
create index if not exists file_of_sop on file (sop);
"""
_VIEWS: Final = """
create temp view here as select * from file
  where round = (select cast(value as integer) from setting where name = 'round');
create temp view sound as select * from here where refused = '' and sop is not null;
create temp view gone as select * from file  -- written by an earlier run, and no longer in IN
  where round <> (select cast(value as integer) from setting where name = 'round') and state = 'written'
  and out not in (select out from here where state = 'written');
"""
_PATIENCE: Final = 2.0  # seconds for another process to let go
DECIDED: Final = "decided"
STATES: Final = ("written", "duplicate", "not_dicom", "quarantined", "waiting")


class OtherRun(BadRequest):
    """The folder of maps belongs to a run with another key or another OUT."""

    hint = "Take the folder of maps, the key and the OUT that belong together, or a new folder of maps."


class InUse(BadRequest):
    """Two runs would write the same maps."""

    hint = "Wait until the other run has ended, or take another folder of maps."


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one file stands, with the reasons."""

    name: str
    state: str
    out: str
    findings: tuple[tuple[str, str, str], ...]  # (kind, element path, sentence)


class Journal:
    """The rows of one folder of maps. A row is written after the file that it tells of."""

    def __init__(self, path: Path | None) -> None:
        """None keeps it in memory, for a run that writes nothing. Raises InUse."""
        if path is not None:
            with suppress(FileExistsError):  # SQLite gives its other files the mode of this one
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_FILE))
        self._rows = sqlite3.connect(path or ":memory:", timeout=_PATIENCE)
        try:
            self._rows.execute(
                "pragma locking_mode = exclusive"
            )  # from the first writing to the end of the run
            self._rows.execute("pragma synchronous = full")
            self._rows.executescript(_SCHEMA)
            self._bring_up_to_date()
            self._rows.executescript(_VIEWS)
        except sqlite3.OperationalError as error:
            self._rows.close()
            raise InUse(
                "The journal cannot be opened: another run may be using this folder of maps."
            ) from error
        self.round = 1 + int(self.setting("round") or 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._rows.close()

    def _bring_up_to_date(self) -> None:
        """A journal of an older release lacks what pass 1 did not look for then: it reads every file again."""
        columns = {name for _, name, *_ in self._rows.execute("pragma table_info(file)")}
        if "head" not in columns:
            with self._rows:
                self._rows.execute("alter table file add column head text")
                self._rows.execute("update file set sop = null")

    def setting(self, name: str) -> str | None:
        """What the first run wrote down."""
        found = self._rows.execute("select value from setting where name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def hold_to(self, **settings: str) -> None:
        """Write these down, or compare them with what the first run wrote. Raises OtherRun."""
        for name, value in settings.items():
            before = self.setting(name)
            if before not in {None, value}:
                raise OtherRun(f"The folder of maps belongs to a run with another {name}.")
        self.note(**settings, round=str(self.round))

    def note(self, **settings: str) -> None:
        """Write these down, whatever stood there."""
        with self._rows:
            self._rows.executemany("insert or replace into setting values (?, ?)", settings.items())

    def meet(self, sources: Iterable[Source]) -> None:
        """Take every file of IN in; one that changed since is as good as new."""
        with self._rows:
            self._rows.executemany(
                """insert into file (name, round, size, stamp) values (?, ?, ?, ?)
                on conflict (name) do update set round = excluded.round, size = excluded.size,
                  stamp = excluded.stamp,
                  sop = case when size = excluded.size and stamp = excluded.stamp then sop end,
                  run = case when size = excluded.size and stamp = excluded.stamp then run else '' end,
                  state = case when size = excluded.size and stamp = excluded.stamp then state else '' end,
                  refused = case when size = excluded.size and stamp = excluded.stamp then refused else '' end""",
                ((key_of(one), self.round, one.size, one.stamp) for one in sources),
            )

    def unread(self) -> set[str]:
        """Names that pass 1 has still to read."""
        asked = "select name from here where sop is null and refused = ''"
        return {name for (name,) in self._rows.execute(asked)}

    def save_seen(self, seen: Sequence[Seen]) -> None:
        """What pass 1 says."""
        with self._rows:
            for one in seen:
                if one.state:
                    findings = json.dumps([(one.kind, one.path, one.sentence)])
                    row = (one.state, one.state, findings, text_key(one.name))
                    self._rows.execute(
                        "update file set refused=?, state=?, findings=?, out='', record=null, facts=null where name=?",
                        row,
                    )
                    continue
                told = json.loads(one.collected)
                places = [told[name] for name in ("issuer", "patient_id", "study", "series", "sop_instance")]
                self._rows.execute(
                    "update file set issuer=?, patient=?, study=?, series=?, sop=?, collected=?, event=?, head=? "
                    "where name=?",
                    (*places, one.collected, one.event, one.head, text_key(one.name)),
                )

    def read_again_for(self, asked: str) -> None:
        """Where pass 1 is asked for something else than before, it reads every file again."""
        if self.setting("asked") != asked:
            with self._rows:
                self._rows.execute("update file set sop = null")
            self.note(asked=asked)

    def events(self) -> Iterator[tuple[tuple[str, str], date]]:
        """Days of events that files tell, with the patient of each."""
        asked = "select issuer, patient, event from sound where event <> ''"
        for issuer, patient, day in self._rows.execute(asked):
            yield (issuer, patient), date.fromisoformat(day)

    def patients(self) -> list[tuple[str, str]]:
        """(issuer, Patient ID) of every sound file."""
        asked = "select distinct issuer, patient from sound order by issuer, patient"
        return list(self._rows.execute(asked))

    def collected_of(self, patient: tuple[str, str]) -> Iterator[str]:
        """What was collected from each file of a patient, as JSON; from duplicates and what is gone from IN too."""
        asked = (
            "select collected from file where issuer = ? and patient = ? and refused = '' and collected <> ''"
        )
        yield from (text for (text,) in self._rows.execute(asked, patient))

    def files_of(self, patient: tuple[str, str]) -> list[tuple[str, str, str, str, str]]:
        """(name, series, state, run, out) of a patient's sound files that are no duplicates, by series and name."""
        asked = """select name, series, state, run, out from sound where issuer = ? and patient = ? and run <> ?
            order by series, name"""
        return list(self._rows.execute(asked, (*patient, DECIDED)))

    def heads(self) -> Iterator[tuple[tuple[str, str, str], list[tuple[str, str]]]]:
        """By series the names of the sound files that may show a head, and what their headers say, as JSON."""
        asked = """select issuer, patient, series, name, head from sound where head <> '' and run <> ?
            order by issuer, patient, series, name"""
        for series, rows in groupby(self._rows.execute(asked, (DECIDED,)), key=lambda row: row[:3]):
            yield series, [(name, head) for *_, name, head in rows]

    def face(self, digest: str) -> bool | None:
        """Whether a series of these files shows a face; None where nobody has looked."""
        found = self._rows.execute("select shows from face where digest = ?", (digest,)).fetchone()
        return bool(found[0]) if found else None

    def save_face(self, digest: str, *, shows: bool) -> None:
        """What was seen in a series of these files."""
        with self._rows:
            self._rows.execute("insert or replace into face values (?, ?)", (digest, shows))

    def same_instances(self) -> list[list[str]]:
        """Names of the files that share a SOP Instance UID, in order of their names."""
        asked = """select name, sop from sound where sop in
            (select sop from sound group by sop having count(*) > 1) order by sop, name"""
        groups: dict[str, list[str]] = {}
        for name, sop in self._rows.execute(asked):
            groups.setdefault(sop, []).append(name)
        return list(groups.values())

    def decide(
        self, names: Iterable[str], state: str, finding: tuple[str, str, str], *, run: str = DECIDED
    ) -> None:
        """Decide about files without cleaning them, by `run` until something of it changes, else for this round."""
        findings = json.dumps([finding])
        with self._rows:
            self._rows.executemany(
                "update file set state=?, findings=?, run=?, out='', record=null, facts=null where name=?",
                [(state, findings, run, name) for name in names],
            )

    def reopen(self) -> None:
        """What was decided about files without cleaning them is decided anew."""
        with self._rows:
            self._rows.execute("update file set state='', run='' where run = ?", (DECIDED,))

    def save_done(
        self, done: Sequence[Done], runs: Mapping[str, str], accepted: Mapping[str, frozenset[str]]
    ) -> None:
        """What pass 2 made; `runs` says by name what each was cleaned with, `accepted` what a person settled."""
        rows = [
            (
                one.state, one.out, one.kept, one.removed, json.dumps(one.findings),
                json.dumps(one.facts) if one.facts else None, one.record or None, runs[name],
                ",".join(sorted(accepted.get(name, ()))), name,
            )
            for one in done
            for name in [text_key(one.name)]
        ]  # fmt: skip
        with self._rows:
            self._rows.executemany(
                "update file set state=?, out=?, kept=?, removed=?, findings=?, facts=?, record=?, run=?, accepted=? "
                "where name=?",
                rows,
            )

    def not_dicom(self) -> list[str]:
        """Names of the files that are no DICOM."""
        return [name for (name,) in self._rows.execute("select name from here where refused = 'not_dicom'")]

    def outs(self, names: Iterable[str]) -> list[str]:
        """Paths in OUT under which these files stand."""
        asked = "select out from file where name = ? and out <> ''"
        return [out for name in names for (out,) in self._rows.execute(asked, (name,))]

    def gone(self) -> list[tuple[str, str]]:
        """Names of files that IN no longer has, and their paths in OUT, where their cleaned files still stand."""
        return list(self._rows.execute("select name, out from gone order by name"))

    def let_go(self, names: Iterable[str]) -> None:
        """These files are no longer in OUT; how they called their patients stays known."""
        asked = "update file set state='', run='', out='', record=null, facts=null where name = ?"
        with self._rows:
            self._rows.executemany(asked, ((name,) for name in names))

    def held(self) -> list[str]:
        """SOP Instance UIDs of sound files that are not in OUT."""
        asked = "select sop from sound where state <> 'written'"
        return [sop for (sop,) in self._rows.execute(asked)]

    def accepted(self) -> dict[str, frozenset[str]]:
        """By file the kinds of findings that a person settled."""
        asked = "select name, accepted from here where accepted <> ''"
        return {name: frozenset(kinds.split(",")) for name, kinds in self._rows.execute(asked)}

    def verdicts(self, *states: str) -> Iterator[Verdict]:
        """Where the files of IN stand, in order of their names; of all states, or of these."""
        asked = "select name, state, out, findings from here order by name"
        for name, state, out, findings in self._rows.execute(asked):
            if not states or state in states:
                yield Verdict(name, state, out, tuple(tuple(one) for one in json.loads(findings)))

    def counts(self) -> dict[str, int]:
        """Files of IN by state; `` is a file that was not reached."""
        asked = "select state, count(*) from here group by state"
        found = dict(self._rows.execute(asked))
        return {state: found.get(state, 0) for state in STATES} | {"": found.get("", 0)}

    def words(self) -> tuple[int, int]:
        """Words kept and removed in the texts of what was written."""
        asked = "select coalesce(sum(kept), 0), coalesce(sum(removed), 0) from here where state='written'"
        kept, removed = self._rows.execute(asked).fetchone()
        return kept, removed

    def facts(self) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
        """(name, facts before, facts after) of what was written."""
        asked = "select name, facts from here where state = 'written' and facts is not null"
        for name, facts in self._rows.execute(asked):
            before, after = json.loads(facts)
            yield name, before, after

    def records(self, *, also_gone: bool = False) -> Iterator[bytes]:
        """What was changed in each file that was written; also in those of OUT whose original is gone from IN."""
        for rows in ("here", "gone") if also_gone else ("here",):
            asked = f"select record from {rows} where state = 'written' and record is not null"  # noqa: S608 - a view
            yield from (record for (record,) in self._rows.execute(asked))


def key_of(source: Source) -> str:
    """The name of a file as a row can hold it."""
    return text_key(source.name)


def text_key(name: str) -> str:
    """A file name, of which some systems allow what is no text, as text."""
    return name.encode("utf-8", "backslashreplace").decode()
