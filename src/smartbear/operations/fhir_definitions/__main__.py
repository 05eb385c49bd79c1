"""`python -m smartbear.operations.fhir_definitions EXAMPLES EXPANSIONS TARGET`: see `generate`."""

import argparse
from pathlib import Path

from smartbear.operations.fhir_definitions.generate import generate

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the FHIR R4 definition tables.")
    for name in ("examples", "expansions", "target"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    generate(arguments.examples, arguments.expansions, arguments.target)
