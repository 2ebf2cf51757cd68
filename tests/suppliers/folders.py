"""A suppliers folder as files: the golden case of two lines, and a partner who sends a footprint of the second."""

from __future__ import annotations

from pathlib import Path

TABLES = {
    "partners": (
        "partner,name,tier,target\nurn:p:a,Alpha,1,validated\nurn:p:b,Beta,1,committed\nurn:p:c,Gamma,2,\n"
    ),
    "parts": "part,partner,their_part,their_unit,per_ours,share\nP-2,urn:p:b,B-1,item,0.4,1\n",
    "purchases": (
        "reference,facility,start,end,partner,part,activity,quantity,unit,value,currency\n"
        "PO-1,HEF,2025-01-01,2025-01-31,urn:p:a,P-1,material.one.primary,1000,kg,300,CNY\n"
        "PO-2,HEF,2025-01-01,2025-01-31,urn:p:b,P-2,material.two.primary,500,kg,100,CNY\n"
    ),
    "footprints": (
        "footprint,partner,their_part,unit,method,total,scope12,materials,transport,primary_share,quality,start,end,source\n"
        "F-1,urn:p:b,B-1,item,product,1.2,0.5,0.5,0.1,0.8,2,2025-01-01,2025-12-31,statement of May 2026\n"
    ),
    "answers": "partner,indicator,share\nurn:p:a,X1-1,1\nurn:p:a,X1-2,0.5\nurn:p:b,X1-1,\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write the tables as CSV files; a table given as empty text is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (TABLES | changed).items():
        if content:
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
