"""Logistics folders as files: the reference chain Hefei to a port in Europe by road, sea and road."""

from __future__ import annotations

from pathlib import Path

REFERENCE = {
    "carriers": "carrier,title,own\nC-ROAD,Road haulier,no\nC-SEA,Shipping line,no\n",
    "tocs": (
        "toc,mode,tier,distance_kind,carrier,factor\n"
        "ROAD-40T,road,default,actual,C-ROAD,road.artic_gt33t\n"
        "SEA-8000,sea,default,actual,C-SEA,sea.container_8000teu\n"
    ),
    "shipments": "shipment,facility,start,end,mass_kg,direction,paid_by\nS-1,HEF,2025-03-01,2025-04-02,10000,out,us\n",
    "elements": (
        "shipment,element,position,toc,origin,destination,distance_km,distance_kind\n"
        "S-1,1,1,ROAD-40T,Hefei,Shanghai,470,actual\n"
        "S-1,2,2,SEA-8000,Shanghai,Rotterdam,19531,actual\n"
        "S-1,3,3,ROAD-40T,Rotterdam,Frankfurt,450,actual\n"
    ),
}

PRIMARY = {
    "carriers": "carrier,own\nC-ROAD,no\nFLEET,yes\n",
    "tocs": (
        "toc,mode,tier,distance_kind,carrier,activity_tkm,start,end,source,factor\n"
        "VAN,road,primary,actual,C-ROAD,50000,2024-01-01,2024-12-31,fuel ledger 2024,\n"
        "OWN,road,primary,actual,FLEET,400000,2025-01-01,2025-12-31,fuel ledger 2025,\n"
    ),
    "hocs": "hoc,hub_type,tier,ttw_kg_per_t,wtt_kg_per_t,source\nHUB,transshipment,primary,1.2,0.4,operator's statement\n",
    "energy": (
        "operation,energy_carrier,feedstock,quantity,unit,ttw_per_unit,wtt_per_unit,facility,source\n"
        "VAN,diesel,fossil,1000,L,2.5,0.6,,carrier\n"
        "VAN,electric,grid,2000,kWh,0,0.55,,carrier\n"
        "OWN,diesel,fossil,12000,L,2.5,0.6,HEF,own tanks\n"
    ),
    "shipments": (
        "shipment,facility,start,end,mass_kg,direction,paid_by,incoterm\n"
        "S-1,HEF,2025-03-01,2025-03-02,1000,out,other,\n"
        "S-2,HEF,2025-03-05,2025-03-05,2000,in,,\n"
        "S-3,HEF,2025-03-07,2025-03-08,500,out,us,\n"
    ),
    "elements": (
        "shipment,element,position,toc,hoc,distance_km,distance_kind\n"
        "S-1,a,1,VAN,,120,actual\n"
        "S-1,b,2,,HUB,,\n"
        "S-2,a,1,VAN,,80,actual\n"
        "S-3,a,1,OWN,,300,actual\n"
    ),
}


def write(folder: Path, tables: dict[str, str] = REFERENCE, **changed: str) -> Path:
    """Write tables as CSV files; a table given as empty text is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (tables | changed).items():
        if content:
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
