"""What every room stands on: configuration, database, errors, HTTP conventions. Knows no feature."""
