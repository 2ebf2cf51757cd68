"""Synthetic weeks of a laptop factory: everything in them is invented and seeded."""

from qinglian.production.synthetic.files import week_files, write_week
from qinglian.production.synthetic.week import Week

__all__ = ["Week", "week_files", "write_week"]
