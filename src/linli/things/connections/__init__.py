"""How devices' connections are protected on their way here, what is recorded of it, and what a product demands."""
