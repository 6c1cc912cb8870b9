"""The history: a SQLite file that remembers what each run of a rollup said."""
