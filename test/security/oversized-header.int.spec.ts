import { headers } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { cleanupLater, eventually, testBroker } from '@waggle/testkit';

jest.setTimeout(30_000);

/**
 * The server takes headers of up to 64 KiB, and adds one of its own to each copy: the copy of such a message does not
 * fit, and the server tries it for ever. What stands behind it in the same source waits. The coordinator finds and
 * removes it: apps/coordinator/src/blocked-sources.int.spec.ts.
 */
it('a header of almost 64 KiB stops its source until that message is removed, which the coordinator does', async () => {
  const broker = await testBroker({});
  const nc = await connect({ servers: broker.url });
  cleanupLater(() => nc.close());
  const inputs = async (): Promise<string[]> => {
    const answer = await nc.request('$JS.API.STREAM.INFO.INPUT', '{"subjects_filter":">"}');
    return Object.keys(answer.json<{ state: { subjects?: object } }>().state.subjects ?? {});
  };
  const arrived = async (flow: string): Promise<boolean> => (await inputs()).some((subject) => subject.includes(`.${flow}.`));
  const long = headers();
  long.set('X', 'x'.repeat(65_500));

  expect((await nc.request('wg.t.submit.me.long', '{}', { headers: long, timeout: 2_000 })).string()).toContain('"seq":1');
  await nc.request('wg.t.submit.me.behind', '{}');
  await nc.request('wg.t.result.echo.other.a.1', '{}');
  await eventually(() => arrived('other'));
  expect(await arrived('behind')).toBe(false);

  await nc.request('$JS.API.STREAM.PURGE.SUBMIT', '{"filter":"wg.t.submit.me.long"}');
  await eventually(() => arrived('behind'), { timeout: 20_000, every: 100 });
  expect(await arrived('long')).toBe(false);
});
