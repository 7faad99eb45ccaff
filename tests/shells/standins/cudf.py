"""Stands in for cuDF where there is no card: pandas, whose language it speaks."""

from pandas import *  # noqa: F403
from pandas import __version__  # noqa: F401
