"""Calpendo's query language: text to conditions, conditions against rows; contract section 1.3."""
