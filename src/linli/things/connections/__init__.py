"""How devices' connections are protected on their way here, what is kept of that, and what a product demands of it."""
