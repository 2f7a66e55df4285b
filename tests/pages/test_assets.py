import re
from pathlib import Path

import pytest

from vesalius.errors import Misconfigured
from vesalius.pages.assets import ASSETS, Assets


def test_a_change_in_a_font_renames_the_stylesheet_that_refers_to_it(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@font-face { src: url("./f.woff2") }')
    (tmp_path / "f.woff2").write_bytes(b"one")
    before = Assets(tmp_path)
    (tmp_path / "f.woff2").write_bytes(b"two")
    after = Assets(tmp_path)
    assert before.url("a.css") != after.url("a.css")
    assert (
        after.url("f.woff2").encode() in after.by_address[after.url("a.css").removeprefix("/static/")].content
    )


def test_an_address_carries_eight_digits_of_the_content() -> None:
    assert re.fullmatch(r"/static/site\.[0-9a-f]{8}\.css", ASSETS.url("site.css"))


def test_an_unknown_name_is_an_error_of_the_programmer() -> None:
    with pytest.raises(Misconfigured):
        ASSETS.url("nothing.css")


@pytest.mark.parametrize("text", ['import "./missing.js"', 'import "./a.js"'])
def test_a_reference_to_nothing_or_to_itself_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.js").write_text(text)
    with pytest.raises(Misconfigured):
        Assets(tmp_path)


def test_only_files_of_known_types_are_served(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "x.svg").write_text("<svg/>")
    assert [file.media_type for file in Assets(tmp_path).by_address.values()] == ["image/svg+xml"]


def test_a_module_names_all_that_it_imports_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.js").write_text('import "./in/b.js"; import "./c.js";')
    (tmp_path / "in" / "b.js").write_text('import "../c.js";')
    (tmp_path / "c.js").write_text("export {};")
    assets = Assets(tmp_path)
    assert assets.modules("a.js") == [assets.url(name) for name in ("a.js", "in/b.js", "c.js")]
