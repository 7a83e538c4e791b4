"""What does the file of the reader's model hold? Its arrays, written and read as they are."""

from __future__ import annotations

import io
from zipfile import BadZipFile

import numpy as np

from parley.errors import BadInput
from parley.nlu.features import ROWS
from parley.nlu.model import COLUMNS, MEASURES, Model


def dump_model(model: Model) -> bytes:
    """Return the file of *model*; the same model gives the same bytes."""
    out = io.BytesIO()
    arrays = {name: np.asarray(getattr(model, name)) for name in model.__slots__}
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def load_model(data: bytes) -> Model:
    """Return the model in the bytes of a file. Raises BadInput where they are none of ours."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in Model.__slots__}
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as problem:
        raise _bad(type(problem).__name__) from None
    if arrays["weights"].shape != (ROWS, COLUMNS) or arrays["judge"].shape != (len(MEASURES),):
        raise _bad("other shapes")
    plain = {"most_odd": float(arrays["most_odd"]), "inside": int(arrays["inside"])}
    return Model(**{**arrays, **plain, "made_from": str(arrays["made_from"])})


def _bad(why: str) -> BadInput:
    return BadInput(
        f"the model of the reader cannot be read ({why}); install Parley again or run make train",
        f"读取回复的模型无法载入（{why}）；请重新安装或运行 make train",
    )
