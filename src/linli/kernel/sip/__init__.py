"""SIP with sockets and time: flows, transactions, and who asks too often. Fronts of doors, phones and cameras use it."""
