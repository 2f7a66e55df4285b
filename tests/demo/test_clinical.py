"""The clinical tables of the demonstration agree with its invented people, and pass its own cleaner without a doubt."""

import csv
import io

import pytest

from vesalius.deid.tables.cleaning import Named, clean_table
from vesalius.deid.tables.dictionary import read_dictionary
from vesalius.demo import people
from vesalius.demo.content import brain_mr, chest_ct, clinical
from vesalius.demo.holdings import BRAIN, CHEST

PLANS = {CHEST: chest_ct.PLAN, BRAIN: brain_mr.PLAN}


def _cleaned(holding: str):
    table, dictionary = clinical.files_for(holding, range(1, len(PLANS[holding]) + 1))
    out = io.BytesIO()
    told = clean_table(
        io.BytesIO(table.content),
        read_dictionary(io.BytesIO(dictionary.content)),
        origin="identifiable",
        decisions={},
        name_of=lambda original: Named(f"NEW-{original[-4:]}", -1000, known=True),
        write=out.write,
    )
    return told, out.getvalue().decode()


@pytest.mark.parametrize("holding", PLANS)
def test_a_table_tells_of_every_patient_of_its_images(holding):
    table, _ = clinical.files_for(holding, range(1, len(PLANS[holding]) + 1))
    rows = list(csv.DictReader(table.content.decode().splitlines()))
    for row, plan in zip(rows, PLANS[holding], strict=True):
        person = people.person(plan.person)
        assert (row["patient_id"], row["sex"]) == (person.id, person.sex)
        assert row["last_contact"] >= (row.get("diagnosis_date") or row["surgery_date"])
    assert list(clinical.files_for(holding, [1])) == list(clinical.files_for(holding, [1]))


@pytest.mark.parametrize("holding", PLANS)
def test_its_dictionary_leaves_no_doubt_and_no_name(holding):
    told, text = _cleaned(holding)
    assert told.findings == ()
    assert told.row_count == len(PLANS[holding])
    for plan in PLANS[holding]:
        person = people.person(plan.person)
        assert person.id not in text
        assert person.name.split("^")[0] not in text
        assert f"{person.born[:4]}-{person.born[4:6]}-{person.born[6:]}" not in text
    for row in csv.DictReader(text.splitlines()):
        assert int(row["last_contact"]) > 0
