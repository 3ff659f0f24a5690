"""Faces: pictures and consent, templates of them, and whose face a picture shows."""
