"""What schemathesis holds of every answer besides its own checks: a refusal is a problem document of a
registered type (RFC 9457). The test passes the registered codes in QUARTERDECK_PROBLEM_CODES."""

import os

import schemathesis

CODES = set(os.environ["QUARTERDECK_PROBLEM_CODES"].split(","))
# Health is an answer of its own where a component is down.
NO_PROBLEM = {("ops.health", 503)}


@schemathesis.check
def is_a_registered_problem(ctx, response, case):
    operation = case.operation.definition.raw.get("operationId")
    if response.status_code < 400 or (operation, response.status_code) in NO_PROBLEM:
        return
    content_type = response.headers.get("content-type")
    assert content_type == ["application/problem+json"], f"{response.status_code} as {content_type}"
    if case.method == "HEAD":
        return
    problem = response.json()
    assert problem["code"] in CODES, f"{problem['code']} is not registered"
    assert problem["type"] == f"urn:quarterdeck:problem:{problem['code']}"
    assert problem["status"] == response.status_code
    assert [problem["request_id"]] == response.headers.get("x-request-id")
