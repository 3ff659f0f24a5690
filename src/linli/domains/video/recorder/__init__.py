"""The platform's own recordings: cameras kept sending, cut into files, indexed, bounded; gaps are explained."""
