"""When the log's tests take place."""

from datetime import UTC, datetime

# Half past nine in the morning in Vietnam; hours pass by adding to it.
NINE = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
