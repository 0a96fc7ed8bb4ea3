from __future__ import annotations

import json
import struct

import pytest

from adversarial_sampling.canonical import javascript_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.15, "0.15"),
        (-1e-5, "-0.00001"),
        (1e-6, "0.000001"),
        (9.5e-7, "9.5e-7"),
        (1e16, "10000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(value: float, text: str) -> None:
    assert javascript_json(value) == text


def test_every_number_is_read_as_it_was() -> None:
    for bits in range(0, 0x7FF0_0000_0000_0000, 0x0007_F00F_1234_5677):
        (value,) = struct.unpack("<d", struct.pack("<Q", bits))
        assert float(json.loads(javascript_json(value))) == value


def test_the_rest_is_json_without_blanks() -> None:
    value = {"a": [1, None, True, (0.5,)], "ü": '"\n', "b": {}}
    text = javascript_json(value)
    assert text == '{"a":[1,null,true,[0.5]],"ü":"\\"\\n","b":{}}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        javascript_json(float("nan"))
