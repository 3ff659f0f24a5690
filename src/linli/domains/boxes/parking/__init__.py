"""Car parks that boxes run: their records, and alarms of those that fall silent. Spec F 3.6, H 5.8."""
