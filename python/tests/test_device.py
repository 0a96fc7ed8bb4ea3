import pytest
import torch

from adversarial_sampling import AdversarialSamplingError, resolve_device
from adversarial_sampling.device import device_name


def test_cpu_is_always_there() -> None:
    device = resolve_device("cpu")
    assert device == torch.device("cpu")
    assert isinstance(device_name(device), str)


def test_auto_takes_a_gpu_where_there_is_one() -> None:
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["gpu", "meta", "cuda:x"])
def test_unknown_devices_are_refused(name: str) -> None:
    with pytest.raises(AdversarialSamplingError, match="expected a device") as error:
        resolve_device(name)
    assert error.value.code == "usage"


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(AdversarialSamplingError, match="there is no device cuda:99") as error:
        resolve_device("cuda:99")
    assert error.value.code == "environment"
