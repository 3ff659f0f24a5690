"""Lane cameras that push `AlarmInfoPlate` over HTTP, with barrier relay and fee display."""
