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
LOOK_AGAIN = 2  # seconds


async def submit(nc, flow_id: str, payload: dict) -> None:
    """Stores the submission. As a request, so that a refusal is heard; the same id again changes nothing."""
    message = {"type": "waggle.submit.v1", "payload": payload}
    ack = await nc.request(f"wg.{TENANT}.submit.{ME}.{flow_id}", json.dumps(message).encode(), timeout=10)
    error = json.loads(ack.data).get("error")
    if error:
        raise RuntimeError(f"not stored: {error['description']} ({error['err_code']})")


async def outcome(nc, flow_id: str) -> dict:
    """The one end of the flow. Subscribe first, then read: either may come first. What is heard only wakes; what is stored counts."""
    subject = f"wg.{TENANT}.outcome.{ME}.{flow_id}"
    woken = asyncio.Event()

    async def heard(_):
        woken.set()

    await nc.subscribe(subject, cb=heard)
    while True:
        woken.clear()
        last = await nc.request(f"mesh.API.DIRECT.GET.FLOW.{subject}", b"", timeout=10)
        if last.data:  # empty, with a 404 in its header: nothing is there yet
            return json.loads(last.data)["payload"]
        try:
            await asyncio.wait_for(woken.wait(), LOOK_AGAIN)
        except asyncio.TimeoutError:
            pass  # what is heard may be ahead of what is stored


async def main(skill: str, value: str) -> int:
    nc = await nats.connect(
        os.environ.get("NATS_URL", "nats://127.0.0.1:4222"),
        nkeys_seed=os.environ.get("NATS_NKEY_SEED_FILE"),
        inbox_prefix=os.environ.get("NATS_INBOX_PREFIX", f"_INBOX.{ME}").encode(),
    )
    try:
        flow_id = str(uuid.uuid4())
        await submit(nc, flow_id, {"skill": skill, "input": json.loads(value)})
        end = await asyncio.wait_for(outcome(nc, flow_id), TIMEOUT)
        print(json.dumps(end, indent=2))
        return 0 if end["state"] == "COMPLETED" else 1
    finally:
        await nc.drain()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*(sys.argv[1:] or ["echo.echo", '{"hello": "world"}']))))
