"""One function for each thing the product can do. Entry points parse, call one of these, and print.

Each is imported from its own module, when a command runs: a list of objects waits for no probe and no report.
"""
