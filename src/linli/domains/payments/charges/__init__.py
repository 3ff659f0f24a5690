"""What somebody owes and pays at a provider: charges, the provider's notices, refunds, statements."""
