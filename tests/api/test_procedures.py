"""The catalogue as clients read it."""

from schemas.maps import ProcedureMap
from tests.api.visiting import PLAN, SSW, Visitor


async def test_both_procedures_are_offered(client: Visitor) -> None:
    listed = (await client.get("/v1/procedures")).json()["items"]

    assert {each["id"] for each in listed} >= {SSW, PLAN}
    assert all(each["ja"] and each["en"] and each["verified_on"] for each in listed)


async def test_a_map_is_shown_whole_with_what_can_be_chosen(client: Visitor) -> None:
    shown = (await client.get(f"/v1/procedures/{SSW}")).json()

    assert len(shown["choices"]["residence_prefecture"]) == 47
    assert {"ssw_field", "sex", "nationality"} <= set(shown["choices"])
    assert any(document["id"] == "photo" for document in shown["procedure"]["documents"])


async def test_a_pinned_version_is_found_and_another_is_not(client: Visitor) -> None:
    version = (await client.get(f"/v1/procedures/{SSW}")).json()["procedure"]["version"]

    pinned = await client.get(f"/v1/procedures/{SSW}", params={"version": version})
    never = await client.get(f"/v1/procedures/{SSW}", params={"version": "1999-01-01"})
    unknown = await client.get("/v1/procedures/no.such.procedure")

    assert [pinned.status_code, never.status_code, unknown.status_code] == [200, 404, 404]


async def test_the_pack_of_an_application_is_found_by_its_name(
    client: Visitor, extension: ProcedureMap
) -> None:
    pack = extension.pack_version

    pinned = await client.get(f"/v1/procedures/{SSW}", params={"pack": pack})
    of_another = await client.get(f"/v1/procedures/{PLAN}", params={"pack": pack})
    never = await client.get(f"/v1/procedures/{SSW}", params={"pack": "0" * 64})

    assert pinned.json()["procedure"]["version"] == extension.procedure.version.isoformat()
    assert [of_another.status_code, never.status_code] == [404, 404]
