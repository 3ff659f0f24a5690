"""Cars without a plate: the driver's phone is the ticket, `/ticket/<code of a lane>`. Source: issue 19, item 10."""
