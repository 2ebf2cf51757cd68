"""What every room means by a unit, a number, a period, a place, an error and a zh/en text."""
