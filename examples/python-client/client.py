"""Submits one task to a Waggle mesh and prints its outcome: the protocol, with nothing of Waggle's own installed.

    eval "$(npx waggle env)" && python client.py echo.echo '{"hello": "world"}'
"""

import asyncio
import json
import os
import sys
import uuid

import nats

TENANT = os.environ.get("WAGGLE_TENANT", "default")
ME = os.environ.get("WAGGLE_CLIENT", "client")  # the name we sign in with: a token of our subjects
TIMEOUT = 60


async def submit(nc, flow_id: str, payload: dict) -> None:
    """Stores the submission. As a request, so that a refusal is heard; the same id again changes nothing."""
    message = {"type": "waggle.submit.v1", "payload": payload}
    ack = await nc.request(f"wg.{TENANT}.submit.{ME}.{flow_id}", json.dumps(message).encode(), timeout=10)
    error = json.loads(ack.data).get("error")
    if error:
        raise RuntimeError(f"not stored: {error['description']} ({error['err_code']})")


async def outcome(nc, flow_id: str, answer: asyncio.Future) -> dict:
    """The one end of the flow. Subscribe first, then read the last value: either may come first."""
    subject = f"wg.{TENANT}.outcome.{ME}.{flow_id}"

    async def heard(message):
        if not answer.done():
            answer.set_result(message.data)

    await nc.subscribe(subject, cb=heard)
    last = await nc.request(f"mesh.API.DIRECT.GET.FLOW.{subject}", b"", timeout=10)
    if last.data and not answer.done():  # empty, with a 404 in its header: nothing is there yet
        answer.set_result(last.data)
    return json.loads(await asyncio.wait_for(answer, TIMEOUT))["payload"]


async def main(skill: str, value: str) -> int:
    nc = await nats.connect(
        os.environ.get("NATS_URL", "nats://127.0.0.1:4222"),
        nkeys_seed=os.environ.get("NATS_NKEY_SEED_FILE"),
        inbox_prefix=os.environ.get("NATS_INBOX_PREFIX", f"_INBOX.{ME}").encode(),
    )
    try:
        flow_id = str(uuid.uuid4())
        await submit(nc, flow_id, {"skill": skill, "input": json.loads(value)})
        end = await outcome(nc, flow_id, asyncio.get_running_loop().create_future())
        print(json.dumps(end, indent=2))
        return 0 if end["state"] == "COMPLETED" else 1
    finally:
        await nc.drain()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*(sys.argv[1:] or ["echo.echo", '{"hello": "world"}']))))
