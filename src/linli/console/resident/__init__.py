"""The residents' front: its own sessions, and the rooms' routes for residents, under /api/resident."""
