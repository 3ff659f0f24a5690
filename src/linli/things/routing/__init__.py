"""Several fronts over one database: which one holds which device, and how calls and answers find their way (ADR 0018)."""
