"""Coupons that merchants give to drivers: used once, at the fee of one stay."""
