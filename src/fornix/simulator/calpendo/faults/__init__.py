"""Faults on demand: rules that say whom they strike, and effects that say how; contract section 3.6."""
