"""Lifts (电梯): cars and their floors, linkages with doors (人梯联动), calls from afar. Spec E 3.5, 4.6."""
