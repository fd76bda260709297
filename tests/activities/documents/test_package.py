"""A filing's package: complete, in the authority's order, numbered, and the same bytes for the same input."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from activities.documents.limited import (
    ReaderCrashedError,
    ReaderExhaustedError,
    ReaderFaultError,
    ReaderStalledError,
)
from activities.documents.package import (
    READS_AT_ONCE,
    ContentDiffersError,
    NotBoundError,
    Package,
    PackageTooLargeError,
    build_package,
)
from schemas.examination import JPEG, PDF, PNG, XLSX
from schemas.identifiers import application_number
from schemas.package import (
    BULK_TEMPLATE_UNKNOWN,
    DocumentInPackage,
    OmittedDocument,
    PackageOrder,
    PersonInPackage,
    file_in_package,
)
from tests import corpus

NUMBER = application_number(2026, 123_456_789)
FILING = f"{NUMBER}.filing.1"
ENCLOSED: list[tuple[str, str, int | None, str, Callable[[], bytes]]] = [
    ("plan", "技能実習計画認定申請書", None, PDF, lambda: corpus.pdf_with_text("plan", pages=3)),
    ("contract", "雇用契約書の写し", 1, PDF, corpus.pdf_turned),
    ("passport", "旅券の写し", 1, JPEG, corpus.picture),
    ("photo", "写真", 2, PNG, lambda: corpus.picture("PNG", size=(300, 400))),
    ("list", "名簿", None, XLSX, corpus.workbook),
    ("form", "記入欄のある様式", 2, PDF, corpus.pdf_with_form_field),
]


def a_document(kind: str, title: str, line: int | None, media_type: str, content: bytes) -> DocumentInPackage:
    return DocumentInPackage(
        document_id=f"document-{kind}",
        kind=kind,
        title_ja=title,
        title_en=kind,
        person_line=line,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        vault_key=f"0000/{NUMBER}/{kind}",
        version_id="1",
    )


def an_order(documents: list[DocumentInPackage]) -> PackageOrder:
    return PackageOrder(
        number=NUMBER,
        filing_id=FILING,
        procedure="otit.plan.accreditation.D",
        procedure_title_ja="技能実習計画認定申請",
        procedure_title_en="Accreditation of a technical intern training plan",
        map_version=date(2026, 4, 1),
        rules_version="0" * 64,
        office_ja="東京事務所",
        channel_ja="郵送",
        client_name="見本監理団体",
        desk_name="見本事務所",
        sealed_at=datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC),
        persons=(
            PersonInPackage(line=1, person_id="person-1", name="SAMPLE NGUYỄN VĂN ẢNH"),
            PersonInPackage(line=2, person_id="person-2", name="SAMPLE SITI"),
        ),
        documents=tuple(documents),
        omitted=(OmittedDocument(title_ja="登記事項証明書", title_en="registry", reason_ja="提出済み"),),
    )


def everything() -> tuple[PackageOrder, dict[str, bytes]]:
    contents = {f"document-{kind}": make() for kind, _, _, _, make in ENCLOSED}
    documents = [
        a_document(kind, title, line, media_type, contents[f"document-{kind}"])
        for kind, title, line, media_type, _ in ENCLOSED
    ]
    return an_order(documents), contents


def bound(order: PackageOrder, contents: dict[str, bytes], into: Path) -> Package:
    return build_package(order, lambda document, path: lay(path, contents[document.document_id]), into)


def lay(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return bound(*everything(), tmp_path_factory.mktemp("package") / "package.zip")


def unpacked(package: Package, file: str) -> bytes:
    with zipfile.ZipFile(package.path) as archive:
        return archive.read(file)


def page_texts(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_the_same_order_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    again = bound(*everything(), tmp_path / "again.zip")

    assert again.sha256 == package.sha256 == hashlib.sha256(again.path.read_bytes()).hexdigest()


def test_two_processes_bind_the_same_bytes(package: Package, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        sha256 = elsewhere.submit(bound_anew, tmp_path / "elsewhere.zip").result()

    assert sha256 == package.sha256


def bound_anew(into: Path) -> str:
    return bound(*everything(), into).sha256


def test_originals_are_fetched_side_by_side_but_not_all_at_once(tmp_path: Path) -> None:
    content = corpus.pdf_with_text("paper")
    copies = [a_document(f"paper-{place}", "見本", None, PDF, content) for place in range(3 * READS_AT_ONCE)]
    meeting, room = threading.Barrier(READS_AT_ONCE), threading.Semaphore(READS_AT_ONCE)
    crowded: list[str] = []

    def fetch(document: DocumentInPackage, path: Path) -> None:
        if not room.acquire(blocking=False):
            crowded.append(document.document_id)
        meeting.wait(timeout=30)
        lay(path, content)
        room.release()

    made = build_package(an_order(copies), fetch, tmp_path / "package.zip")

    assert crowded == []
    assert [row.file for row in made.manifest.documents][::23] == [
        "files/01-paper-0.pdf",
        "files/24-paper-23.pdf",
    ]


def test_the_places_of_a_long_list_sort_as_they_are_counted() -> None:
    document = a_document("paper", "見本", 100, PDF, b"x")

    assert file_in_package(7, document, of=1000) == "files/0007-paper-p100.pdf"
    assert file_in_package(7, document, of=99) == "files/07-paper-p100.pdf"


def test_where_files_are_sent_one_by_one_each_persons_set_is_weighed(tmp_path: Path) -> None:
    order, contents = everything()
    sizes = {row.kind: row.size_bytes for row in order.documents}
    first = sum(sizes[kind] for kind in ("plan", "contract", "passport", "list"))
    second = sum(sizes[kind] for kind in ("plan", "photo", "list", "form"))
    online = order.model_copy(update={"set_limit_bytes": max(first, second)})
    tighter = order.model_copy(update={"set_limit_bytes": max(first, second) - 1})

    made = [bound(each, contents, tmp_path / f"{each.set_limit_bytes}.zip") for each in (online, tighter)]

    fits, exceeds = (package.manifest.sets for package in made)
    assert [row.size_bytes for row in fits] == [first, second]
    assert fits[0].files[:2] == ("files/01-plan.pdf", "files/02-contract-p01.pdf")
    assert [row.is_within_limit for row in fits] == [True, True]
    assert sum(row.is_within_limit for row in exceeds) == 1
    assert [row.ja for row in made[0].manifest.remarks] == [BULK_TEMPLATE_UNKNOWN.ja]


def test_a_package_on_paper_has_no_sets_of_single_files(package: Package) -> None:
    assert (package.manifest.sets, package.manifest.remarks) == ((), ())


def test_another_order_gives_other_bytes(package: Package, tmp_path: Path) -> None:
    order, contents = everything()

    other = bound(order.model_copy(update={"office_ja": "大阪事務所"}), contents, tmp_path / "other.zip")

    assert other.sha256 != package.sha256


def test_the_files_lie_in_the_authoritys_order_without_names_of_people(package: Package) -> None:
    with zipfile.ZipFile(package.path) as archive:
        names = archive.namelist()

    assert names == [
        "00-cover.pdf",
        "01-set.pdf",
        "files/01-plan.pdf",
        "files/02-contract-p01.pdf",
        "files/03-passport-p01.jpg",
        "files/04-photo-p02.png",
        "files/05-list.xlsx",
        "files/06-form-p02.pdf",
        "manifest.json",
    ]


def test_the_originals_are_bit_by_bit_what_was_reviewed(package: Package) -> None:
    _, contents = everything()

    assert [unpacked(package, row.file) for row in package.manifest.documents] == list(contents.values())


def test_the_manifest_proves_every_file_and_names_nobody(package: Package) -> None:
    text = unpacked(package, "manifest.json").decode()
    told = json.loads(text)

    for row in [*told["made"], *told["documents"]]:
        content = unpacked(package, row["file"])
        assert (row["size_bytes"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (told["number"], told["filing_id"], told["map_version"]) == (NUMBER, FILING, "2026-04-01")
    assert told["persons"] == ["person-1", "person-2"]
    assert "SAMPLE" not in text


def test_the_set_joins_all_pages_and_numbers_each(package: Package) -> None:
    texts = page_texts(unpacked(package, "01-set.pdf"))

    assert len(texts) == package.manifest.pages == 8
    for place, text in enumerate(texts, 1):
        assert NUMBER in text
        assert f"{place} / 8" in text
    assert [row.first_page for row in package.manifest.documents] == [1, 4, 5, 6, 7, 8]
    assert "files/05-list.xlsx" in texts[6]


def test_every_document_has_a_bookmark_at_its_first_page(package: Package) -> None:
    with (
        pikepdf.open(io.BytesIO(unpacked(package, "01-set.pdf"))) as joined,
        joined.open_outline() as outline,
    ):
        titles = [item.title for item in outline.root]
        places = [joined.pages.index(_target(item)) + 1 for item in outline.root]

    assert titles[1] == "02 雇用契約書の写し（対象者 1）"
    assert places == [row.first_page for row in package.manifest.documents]


def _target(item: pikepdf.OutlineItem) -> pikepdf.Page:
    assert isinstance(item.destination, pikepdf.Array)
    return pikepdf.Page(item.destination[0])


def test_the_number_stands_at_the_foot_of_a_page_as_it_is_shown(package: Package) -> None:
    with pypdfium2.PdfDocument(unpacked(package, "01-set.pdf")) as joined:
        turned = joined[3].render(scale=2).to_pil().convert("L")

    foot = turned.crop((0, turned.height - 60, turned.width, turned.height))
    left = turned.crop((0, 0, 60, turned.height - 60))

    assert turned.width > turned.height
    assert foot.getextrema()[0] < 100
    assert left.getextrema()[0] > 200


def test_the_cover_tells_whom_and_what_in_japanese(package: Package) -> None:
    text = "".join(page_texts(unpacked(package, "00-cover.pdf")))

    for expected in (NUMBER, FILING, "技能実習計画認定申請", "東京事務所", "郵送", "SAMPLE NGUYỄN VĂN ẢNH"):
        assert expected in text
    assert "封緘日2026年11月22日" in "".join(text.split())
    assert "登記事項証明書" in text


def test_every_letter_of_the_cover_has_a_shape(package: Package) -> None:
    with pikepdf.open(io.BytesIO(unpacked(package, "00-cover.pdf"))) as cover:
        fonts = {str(font.BaseFont) for page in cover.pages for font in page.Resources.Font.values()}

    assert fonts
    assert all("NotoSansJP" in font or "Libertinus" in font for font in fonts)
    assert "\ufffd" not in "".join(page_texts(unpacked(package, "00-cover.pdf")))


def test_a_photograph_lies_on_a_lying_page_unchanged(package: Package) -> None:
    with pikepdf.open(io.BytesIO(unpacked(package, "01-set.pdf"))) as joined:
        page = joined.pages[4]
        shown = [stream for stream in joined.objects if _is_jpeg(stream)]

        assert float(page.mediabox[2]) > float(page.mediabox[3])
        assert Image.open(io.BytesIO(shown[0].read_raw_bytes())).size == (640, 480)


def _is_jpeg(found: pikepdf.Object) -> bool:
    return isinstance(found, pikepdf.Stream) and found.get("/Filter") == pikepdf.Name.DCTDecode


def test_a_set_that_was_stamped_before_can_be_bound_again(package: Package, tmp_path: Path) -> None:
    content = unpacked(package, "01-set.pdf")
    order = an_order([a_document("set", "前回の合冊", None, PDF, content)])

    again = bound(order, {"document-set": content}, tmp_path / "again.zip")

    texts = page_texts(unpacked(again, "01-set.pdf"))
    assert [text.count(NUMBER) for text in texts] == [2] * 8


def test_a_withdrawal_without_documents_is_a_cover_that_names_what_is_withdrawn(tmp_path: Path) -> None:
    first = an_order([])
    numbered = [
        person.model_copy(update={"receipt": receipt})
        for person, receipt in zip(first.persons, ("東機第1234号", None), strict=True)
    ]
    told = {"filing_id": f"{NUMBER}.filing.2", "kind": "withdrawal", "parent_id": FILING, "persons": numbered}

    empty = bound(PackageOrder.model_validate(first.model_dump() | told), {}, tmp_path / "empty.zip")

    cover = "".join("".join(page_texts(unpacked(empty, "00-cover.pdf"))).split())
    assert (empty.manifest.pages, empty.manifest.parent_id) == (0, FILING)
    assert f"先の提出の番号{FILING}" in cover
    assert "（取下げ）" in cover
    assert "提出先の受付番号" in cover
    assert cover.count("東機第1234号") == 1
    with zipfile.ZipFile(empty.path) as archive:
        assert archive.namelist() == ["00-cover.pdf", "manifest.json"]


def test_the_cover_of_a_first_filing_names_no_earlier_one(package: Package) -> None:
    cover = "".join("".join(page_texts(unpacked(package, "00-cover.pdf"))).split())

    assert "先の提出の番号" not in cover
    assert "受付番号" in cover
    assert "提出先の受付番号" not in cover


def test_bytes_other_than_those_reviewed_are_never_bound(tmp_path: Path) -> None:
    order, contents = everything()

    with pytest.raises(ContentDiffersError):
        bound(order, contents | {"document-photo": corpus.picture("PNG")}, tmp_path / "package.zip")

    assert not (tmp_path / "package.zip").exists()


def test_a_package_beyond_the_limit_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    order, _ = everything()
    giant = order.documents[0].model_copy(update={"size_bytes": 2_000_000_001})

    with pytest.raises(PackageTooLargeError):
        bound(order.model_copy(update={"documents": (giant,)}), {}, tmp_path / "package.zip")


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (ReaderCrashedError, NotBoundError),
        (ReaderExhaustedError, NotBoundError),
        (ReaderFaultError, NotBoundError),
        (ReaderStalledError, ReaderStalledError),
    ],
)
def test_only_a_reader_that_got_too_little_of_the_machine_is_worth_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: type[Exception], told: type[Exception]
) -> None:
    def broken(*given: object) -> dict[str, Any]:
        raise ending("x")

    monkeypatch.setattr("activities.documents.package.run_reader", broken)

    with pytest.raises(told) as raised:
        bound(*everything(), tmp_path / "package.zip")

    assert getattr(raised.value, "code", None) == ("package_not_bound" if told is NotBoundError else None)


@pytest.mark.parametrize(
    ("line", "media_type"),
    [(3, PDF), (1, "image/gif")],
    ids=["an unknown person", "a type that can't be bound"],
)
def test_an_order_that_cannot_be_bound_is_refused(line: int, media_type: str) -> None:
    with pytest.raises(ValueError, match="a document"):
        an_order([a_document("plan", "計画", line, media_type, b"x")])
