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


def test_a_script_and_all_that_it_imports_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.js").write_text('import { b } from "./in/b.js";\nimport { c } from "./c.js";\nb(c);\n')
    (tmp_path / "in" / "b.js").write_text('import { c } from "../c.js";\nexport const b = one => one + c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    assets = Assets(tmp_path)
    bundle = assets.by_address[assets.url("a.bundle.js").removeprefix("/static/")].content.decode()
    assert [bundle.count(f"// {name}") for name in ("c.js", "in/b.js", "a.js")] == [1, 1, 1]
    assert "import" not in bundle
    assert "const { b } = m1;" in bundle
    with pytest.raises(Misconfigured):
        assets.url("c.bundle.js")


@pytest.mark.parametrize(
    "text", ['import * as all from "./c.js";', "export default 1;", 'export { c } from "./c.js";']
)
def test_an_import_that_is_not_understood_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.js").write_text(f'import {{ c }} from "./c.js";\n{text}\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    with pytest.raises(Misconfigured):
        Assets(tmp_path)
