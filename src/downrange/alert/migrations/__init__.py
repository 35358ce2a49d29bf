"""Migrations of the journal's tables; `Journal.open` runs those that a database lacks."""
