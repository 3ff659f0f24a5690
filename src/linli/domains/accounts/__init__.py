"""Log-ins in use: signing in, sessions, and joining a company. Spec A §1.1.

The room `people` has the log-ins and their rights. This room has the sessions, the ways to open one, the first set-up,
registration, invitations, and the move of a cloud account's communities into an organisation.
"""
