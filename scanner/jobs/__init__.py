"""Jobs: what is to be done by whichever worker is free, each once in effect, however its worker ends.

Two queues of one shape (see queue): a table of ours in any database, and procrastinate's in PostgreSQL.
"""

from scanner.jobs.fenced import Fenced
from scanner.jobs.job import Claim, Job, JobState, Later, Lost
from scanner.jobs.queue import Queue, queue_of

__all__ = ["Claim", "Fenced", "Job", "JobState", "Later", "Lost", "Queue", "queue_of"]
