"""Shim."""


def record(*args, **kwargs):
    raise NotImplementedError
