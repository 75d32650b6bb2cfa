"""Elements of array components: Pyomo objects that are views into the component's arrays.

They are made when somebody touches one (``model.flow[3]``) or iterates over the component, which is
what stock Pyomo writers do; `optimizer.bridge` never makes one.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.core.base.constraint import ConstraintData
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression, RangedExpression
from pyomo.core.staleflag import StaleFlagManager

if TYPE_CHECKING:
    from optimizer.arrays import ArrayConstraint, ArrayVar


class LazyElements:
    """Mixin: elements appear in ``_data`` when touched one by one, all of them when iterated over."""

    n: int
    _data: dict[int, Any]
    _index_set: Any

    def _make_element(self, index: int) -> Any:
        raise NotImplementedError

    def _getitem_when_not_present(self, index: Any) -> Any:
        index = int(index)
        element = self._data[index] = self._make_element(index)
        return element

    def __len__(self) -> int:
        return self.n

    def __contains__(self, index: object) -> bool:
        return index in self._index_set

    def __delitem__(self, index: object) -> None:
        message = "elements of an array component cannot be deleted: fix the variable or deactivate the row"
        raise TypeError(message)

    def keys(self, *args: Any, **keywords: Any) -> Iterator[int]:
        """Return the indices; stock Pyomo writers come through here, so every element is made."""
        if len(self._data) < self.n:
            with PauseGC():
                present = self._data
                self._data = {i: present[i] if i in present else self._make_element(i) for i in range(self.n)}
        keys: Iterator[int] = super().keys(*args, **keywords)  # type: ignore[misc]
        return keys


class ArrayVarData(VarData):
    """One element of an `ArrayVar`; its numbers are views into the component's arrays."""

    def __init__(self, component: ArrayVar, index: int) -> None:
        self._component = weakref.ref(component)
        self._index = index
        self._stale = 0 if math.isnan(component.value_array[index]) else StaleFlagManager.get_flag(0)

    def __getstate__(self) -> list[Any]:
        # The base class would copy slots that are only views here.
        return [self._component(), self._index, StaleFlagManager.stale_mapper(encode=True, value=self._stale)]

    def __setstate__(self, state: list[Any]) -> None:
        component, self._index, stale = state
        self._component = weakref.ref(component)
        self._stale = StaleFlagManager.stale_mapper(encode=False, value=stale)

    @property
    def _owner(self) -> Any:
        return self._component()

    @property
    def _lb(self) -> float | None:
        bound = float(self._owner.lower[self._index])
        return None if bound == -math.inf else bound

    @_lb.setter
    def _lb(self, bound: Any) -> None:
        self._owner.lower[self._index] = -math.inf if bound is None else pyo.value(bound)

    @property
    def _ub(self) -> float | None:
        bound = float(self._owner.upper[self._index])
        return None if bound == math.inf else bound

    @_ub.setter
    def _ub(self, bound: Any) -> None:
        self._owner.upper[self._index] = math.inf if bound is None else pyo.value(bound)

    @property
    def _value(self) -> float | None:
        number = float(self._owner.value_array[self._index])
        return None if math.isnan(number) else number

    @_value.setter
    def _value(self, number: float | None) -> None:
        self._owner.value_array[self._index] = math.nan if number is None else number

    @property
    def _fixed(self) -> bool:
        return bool(self._owner.fixed_mask[self._index])

    @_fixed.setter
    def _fixed(self, fixed: bool) -> None:
        self._owner.fixed_mask[self._index] = fixed

    @property
    def _domain(self) -> Any:
        if self._owner.binary:
            return pyo.Binary
        return pyo.Integers if self._owner.whole else pyo.Reals

    @_domain.setter
    def _domain(self, _: Any) -> None:
        message = f"the domain of {self.name} is its whole ArrayVar's: pass binary= or integer= there"
        raise TypeError(message)


class ArrayConstraintData(ConstraintData):
    """One row of an `ArrayConstraint`; its expression is built when asked for."""

    def __init__(self, component: ArrayConstraint, index: int) -> None:
        self._component = weakref.ref(component)
        self._index = index

    def __getstate__(self) -> list[Any]:
        return [self._component(), self._index]

    def __setstate__(self, state: list[Any]) -> None:
        component, self._index = state
        self._component = weakref.ref(component)

    @property
    def _owner(self) -> Any:
        return self._component()

    @property
    def _active(self) -> bool:
        return bool(self._owner.active_mask[self._index])

    @_active.setter
    def _active(self, active: bool) -> None:
        self._owner.active_mask[self._index] = active

    @property
    def _expr(self) -> Any:
        component, index = self._owner, self._index
        matrix = component.matrix
        entries = slice(matrix.indptr[index], matrix.indptr[index + 1])
        body = LinearExpression(
            constant=0,
            linear_coefs=matrix.data[entries].tolist(),
            linear_vars=[component.element(j) for j in matrix.indices[entries].tolist()],
        )
        lower, upper = float(component.lower[index]), float(component.upper[index])
        if lower == upper:
            return EqualityExpression((body, upper))
        if lower == -math.inf:
            return InequalityExpression((body, upper), strict=False)
        if upper == math.inf:
            return InequalityExpression((lower, body), strict=False)
        return RangedExpression((lower, body, upper), strict=False)

    def set_value(self, expr: Any) -> None:  # noqa: ARG002 (the name is Pyomo's)
        """Refuse: the row belongs to the component's matrix."""
        message = f"{self.name} is a row of an ArrayConstraint: change its lower, upper or matrix arrays"
        raise TypeError(message)
