"""This platform at upper ones by GB/T 28181: registered there, it shows them the cameras that people chose."""
