"""Every read of smart security; takes the scope first."""
