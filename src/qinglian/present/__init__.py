"""Figures and tables as data, and how they are shown: terminal, text, CSV, Markdown, HTML, SVG."""
