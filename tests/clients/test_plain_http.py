"""Plain HTTP against a real public site: who may have what, and what the wire says."""

import http.client
import json
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from tests.clients.shown import lung

from vesalius.access.models import Grant
from vesalius.access.people import create_person, grant
from vesalius.access.tokens import create_token
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import DownloadCount
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow


@pytest.fixture
def ask(house, base):
    """Ask one address below services/."""

    def ask_one(path, headers=None, method="GET", body=None, **parameters):
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
        query = f"?{urlencode(parameters)}" if parameters else ""
        connection.request(method, f"/nbia-api/services/{path}{query}", body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return SimpleNamespace(status=response.status, headers=response.headers, content=content)

    return ask_one


@pytest.fixture
def holder():
    """The header of one who has a grant for the collection Hidden."""
    create_person("reader", "correct horse battery", side=Side.ARCHIVE, by="test")
    grant("reader", Grant.Scope.HOLDING, "Hidden", Grant.Deed.FETCH, side=Side.ARCHIVE, by="test")
    return {"Authorization": f"Bearer {create_token('reader', side=Side.ARCHIVE, by='test')}"}


def test_a_token_opens_a_limited_collection_and_nothing_else_does(ask, holder):
    lung()
    uid = lung("Hidden", find="granted", fetch="granted")[0].series.series_instance_uid
    both = [{"Collection": "Hidden"}, {"Collection": "Lung"}]
    assert json.loads(ask("v4/getCollectionValues").content) == both[1:]
    assert json.loads(ask("v4/getCollectionValues", holder).content) == both
    assert json.loads(ask("v2/getCollectionValues", holder).content) == both
    assert json.loads(ask("v1/getCollectionValues", holder).content) == both[1:]
    assert ask("v4/getSeries", Collection="Hidden").content == b""
    assert len(json.loads(ask("v4/getSeries", holder, Collection="Hidden").content)) == 3
    refused = ask("v4/getImage", SeriesInstanceUID=uid)
    assert (refused.status, uid in refused.content.decode()) == (400, True)
    assert ask("v4/getImage", holder, SeriesInstanceUID=uid).status == 200
    wrong = ask("v4/getCollectionValues", {"Authorization": "Bearer vsl_wrong"})
    assert (wrong.status, json.loads(wrong.content)["error"]) == (401, "invalid_token")


def test_a_zip_has_its_length_its_parts_and_its_head(ask):
    uid = lung()[0].series.series_instance_uid
    got = ask("v4/getImage", SeriesInstanceUID=uid)
    assert (got.status, got.headers["Content-Type"]) == (200, "application/zip")
    assert got.headers["Content-Length"] == str(len(got.content))
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    part = ask("v4/getImage", {"Range": "bytes=10-99"}, SeriesInstanceUID=uid)
    assert (part.status, part.content) == (206, got.content[10:100])
    head = ask("v4/getImage", method="HEAD", SeriesInstanceUID=uid)
    assert (head.status, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.content))
    assert head.headers["ETag"] == got.headers["ETag"]
    table, its_head = ask("v4/getSeries"), ask("v4/getSeries", method="HEAD")
    assert (its_head.status, its_head.content) == (200, b"")
    assert its_head.headers["Content-Length"] == str(len(table.content))
    nothing = ask("v1/getSeriesMetaData", SeriesInstanceUID="1.2.3")
    assert (nothing.status, nothing.content) == (204, b"")


def test_fetches_are_counted_and_those_of_limited_data_audited(ask, holder):
    open_uid = lung()[0].series.series_instance_uid
    limited_uid = lung("Hidden", find="granted", fetch="granted")[0].series.series_instance_uid
    for path in ("v1/getImage", "v4/getImage", "v4/getImageWithMD5Hash"):
        assert ask(path, SeriesInstanceUID=open_uid).status == 200
    ask("v4/getImage", method="HEAD", SeriesInstanceUID=open_uid)
    ask("v4/getImage", {"Range": "bytes=0-9"}, SeriesInstanceUID=open_uid)
    sop = json.loads(ask("v1/getSOPInstanceUIDs", SeriesInstanceUID=open_uid).content)[0]
    assert ask("v1/getSingleImage", SeriesInstanceUID=open_uid, **sop).status == 200
    assert ask("v4/getImage", holder, SeriesInstanceUID=limited_uid).status == 200
    counts = DownloadCount.objects.values_list("series_instance_uid", "way", "count")
    assert set(counts) == {(open_uid, "v1API", 2), (open_uid, "v4API", 2), (limited_uid, "v4API", 1)}
    with named(Side.ARCHIVE):
        audited = AuditEntry.objects.filter(deed="series.fetch").values_list("person", "target")
        assert list(audited) == [("reader", limited_uid)]


def test_a_password_gives_a_token_of_two_hours(ask, holder):
    lung("Hidden", find="granted", fetch="granted")
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def sign_in(**fields):
        return ask("oauth/token", form, "POST", urlencode(fields))

    right = sign_in(
        grant_type="password", username="reader", password="correct horse battery", client_id="NBIA"
    )
    told = json.loads(right.content)
    assert (right.status, told["expires_in"], told["token_type"]) == (200, 7200, "Bearer")
    guest = json.loads(sign_in(grant_type="password", username="nbia_guest", password="").content)

    def seen(token):
        return ask("v4/getCollectionValues", {"Authorization": f"Bearer {token['access_token']}"})

    assert b"Hidden" in seen(told).content
    assert (seen(guest).status, seen(guest).content) == (200, b"")
    again = json.loads(sign_in(grant_type="refresh_token", refresh_token=told["refresh_token"]).content)
    assert b"Hidden" in seen(again).content
    assert seen(told).status == 401, "renewing a token ends it"
    made = holder["Authorization"].removeprefix("Bearer ")
    assert sign_in(grant_type="refresh_token", refresh_token=made).status == 401
    assert json.loads(sign_in(grant_type="magic").content)["error"] == "unsupported_grant_type"
    wrong = sign_in(grant_type="password", username="reader", password="wrong")
    assert (wrong.status, json.loads(wrong.content)["error"]) == (401, "invalid_grant")
    assert ask("v4/getCollectionValues").content == b""
