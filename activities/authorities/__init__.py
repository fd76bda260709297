"""Authorities: the small interface through which a filing leaves the desk, and who speaks it today (the simulator).

`Desk` is what a machine channel must offer. No real authority offers one; there a person lodges by hand, through the
same protocol of intent, act and confirmation.
"""

from activities.authorities.channel import Authorities, Desk
from activities.authorities.simulator import Simulator

__all__ = ["Authorities", "Desk", "Simulator"]
