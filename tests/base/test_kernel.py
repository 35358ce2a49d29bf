"""The kernel of counted draws agrees with its door."""

from downrange.base import _kernel


def test_a_draw_of_the_kernel_is_the_draw_of_the_door():
    from downrange.base import normals, uniforms

    assert uniforms(9, 3, 2)[2, 1] == _kernel.uniform(9, 2, 1)
    assert normals(9, 3, 2)[2, 1] == _kernel.standard_normal(9, 2, 1)
