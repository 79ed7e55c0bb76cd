"""Files of facts, written as others write them."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq

from govern.kernel import Kind

TYPES = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.ENUM: pa.string(),
    Kind.COUNTRY: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.DATE: pa.string(),
    Kind.SET: pa.list_(pa.string()),
    Kind.COUNTRIES: pa.list_(pa.string()),
    Kind.MAP: pa.map_(pa.string(), pa.string()),
}


def type_of(spec):
    if spec.kind is Kind.RECORDS:
        return pa.list_(pa.struct([(name, pa.string()) for name in spec.fields]))
    return TYPES[spec.kind]


def write_parquet(path, vocabulary, raws, more=None, **options):
    """One row a project, one column a fact that any of them knows; dates as text and as dates in turn."""
    columns = {"project": pa.array([f"p{place}" for place in range(len(raws))])}
    columns.update(more or {})
    for place, spec in enumerate(spec for spec in vocabulary if any(spec.id in raw for raw in raws)):
        cells = [raw.get(spec.id) for raw in raws]
        if spec.kind is Kind.MAP:
            cells = [None if cell is None else list(cell.items()) for cell in cells]
        column = pa.array(cells, type_of(spec))
        columns[spec.id] = column.cast(pa.date32()) if spec.kind is Kind.DATE and place % 2 else column
    pq.write_table(pa.table(columns), path, **options)
    return path


def write_csv(path, vocabulary, raws):
    """One row a project, cells as a person types them; an empty one is unknown."""
    specs = [spec for spec in vocabulary if any(spec.id in raw for raw in raws)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["project", *(spec.id for spec in specs)])
        for place, raw in enumerate(raws):
            writer.writerow([f"p{place}", *(say_cell(spec, raw.get(spec.id)) for spec in specs)])
    return path


def say_cell(spec, raw):
    match spec.kind:
        case _ if raw is None:
            return ""
        case Kind.BOOLEAN:
            return "yes" if raw else "no"
        case Kind.SET | Kind.COUNTRIES:
            return ", ".join(raw) or ("[]" if "none" in spec.values else "none")
        case Kind.MAP:
            return ", ".join(f"{country}={value}" for country, value in raw.items())
        case Kind.RECORDS:
            return "; ".join(" | ".join(record.values()) for record in raw) or "none"
    return str(raw)
