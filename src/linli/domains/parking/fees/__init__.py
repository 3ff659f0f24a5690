"""What stays cost: a community's tariffs in versions, with the cases that each must answer rightly."""
