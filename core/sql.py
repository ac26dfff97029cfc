from pathlib import Path

ROOMS = Path(__file__).resolve().parent.parent


def load_sql(room: str, name: str) -> str:
    """The text of `<room>/sql/<name>.sql`, for a RunSQL migration or a set-based job."""
    return (ROOMS / room / "sql" / f"{name.removesuffix('.sql')}.sql").read_text(encoding="utf-8")
