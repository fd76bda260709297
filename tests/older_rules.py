"""Rules of an earlier release: the shipped map of the extension, with one day more for the review or without one rule."""

from infra.catalogue import load_catalogue
from schemas.catalogue import Procedure
from schemas.maps import Catalogue, ProcedureMap

SSW = "isa.extension.ssw1"
KEEP = "INSERT INTO rule_pack (pack_version, procedure, map_version, body, kept_at) VALUES (%s, %s, %s, %s, now())"


def an_older_map(within_office_days: int = 9, *, without: str | None = None) -> ProcedureMap:
    """The shipped map as another release had it; `without` names a check whose rules it did not have yet."""
    shipped = load_catalogue().map_for(SSW)
    plain = shipped.procedure.model_dump()
    plain["review"]["within_office_days"] = within_office_days
    rules = [each.rule for each in shipped.rules if without is None or each.rule.check != without]
    plain["rules"] = tuple(rule.id for rule in rules)
    return Catalogue([Procedure.model_validate(plain)], rules, shipped.tables).map_for(SSW)
