"""Product labels: which class a footprint earns, of what suppliers offer and of what the plan delivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_labels

if TYPE_CHECKING:
    from scenarios.scenario import Offers

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]
NO_LABEL = ""


@dataclass(frozen=True)
class ProductLabels:
    """Classes by product, (L,), each product's best first; ``largest`` is inf for the rest."""

    product: Labels = field(default_factory=no_labels)
    label: Labels = field(default_factory=no_labels)
    largest: Floats = field(default_factory=no_floats)

    def of(self, product: str, footprint: Floats) -> Labels:
        """Return the class of each footprint of a product; "" where it earns none."""
        footprint = np.asarray(footprint, dtype=float)
        found = np.full(footprint.shape, NO_LABEL, dtype=object)
        for row in np.flatnonzero(self.product == product)[::-1].tolist():
            found[footprint <= self.largest[row]] = self.label[row]
        return found


def make_labels(frame: pd.DataFrame) -> ProductLabels:
    """Return the classes of the table ``labels``, by product and threshold."""
    largest = frame["largest_footprint"].to_numpy(float)
    largest = np.where(np.isnan(largest), np.inf, largest)
    first = {name: n for n, name in enumerate(frame["product"].drop_duplicates())}
    of_product = np.array([first[name] for name in frame["product"]], dtype=np.int64)
    order = np.lexsort((largest, of_product))
    rows = frame.iloc[order]
    return ProductLabels(
        product=rows["product"].to_numpy(object),
        label=rows["label"].to_numpy(object),
        largest=largest[order],
    )


def good_enough(labels: ProductLabels, label: str, offers: Offers, product: Labels) -> Flags:
    """Return where offers are of a class or a better one by the footprint booked for them, (O, T)."""
    found = np.zeros(offers.footprint.shape, dtype=bool)
    for row in np.flatnonzero(labels.label == label).tolist():
        mine = product[offers.product] == labels.product[row]
        found[mine] = offers.booked_footprint[mine] <= labels.largest[row]
    return found


def labels_of_delivered(
    labels: ProductLabels, product: Labels, emitted: Floats, delivered: Floats
) -> tuple[Floats, Labels]:
    """Return the footprint (tCO2e per unit, nan without deliveries) and the class of what is delivered.

    Parameters
    ----------
    product : of each demand, (D,). emitted : tCO2e a year along the way of the goods, (D, T).
    delivered : units a year, (D, T).
    """
    footprint = np.divide(emitted, delivered, out=np.full_like(emitted, np.nan), where=delivered > 1e-9)
    found = np.full(footprint.shape, NO_LABEL, dtype=object)
    for d, name in enumerate(product):
        found[d] = labels.of(str(name), footprint[d])
    return footprint, found


def tagged_with_labels(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Return the tables with offers that carry the class of their first footprint as a tag, e.g. ``label_A``.

    Sourcing rules then bound what is bought of a class; the same when given again.
    """
    if not len(tables["labels"]):
        return tables
    labels, offers = make_labels(tables["labels"]), tables["offers"].copy()
    first = offers.groupby("offer", sort=False)["footprint"].transform("first")
    tags = []
    for product, footprint, own in zip(offers["product"], first, offers["tags"], strict=True):
        name = str(labels.of(str(product), np.array([footprint]))[0])  # none where it is blank
        tag = f"label_{name}"
        tags.append((*own, tag) if name and tag not in own else own)
    offers["tags"] = pd.Series(tags, index=offers.index, dtype=object)
    return {**tables, "offers": offers}
