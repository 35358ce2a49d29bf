"""Many floats that a kernel takes for one: the type under numba with which one source serves a body or sixteen.

A kernel of bare arithmetic (+ - * /, square root, min, max, int() of what is not negative, table[row, column]) compiles
for `Lanes` as it does for a float: in each lane the same operations in the same order, hence the same bits. LLVM makes
of them what the machine has: two instructions for sixteen with AVX-512, four with AVX2, eight with SSE2 or NEON.
Sixteen, not eight: two independent halves hide how long a root or a division takes (1.4 times as fast as eight).
"""

# ruff: noqa: ANN401 - what the compiler of numba hands over has no types
from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typeconv.castgraph import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

LANES = 16
_F64, _I64, _I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_FLOATS, _INTS, _BITS = (ir.VectorType(t, LANES) for t in (_F64, _I64, ir.IntType(1)))
_POINTERS = ir.VectorType(_F64.as_pointer(), LANES)


class Lanes(types.Type):
    """Floats, one a lane."""

    def can_convert_from(self, _typingctx: Any, other: types.Type) -> Conversion | None:
        """Say that a number may stand for as many of it."""
        return Conversion.promote if isinstance(other, types.Number | LaneRows) else None


class LaneRows(types.Type):
    """Row numbers of tables, one a lane."""

    def can_convert_from(self, _typingctx: Any, other: types.Type) -> Conversion | None:
        """Say that an integer may stand for as many of it."""
        return Conversion.promote if isinstance(other, types.Integer) else None


class LaneBits(types.Type):
    """Answers of a comparison, one a lane."""


# The names are keys of numba's cache on disk: they must differ where the count does.
lanes, lane_rows, lane_bits = Lanes(f"lanes{LANES}"), LaneRows(f"lane_rows{LANES}"), LaneBits(f"lane_bits{LANES}")


def _stands_for(kind: type, vector: Any) -> None:
    """Say by which LLVM vector a type is held."""

    @register_model(kind)
    class _Model(models.PrimitiveModel):
        def __init__(self, dmm: Any, fe_type: Any) -> None:
            models.PrimitiveModel.__init__(self, dmm, fe_type, vector)


_stands_for(Lanes, _FLOATS)
_stands_for(LaneRows, _INTS)
_stands_for(LaneBits, _BITS)


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """Return a vector of one value in every lane."""
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES))


@lower_cast(types.Number, Lanes)
def _number_to_lanes(context: Any, builder: Any, fromty: Any, _toty: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, fromty, types.float64), _FLOATS)


@lower_cast(types.Integer, LaneRows)
def _integer_to_rows(context: Any, builder: Any, fromty: Any, _toty: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, fromty, types.int64), _INTS)


@lower_cast(LaneRows, Lanes)
def _rows_to_lanes(_context: Any, builder: Any, _fromty: Any, _toty: Any, value: Any) -> Any:
    return builder.sitofp(value, _FLOATS)


