"""A packaging folder of a laptop maker, as files: a carton that lost its foam, and a pallet."""

from __future__ import annotations

from pathlib import Path

TABLES = {
    "materials": "material,family,factor\ncorrugated,paper,board\nfoam,plastic,ps\nfilm,plastic,ldpe\nwood,wood,\n",
    "specifications": (
        "specification,version,level,items,contains,contains_version,count,stated_mass_g\n"
        "CARTON,1,carton,1,,,,600\n"
        "CARTON,2,carton,1,,,,540\n"
        "PALLET,1,pallet,,CARTON,2,120,\n"
    ),
    "components": (
        "specification,version,component,material,mass_g,pieces,post_consumer,post_industrial\n"
        "CARTON,1,case,corrugated,400,1,0.5,0\n"
        "CARTON,1,end cap,foam,100,2,0,0\n"
        "CARTON,2,case,corrugated,420,1,0.6,0.1\n"
        "CARTON,2,tray,corrugated,120,1,1,0\n"
        "PALLET,1,wrap,film,300,1,0,0.3\n"
    ),
    "uses": (
        "reference,facility,start,end,specification,version,units,supplier\n"
        "INV-1,HEF,2025-01-01,2025-01-31,CARTON,2,12000,Carton Works\n"
        "INV-2,HEF,2025-02-01,2025-02-28,CARTON,2,8000,Carton Works\n"
        "INV-3,HEF,2025-02-01,2025-02-28,PALLET,1,160,Film Co\n"
    ),
    "baselines": "baseline,specification,pinned,pinned_version,since\nfoam-2021,CARTON,CARTON,1,2022-01-01\n",
    "orders": (
        "order,day,kind,inner_length_mm,inner_width_mm,inner_height_mm,products_L,filler_L\n"
        "SO-1,2030-06-01,ecommerce,400,300,100,6.012,2\n"
        "SO-2,2030-06-01,ecommerce,400,300,100,5.988,\n"
    ),
}

LOADS = {
    "loads": (
        "load,length_mm,width_mm,height_mm,max_mass_kg,support,off_centre,claimed_utilisation,claimed_mass_kg\n"
        "P1,1200,800,400,900,0.8,0.1,0.5,32\n"
    ),
    "boxes": "box,length_mm,width_mm,height_mm,mass_kg,turning,bears_kg\nNB,600,400,200,4,upright,10\n",
    "placements": "placement,load,box,x_mm,y_mm,z_mm,rotation\n"
    + "".join(
        f"{number},P1,NB,{x},{y},{z},LWH\n"
        for number, (x, y, z) in enumerate(
            ((x, y, z) for z in (0, 200) for x in (0, 600) for y in (0, 400)), start=1
        )
    ),
}


def write(folder: Path, tables: dict[str, str] = TABLES, **changed: str) -> Path:
    """Write tables as CSV files; a table given as empty text is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (tables | changed).items():
        if content:
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
