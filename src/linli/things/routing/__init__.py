"""Several fronts over one database: the front of each device, and the way of calls and answers (ADR 0018)."""
