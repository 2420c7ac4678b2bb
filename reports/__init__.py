"""Prints an audit document for people. Knows one document schema; no probe, no database, no network."""
