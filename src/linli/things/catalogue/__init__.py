"""The category library (品类), a tenant's own categories, and the versions of thing models."""
