"""Rows for tests, made with as few words as possible. Each app adds its own below its heading."""
