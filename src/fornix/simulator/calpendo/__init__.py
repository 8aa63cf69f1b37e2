"""A simulated Calpendo: its wire on real sockets, generated data, faults on demand. Imports nothing of ours."""

from .server import CalpendoServer
from .switches import Switches

__all__ = ["CalpendoServer", "Switches"]
