"""The schema's steps, one file each, named `v` and its number. Each runs once and is never edited."""
