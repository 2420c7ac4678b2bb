"""`python -m scanner` is `revizor`."""

from scanner.cli import main

main()
