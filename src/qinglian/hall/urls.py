"""Addresses. Every page of an organisation lies below ``/o/NAME/``: the tenancy test walks them all."""

from __future__ import annotations

from django.urls import include, path, register_converter

from qinglian.hall.api.routes import api
from qinglian.hall.pages import (
    aims,
    approvals,
    auditing,
    calendar,
    disclosing,
    entrance,
    errors,
    evidence,
    factors,
    imports,
    inventory,
    jobs,
    members,
    organisation,
    overview,
    production,
    public,
    records,
)
from qinglian.hall.pages.dimension import dimension


class DayPart:
    """A day in an address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: object) -> str:
        """Write it."""
        return str(value)


class NumberPart:
    """A number in an address: none that a database could not hold."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """Return it."""
        return int(value)

    def to_url(self, value: object) -> str:
        """Write it."""
        return str(value)


register_converter(DayPart, "day")
register_converter(NumberPart, "number")

_ORGANISATION = [
    path("", overview.overview, name="overview"),
    path("inventory/", inventory.inventory, name="inventory"),
    path("inventory/explain/", inventory.explain, name="explain"),
    path("inventory/compare/", inventory.compare, name="compare"),
    path("dimensions/<slug:name>/", dimension, name="dimension"),
    path("production/plans/", production.production, name="production"),
    path("production/plans/<number:number>/", production.plan, name="plan"),
    path("production/plans/<number:number>/plan.csv", production.plan_file, name="plan_file"),
    path("production/plans/<number:number>/release/", production.release, name="release_plan"),
    path("records/", records.list_records, name="records"),
    path("records/<number:fact>/", records.ask_reversal, name="ask_reversal"),
    path("records/<number:fact>/reverse/", records.reverse_record, name="reverse_record"),
    path("imports/", imports.imports, name="imports"),
    path("imports/type/", imports.type_rows, name="type_rows"),
    path("imports/template.<slug:language>.<slug:suffix>", imports.download_template, name="template"),
    path("imports/<number:number>/accept/", imports.accept, name="accept_import"),
    path("imports/<number:number>/quarantine.csv", imports.quarantine, name="quarantine"),
    path("imports/batches/<number:batch>/undo/", records.undo_batch, name="undo_batch"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<number:number>/gap/<day:day>/", calendar.gap, name="gap"),
    path("calendar/<number:number>/end/", calendar.end, name="end_expectation"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<number:number>/", evidence.download, name="evidence_file"),
    path("evidence/<number:number>/erase/", evidence.erase, name="erase_evidence"),
    path("factors/", factors.factors, name="factors"),
    path("factors/install/<slug:token>/", factors.install, name="install_factors"),
    path("factors/of/<path:name>/", factors.activity, name="activity"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<number:number>/<slug:state>/", approvals.decide_version, name="decide"),
    path("approvals/<number:number>/lock/<slug:way>/", approvals.reopen, name="reopen"),
    path("disclosure/", disclosing.disclosure, name="disclosure"),
    path("disclosure/<number:number>/", disclosing.publication, name="publication"),
    path("disclosure/versions/<number:number>/pack/", disclosing.ask_pack, name="ask_pack"),
    path("disclosure/packs/<number:number>.zip", disclosing.download_pack, name="download_pack"),
    path("disclosure/packs/<number:number>/sample/", disclosing.sample, name="sample"),
    path("targets/", aims.aims, name="targets"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("members/", members.members, name="members"),
    path("members/<number:number>/", members.member, name="member"),
    path("members/<number:number>/remove/", members.remove, name="remove_member"),
    path("members/<number:number>/erase/", members.erase, name="erase_person"),
    path("tokens/", members.tokens, name="tokens"),
    path("tokens/<number:number>/revoke/", members.revoke, name="revoke_token"),
    path("audit/", auditing.audit, name="audit"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/calculate/", jobs.calculate, name="calculate"),
    path("jobs/<number:number>/", jobs.job, name="job"),
    path("jobs/<number:number>/<slug:way>/", jobs.change_job, name="change_job"),
]

urlpatterns = [
    path("", entrance.home, name="home"),
    path("healthy/", entrance.healthy, name="healthy"),
    path("join/<slug:token>/", entrance.join, name="join"),
    path("language/", entrance.choose_language, name="language"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("disclosure/", public.index, name="public_index"),
    path("disclosure/<slug:organisation>/<str:period>/<slug:part>/", public.page, name="public"),
    path(
        "disclosure/<slug:organisation>/<str:period>/<slug:part>/<str:name>", public.file, name="public_file"
    ),
    path("o/<slug:organisation>/", include(_ORGANISATION)),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
