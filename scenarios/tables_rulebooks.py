"""What rulebooks count: the words for goods, and the layout of a rulebook's file."""

from __future__ import annotations

from scenarios.columns import Table, number, text

# What a rulebook knows a product as. Scrap from outside; a mill's own returns are internal scrap.
MATERIALS = (
    "scrap",
    "internal_scrap",
    "pig_iron",
    "hot_metal",
    "gas_dri",
    "coal_dri",
    "hbi",
    "iron_ore",
    "sinter",
    "pellets",
    "coal",
    "coke",
    "crude_steel",
    "hot_rolled_steel",
)
CHAIN = "chain"  # the boundary of books that count accounts where they are booked
BOUNDARIES = (CHAIN, "crude_steel", "hot_rolled_steel")
ELECTRICITY = ("location", "market", "fixed", "none")
PARTS = ("about", "account", "direct", "electricity", "material", "freight", "output", "metal", "class")

RULEBOOK = Table(
    "rulebook",
    "A rulebook, one file each in `scenarios/rulebooks`: what it counts, by which factors, and its classes. "
    "A file of the same name in a folder `rulebooks` beside the tables of a case stands instead.",
    ("part", "what", "year"),
    (
        text(
            "part",
            "about: name, version, boundary, says; account: counted where it is booked; direct: of processes "
            "up to the boundary; electricity: location, market, fixed or none; material: factor of goods "
            "that arrive at a site that makes the boundary's product, or `footprint` for the supplier's own; "
            "freight: of such goods to that site; output: factor of what is made, instead of all else; "
            "metal: share of metal in what is charged; class: its line",
            required=True,
            choices=PARTS,
        ),
        text(
            "what", "see part: an account, a material, a class; `other`: materials not named", required=True
        ),
        number("year", "year", "from this year on; blank: always"),
        text("value", "see part: a word, a factor or, of a class, t per t at no scrap", required=True),
        number("full_scrap", "tCO2e/t", "of a class: its line where all metal charged is scrap"),
        text("unit", "unit of the value", default=""),
        text("note", "what to know of the row", default=""),
    ),
)
