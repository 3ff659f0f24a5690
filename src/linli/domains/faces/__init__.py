"""Faces: pictures with consent, their templates, their delivery to doors, and search by picture."""
