"""Simulated devices that speak the real protocol on real sockets. They know the pure rooms only, never the platform."""
