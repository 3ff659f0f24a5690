"""People: log-ins and rights, persons, residents of houses, user groups. Spec B §3.7-3.8, A §2.3-2.4."""
