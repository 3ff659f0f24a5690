"""Commands on a whole installation: backup, restore, upgrade, certificates, face models."""
