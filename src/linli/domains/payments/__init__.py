"""Payments: the account that a company's fees are paid into (收款账号). Spec A §1.3 (PM-12), B B110."""
