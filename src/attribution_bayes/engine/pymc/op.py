"""The recorded likelihood and its derivatives as PyTensor operations, for numba and for JAX.

Four operations on the same program: the log likelihood, its slope, its derivative along a direction, and that of the
slope. They provide first and second derivatives; there is no third. A fifth adds the components up.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply
from pytensor.link.jax.ops import JAXOp
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key
from pytensor.tensor.type import TensorType

from attribution_bayes.engine.pymc import circuit

Tensor = Any

CHANCES, ROOTS = 0, 4
"""Places among the inputs: chances; the program, whose last array is the roots; then weights, then a direction."""


class _Compiled(JAXOp):
    """An operation that `circuit` and `jax_circuit` know by the same name.

    PyTensor asks any `JAXOp` for `perform_jax`, so that JAX is imported only when somebody samples with it. Nothing
    else is taken from the class.
    """

    __props__ = ()
    name: ClassVar[str]

    def __init__(self) -> None:
        """Override what would import JAX."""

    def perform(self, _node: Apply, inputs: list[Any], outputs: list[list[Any]]) -> None:
        outputs[0][0] = getattr(circuit, self.name)(*inputs)

    def perform_jax(self, *inputs: Any) -> Any:
        from attribution_bayes.engine.pymc import jax_circuit

        return getattr(jax_circuit, self.name)(*inputs)


class _Chances(_Compiled):
    """The prior, the numbers that are drawn and the stated ones, each with its positions, to all chances.

    Three vectors and one minus them, joined by PyTensor and split again for the gradient, took seconds to compile.
    """

    name = "chances"

    def make_node(self, *inputs: Tensor) -> Apply:
        variables = [pt.as_tensor_variable(variable) for variable in inputs]
        size = sum(variable.type.shape[0] for variable in variables[3:6]) + 1
        return Apply(self, variables, [TensorType("float64", shape=(2 * size + variables[6].type.shape[0],))()])

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], cotangents: list[Tensor]) -> list[Tensor]:
        by_chance, size = cotangents[0], sum(places.type.shape[0] for places in inputs[3:6]) + 1
        slopes = [by_chance[places] - by_chance[size + places] for places in inputs[3:6]]
        return [*slopes, *(disconnected_type() for _ in inputs[3:])]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[place < 3] for place in range(len(node.inputs))]


class _Total(_Compiled):
    """Log likelihoods, shape (component, hypothesis), to their sums over the components.

    What PyTensor compiles for a sum along one axis takes seconds, as it sorts the strides of the array first.
    """

    name = "total"

    def make_node(self, logs: Tensor) -> Apply:
        logs = pt.as_tensor_variable(logs)
        return Apply(self, [logs], [TensorType("float64", shape=logs.type.shape[1:])()])

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], cotangents: list[Tensor]) -> list[Tensor]:
        return [pt.zeros_like(inputs[0]) + cotangents[0]]

    def connection_pattern(self, _node: Apply) -> list[list[bool]]:
        return [[True]]


class _Recorded(_Compiled):
    """An operation on a recorded program."""

    shaped_like: ClassVar[int]
    """The input that has the shape of the output."""

    def make_node(self, *inputs: Tensor) -> Apply:
        variables = [pt.as_tensor_variable(variable) for variable in inputs]
        return Apply(self, variables, [TensorType("float64", shape=variables[self.shaped_like].type.shape)()])

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[not CHANCES < place <= ROOTS] for place in range(len(node.inputs))]


class _LogLikelihood(_Recorded):
    """Chances to log likelihoods, shape (component, hypothesis)."""

    name, shaped_like = "log_likelihood", ROOTS

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], cotangents: list[Tensor]) -> list[Tensor]:
        return [_slope(*inputs, *cotangents), *_disconnected()]


class _Slope(_Recorded):
    """The derivative of a weighted sum of those log likelihoods by every chance."""

    name, shaped_like = "log_likelihood_slope", CHANCES

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], cotangents: list[Tensor]) -> list[Tensor]:
        *fixed, _weights = inputs
        return [_bend(*inputs, *cotangents), *_disconnected(), _along(*fixed, *cotangents)]


class _Along(_Recorded):
    """How the log likelihoods move as the chances move in a direction."""

    name, shaped_like = "log_likelihood_along", ROOTS

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], cotangents: list[Tensor]) -> list[Tensor]:
        *fixed, direction = inputs
        return [_bend(*fixed, *cotangents, direction), *_disconnected(), _slope(*fixed, *cotangents)]


class _Bend(_Recorded):
    """How the slope moves as the chances move in a direction."""

    name, shaped_like = "log_likelihood_bend", CHANCES

    def pullback(self, _inputs: list[Tensor], _outputs: list[Tensor], _cotangents: list[Tensor]) -> list[Tensor]:
        raise NotImplementedError("The log likelihood of a case has no third derivatives in PyTensor.")


def _disconnected() -> list[Tensor]:
    return [disconnected_type() for _ in range(CHANCES, ROOTS)]


chances, total = _Chances(), _Total()
log_likelihood, _slope, _along, _bend = _LogLikelihood(), _Slope(), _Along(), _Bend()

COMPILED_FORM = int(sha256(Path(circuit.__file__).read_bytes()).hexdigest()[:12], 16)
"""Changes with the source of the compiled operations, so that a cache on disk never serves an older one."""


@register_funcify_default_op_cache_key(_Compiled)
def _compiled(op: _Compiled, **_: Any) -> tuple[Any, int]:
    return getattr(circuit, op.name), COMPILED_FORM
