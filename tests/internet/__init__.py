"""The miniature internet: a network namespace with no way out in which real daemons play a world."""
