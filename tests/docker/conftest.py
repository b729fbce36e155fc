# SPDX-License-Identifier: MIT
"""What the README's Docker quickstart builds and starts."""

import pytest

from support.images import BUILD_LIMIT, IMAGES, STEP_LIMIT, inspect, quickstart, remove, shell, wait_until


@pytest.fixture(scope="session")
def images() -> tuple[str, ...]:
    """Built by the README's first block."""
    shell(quickstart()[0], BUILD_LIMIT)
    return IMAGES


@pytest.fixture(scope="module")
def gateway(images):
    """Running, and healthy by the images' own checks."""
    remove()
    try:
        shell(quickstart()[1], STEP_LIMIT)
        for name in images:
            wait_until(lambda: inspect(name)["State"]["Health"]["Status"] == "healthy", 40, f"{name} is healthy")
        yield
    finally:
        remove()
