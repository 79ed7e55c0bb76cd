"""Portfolio checks: conditions as SQL over columns of facts, in DuckDB here, on PostgreSQL and Spark there.

Needs the extra `portfolio` (DuckDB, Ibis, Arrow). The way of the data, some thousands of projects at a time:

    source → values, checked → number columns → the engine's query → statuses → summary, Parquet
"""

from govern.portfolio.check import Line, PortfolioCheck, Tally, check_portfolio
from govern.portfolio.engines import DuckDb, Engine, PostgreSql, Spark
from govern.portfolio.plan import Plan, make_plan
from govern.portfolio.sources import Source, hold_projects, open_file

__all__ = [
    "DuckDb",
    "Engine",
    "Line",
    "Plan",
    "PortfolioCheck",
    "PostgreSql",
    "Source",
    "Spark",
    "Tally",
    "check_portfolio",
    "hold_projects",
    "make_plan",
    "open_file",
]
