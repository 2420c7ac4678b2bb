"""What an audit costs, measured on local servers: `python -m tests.benchmarks.audit --help`."""
