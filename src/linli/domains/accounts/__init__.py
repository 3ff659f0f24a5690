"""Log-ins at work: how one comes in and stays in, and how one gets into a company. Spec A §1.1.

Who has a log-in, and what it may do, is `people`'s. Here are its sessions, the ways to open one, the first set-up,
registration, invitations, and the move of a cloud account's communities into an organisation.
"""