def _teach(function: Any, takes: tuple[Any, ...], gives: Any, emit: Callable[..., Any]) -> None:
    """Teach numba what one function makes of lanes; a number may stand in for lanes where another argument has them."""

    @infer_global(function)
    class _Template(AbstractTemplate):
        def generic(self, args: Any, _kws: Any) -> Any:
            fits = len(args) == len(takes) and any(a == t for a, t in zip(args, takes, strict=True))
            if fits and all(self.context.can_convert(a, t) is not None for a, t in zip(args, takes, strict=True)):
                return signature(gives, *takes)
            return None

    @lower_builtin(function, *takes)
    def _lower(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return emit(builder, *args)


def _sqrt(builder: Any, x: Any) -> Any:
    kind = ir.FunctionType(_FLOATS, [_FLOATS])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{LANES}f64"), [x])


_two = (lanes, lanes)
_teach(operator.add, _two, lanes, lambda b, x, y: b.fadd(x, y))
_teach(operator.sub, _two, lanes, lambda b, x, y: b.fsub(x, y))
_teach(operator.mul, _two, lanes, lambda b, x, y: b.fmul(x, y))
_teach(operator.truediv, _two, lanes, lambda b, x, y: b.fdiv(x, y))
_teach(operator.neg, (lanes,), lanes, lambda b, x: b.fneg(x))
_teach(math.sqrt, (lanes,), lanes, _sqrt)
# As Python's: the second where it is less (more), so that a bound written first holds for what is no number too.
_teach(min, _two, lanes, lambda b, x, y: b.select(b.fcmp_ordered("<", y, x), y, x))
_teach(max, _two, lanes, lambda b, x, y: b.select(b.fcmp_ordered(">", y, x), y, x))
_teach(int, (lanes,), lane_rows, lambda b, x: b.fptosi(x, _INTS))
_teach(operator.lt, _two, lane_bits, lambda b, x, y: b.fcmp_ordered("<", x, y))
_teach(operator.le, _two, lane_bits, lambda b, x, y: b.fcmp_ordered("<=", x, y))
_teach(operator.gt, _two, lane_bits, lambda b, x, y: b.fcmp_ordered(">", x, y))
_teach(operator.and_, (lane_bits, lane_bits), lane_bits, lambda b, x, y: b.and_(x, y))
_teach(operator.or_, (lane_bits, lane_bits), lane_bits, lambda b, x, y: b.or_(x, y))
_teach(operator.invert, (lane_bits,), lane_bits, lambda b, x: b.not_(x))


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    """table[rows, column] and tables[which, rows, column] of contiguous arrays."""

    def generic(self, args: Any, _kws: Any) -> Any:
        table, index = args
        if not (isinstance(table, types.Array) and table.layout == "C" and isinstance(index, types.BaseTuple)):
            return None
        parts = list(args[1])
        if len(parts) != table.ndim or not any(isinstance(i, LaneRows) for i in parts):
            return None
        return signature(lanes, table, types.UniTuple(lane_rows, len(parts)))


@lower_builtin(operator.getitem, types.Array, types.UniTuple(lane_rows, 2))
@lower_builtin(operator.getitem, types.Array, types.UniTuple(lane_rows, 3))
def _getitem(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table = context.make_array(sig.args[0])(context, builder, args[0])
    place = _spread(builder, builder.ptrtoint(table.data, _I64), _INTS)
    strides = cgutils.unpack_tuple(builder, table.strides)
    for rows, stride in zip(cgutils.unpack_tuple(builder, args[1]), strides, strict=True):
        place = builder.add(place, builder.mul(rows, _spread(builder, stride, _INTS)))
    kind = ir.FunctionType(_FLOATS, [_POINTERS, _I32, _BITS, _FLOATS])
    gather = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.gather.v{LANES}f64.v{LANES}p0")
    everywhere, nothing = ir.Constant(_BITS, [1] * LANES), ir.Constant(_FLOATS, ir.Undefined)
    return builder.call(gather, [builder.inttoptr(place, _POINTERS), ir.Constant(_I32, 8), everywhere, nothing])


def _where(_typingctx: Any, bits: Any, yes: Any, no: Any) -> Any:
    """Return lane by lane the first where the answer is yes, else the second; a number stands for as many of it."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        cast = [context.cast(builder, a, t, lanes) for a, t in zip(args[1:], sig.args[1:], strict=True)]
        return builder.select(args[0], *cast)

    return lanes(bits, yes, no), emit


def _numbers_of(_typingctx: Any, bits: Any) -> Any:
    """Return the answers as the bits of an integer, lane 0 the lowest."""

    def emit(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.zext(builder.bitcast(args[0], ir.IntType(LANES)), _I64)

    return types.int64(bits), emit


def _place(context: Any, builder: Any, sig: Any, args: Any, vector: Any) -> Any:
    """Return the pointer to a row of a contiguous (n, LANES) array."""
    array = context.make_array(sig.args[0])(context, builder, args[0])
    start = builder.gep(array.data, [builder.mul(args[1], ir.Constant(_I64, LANES))])
    return builder.bitcast(start, vector.as_pointer())


def _load(_typingctx: Any, array: Any, _row: Any) -> Any:
    """Return a row of a contiguous (n, LANES) array, of floats or of row numbers."""
    kind, vector = (lanes, _FLOATS) if array.dtype == types.float64 else (lane_rows, _INTS)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, sig, args, vector), align=8, typ=vector)

    return kind(array, types.int64), emit


def _store(_typingctx: Any, array: Any, _row: Any, _value: Any) -> Any:
    """Write a row of a contiguous (n, LANES) array of floats."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _place(context, builder, sig, args, _FLOATS), align=8)
        return context.get_dummy_value()

    return types.void(array, types.int64, lanes), emit


# What the compiler sees as (array, row) and so on; the first argument above is its own.
where: Callable[..., Any] = intrinsic(_where)
numbers_of: Callable[..., Any] = intrinsic(_numbers_of)
load: Callable[..., Any] = intrinsic(_load)
store: Callable[..., Any] = intrinsic(_store)
