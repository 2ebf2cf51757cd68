"""Tables of the control plane (SQLAlchemy Core; SQLite or PostgreSQL).

Every table in :data:`CHAINED` is append-only and carries ``seq``, the entry of the audit chain that wrote
the row: the chain entry holds a digest of its rows, so a changed, removed or smuggled row is named by audit.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, SmallInteger, Table, Text

metadata = MetaData()


def _chained(name: str, *columns: Column[object], **options: object) -> Table:
    """Declare an append-only table whose rows are covered by the audit chain."""
    table = Table(name, metadata, *columns, Column("seq", BigInteger, nullable=False, index=True))
    table.info.update(options, chained=True)
    return table


chain = Table(
    "chain",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

# People are known to the chain by a random key; what names them lives here and can be destroyed.
subject = Table(
    "subject",
    metadata,
    Column("key", Text, primary_key=True),
    Column("login", Text, unique=True),
    Column("name", Text),
    Column("contact", Text),
    Column("erased_by", BigInteger),
)

evidence = _chained(
    "evidence",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("personal", Integer, nullable=False),
)

# A file's name may name a person; like a subject it stands beside the chain.
evidence_name = Table(
    "evidence_name",
    metadata,
    Column("evidence_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text),
    Column("erased_by", BigInteger),
)

organisational_unit = _chained(
    "organisational_unit",
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

ownership_share = _chained(
    "ownership_share",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("unit", Text, nullable=False),
    Column("equity", Text, nullable=False),  # exact share "n/d" or decimal, 0..1
    Column("financial_control", Integer, nullable=False),
    Column("operational_control", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("reason", Text),
)

facility = _chained(
    "facility",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("zone", Text, nullable=False),
)

# Surrogate keys of the facts' dimensions: small integers in the segments, words here.
scenario = _chained(
    "scenario",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

# A unit of record is a unit AND a number of decimals, so that a quantity is one exact integer.
unit_of_record = _chained(
    "unit_of_record",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("symbol", Text, nullable=False),
    Column("decimals", SmallInteger, nullable=False),
)

source_stream = _chained(
    "source_stream",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("facility_id", Integer, nullable=False),
    Column("activity", Text, nullable=False),
    Column("technology", Text, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("dimension", Text, nullable=False),
    Column("boundary", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price_year", SmallInteger),
)

batch = _chained(
    "batch",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # import | reversal | correction | adjustment
    Column("evidence_id", Integer),
    Column("profile", Text),
    Column("rows", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("reverses_batch", Integer),
    Column("approval", BigInteger),
    Column("reason", Text),
)

INBOX_COLUMNS: tuple[Column[object], ...] = (
    Column("fact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", Integer, nullable=False),
    Column("stream_id", Integer, nullable=False),
    Column("scenario_id", SmallInteger, nullable=False),
    Column("unit_id", SmallInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("quantity_basis", SmallInteger, nullable=False),
    Column("quality", SmallInteger),
    Column("start_utc", BigInteger, nullable=False),  # seconds since 1970-01-01 UTC
    Column("end_utc", BigInteger, nullable=False),
    Column("start_day", Integer, nullable=False),  # days since 1970-01-01, in the facility's zone
    Column("end_day", Integer, nullable=False),  # exclusive
    Column("source", Text),
    Column("reference", Text),
    Column("lot", Text),
    Column("realises", Text),
    Column("note", Text),
    Column("evidence_id", Integer),
    Column("sheet", Text),
    Column("row", Integer),
    Column("reverses", BigInteger),
    Column("business_key", BigInteger, nullable=False),
)

inbox = Table("inbox", metadata, *INBOX_COLUMNS)
Index("inbox_business_key", inbox.c.business_key)
Index("inbox_batch", inbox.c.batch_id)

segment = _chained(
    "segment",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("rows", BigInteger, nullable=False),
    Column("first_fact", BigInteger, nullable=False),
    Column("last_fact", BigInteger, nullable=False),
    Column("first_batch", Integer, nullable=False),
    Column("last_batch", Integer, nullable=False),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("largest", BigInteger, nullable=False),  # max |quantity|: the guard of integer products
    Column("schema_version", SmallInteger, nullable=False),
)

factor_pack = _chained(
    "factor_pack",
    Column("sha256", Text, primary_key=True),
    Column("pack", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("published", Date, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON of the whole pack: the lock needs no file
)

rule_set = _chained(
    "rule_set",
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # rules | policy
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("content", Text, nullable=False),
)

series_value = _chained(
    "series_value",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("series", Text, nullable=False),
    Column("start_utc", BigInteger, nullable=False),
    Column("end_utc", BigInteger, nullable=False),
    Column("mantissa", BigInteger, nullable=False),
    Column("decimals", SmallInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("evidence_id", Integer),
)
Index("series_value_span", series_value.c.series, series_value.c.start_utc)

instrument = _chained(
    "instrument",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # GEC | I-REC | GO | REC | PPA | supplier
    Column("serial", Text, nullable=False),
    Column("mantissa", BigInteger, nullable=False),
    Column("decimals", SmallInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("vintage_start", Date, nullable=False),
    Column("vintage_end", Date, nullable=False),
    Column("hour_utc", Integer),  # a granular certificate: one hour since 1970 UTC
    Column("market", Text, nullable=False),  # market boundary: a grid place
    Column("facility", Text),
    Column("retired_for", Text, nullable=False),
    Column("factor", Text, nullable=False),  # kg CO2e per kWh, exact decimal text
    Column("evidence_id", Integer),
    Column("row", Integer),
)

# Accounts that never net into gross emissions: offsets and avoided emissions.
claim = _chained(
    "claim",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("account", Text, nullable=False),  # offset | avoided
    Column("name", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("baseline", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("factor", Text),
    Column("kg_co2e", Text),  # exact; NULL where the claim is not recomputable
    Column("stated", Text),
    Column("content", Text, nullable=False),
    Column("evidence_id", Integer),
)

run = _chained(
    "run",
    Column("id", Text, primary_key=True),  # sha256 of the inputs: the same inputs are the same run
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("label", Text, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("inputs", Text, nullable=False),  # canonical JSON: segments, factor lock, rules, policy, code
    Column("outputs", Text, nullable=False),  # canonical JSON: file name → sha256, rows
)

inventory_version = _chained(
    "inventory_version",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("view", Text, nullable=False),  # canonical JSON: consolidation, GWP set
    Column("export_sha256", Text, nullable=False),
    Column("supersedes", Integer),
    Column("reason", Text),
)

# The state of a version is its newest decision; an approval is a fact.
decision = _chained(
    "decision",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer),
    Column("state", Text, nullable=False),  # a state | adjustment | opened | erased
    Column("subject", Text, nullable=False),
    Column("authenticated", Integer, nullable=False),
    Column("note", Text),
)

period_lock = _chained(
    "period_lock",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("start_day", Integer, nullable=False),
    Column("end_day", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_by", Integer),  # of a row that opens a lock: the lock it opens
)

# Data that is due: what a site sends, how often, and who answers for it.
expected = _chained(
    "expected",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("facility", Text, nullable=False),
    Column("activity", Text, nullable=False),
    Column("source", Text),  # one meter or account; NULL: any
    Column("every", SmallInteger, nullable=False),  # months of a delivery: 1, 3, 6 or 12
    Column("owner", Text, nullable=False),  # subject key
    Column("grace_days", Integer, nullable=False),  # days after the end of a period until its data are due
    Column("first_day", Date, nullable=False),
    Column("end_day", Date),  # exclusive
    Column("ends", Integer),  # of a row that ends an expectation: the one it ends
    Column("reason", Text),
)

# A gap that somebody explained: the data of a period will not come, or not yet.
gap = _chained(
    "gap",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("expected", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

setting = _chained(
    "setting",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
)

CHAINED: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table.info.get("chained"))
