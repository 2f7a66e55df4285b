"""What lies among the images and is none: tables with their dictionaries, pictures, volumes, documents."""

from collections.abc import Iterable, Iterator

from vesalius.site.kept.journal import DECIDED, key_of, text_key
from vesalius.site.order import Accepted, Run
from vesalius.site.passes.cleaning import save
from vesalius.site.work.supporting import (
    DocumentTask,
    TableTask,
    clean_documents,
    clean_tables,
    is_document,
    lost_document,
    lost_table,
    pairs,
)
from vesalius.store.sources import Source


def clean_supporting(run: Run, accepted: Accepted) -> None:
    """What is no image: tables and their dictionaries, pictures and volumes; of other documents nothing is copied."""
    left = [run.sources[name] for name in run.journal.not_dicom()]
    tables = list(_table_tasks(run, left, accepted))
    told = {source.name for task in tables for source in (task.table, task.dictionary)}
    documents = [
        DocumentTask(
            source=source,
            target=run.targets[key_of(source)],
            accepted=accepted.get(key_of(source), frozenset()),
            out=run.out,
        )
        for source in left
        if is_document(source) and source.name not in told
    ]
    for results in (
        run.hands.results(clean_tables, lost_table, tables),
        run.hands.results(clean_documents, lost_document, documents),
    ):
        for done in results:
            save(run, done, dict.fromkeys((text_key(one.name) for one in done), DECIDED), accepted)


def _table_tasks(run: Run, left: Iterable[Source], accepted: Accepted) -> Iterator[TableTask]:
    found = list(pairs(left))
    patients = run.journal.patients() if found else []
    contexts = {patient: run.context(patient).to_json() for patient in patients}
    for table, dictionary in found:
        yield TableTask(
            table=table,
            dictionary=dictionary,
            target=run.targets[key_of(table)],
            accepted=accepted.get(key_of(table), frozenset()),
            out=run.out,
            identity=run.identity,
            contexts=contexts,
        )
