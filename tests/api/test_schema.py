"""The description of the API and the API agree, whatever is sent (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from scenescout_tui.api.limits import Limits
from tests.api.served import TOKEN, served

AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}
#: What the check of wrong data expects by itself, and 413, which here is a matter of the number of events.
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
CONFIG = {
    "checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}},
    # A query nobody knows is passed over, as everywhere on the web.
    "generation": {"allow-extra-parameters": False},
}
QUIET = [hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The description of a server; few events per post, or the largest post would take a minute."""
    with served(tmp_path_factory.mktemp("schema") / "events.db", Limits(events=20)) as api:
        yield schemathesis.openapi.from_url(
            f"{api.url}/openapi.json", headers=AUTHORIZATION, config=SchemathesisConfig.from_dict(CONFIG)
        )


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis.settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
def test_every_answer_is_as_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=AUTHORIZATION)


@pytest.mark.torture
@schema.parametrize()
@hypothesis.settings(max_examples=100, deadline=None, suppress_health_check=QUIET)
def test_a_hundred_answers_of_each_kind_are_as_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=AUTHORIZATION)
