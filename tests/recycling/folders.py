"""A recovery folder as files: one lot of notebooks, its custody, dispositions, waste, credits and a certificate."""

from __future__ import annotations

from pathlib import Path

TABLES = {
    "lots": "lot,facility,received,category,mass_kg,units,tolerance\nR-1,HEF,2025-04-12,notebook,1000,500,0.01\n",
    "custody": "lot,day,giver,taker,mass_kg\nR-1,2025-04-20,HEF,Recycler A,700\n",
    "inspections": "lot,day,grade,mass_kg\nR-1,2025-04-15,B,300\n",
    "dispositions": (
        "lot,day,outcome,mass_kg,recovered_kg,material,treated_by\n"
        "R-1,2025-04-16,refurbish,300,300,,HEF\n"
        "R-1,2025-05-03,recycle,400,380,aluminium,Recycler A\n"
        "R-1,2025-06-03,recycle,200,150,plastics,Recycler A\n"
        "R-1,2025-06-03,landfill,50,,,Recycler A\n"
    ),
    "waste": (
        "note,facility,day,composition,hazardous,route,mass_kg,on_site\n"
        "WN-1,HEF,2025-04-30,board,no,recycling,2000,no\n"
        "WN-2,HEF,2025-04-30,solvents,yes,incineration with energy recovery,40,no\n"
        "WN-3,HEF,2025-04-30,wood,no,incineration,100,yes\n"
    ),
    "credits": (
        "baseline,outcome,material,replaces,instead,share,method\n"
        "uk,recycle,aluminium,material.aluminium.primary,material.aluminium.closed_loop,1,UK 2025 material use\n"
        "uk,recycle,plastics,material.plastics_average.primary,material.plastics_average.closed_loop,0.5,UK 2025\n"
    ),
    "certificates": (
        "certificate,lot,issued,issuer,received_kg,recovered_kg,rate\nC-1,R-1,2025-06-30,Recycler A,700,530,0.7571\n"
    ),
    "sales": "category,year,mass_t\nnotebook,2018,100\nnotebook,2019,120\n",
    "lifetimes": "category,shape,scale,source\nnotebook,2,6,own survey\n",
    "products": "product,from_recycled,to_recycling\nNB,0.25,0.4\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write the tables as CSV files; a table given as empty text is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (TABLES | changed).items():
        if content:
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
