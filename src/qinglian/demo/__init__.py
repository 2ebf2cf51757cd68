"""The demonstration: a synthetic laptop maker with activity files of all five dimensions."""
