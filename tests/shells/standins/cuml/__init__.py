"""Stands in for cuML."""
