"""`python -m fornix.simulator.calpendo`: the simulator without the rest of Fornix."""

import argparse
import sys

from .command import add_arguments, run

parser = argparse.ArgumentParser(prog="simulate-calpendo")
add_arguments(parser)
sys.exit(run(parser.parse_args()))
