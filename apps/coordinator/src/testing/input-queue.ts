import type { Bus, Delivery } from '@waggle/bus';
import { inputConsumer, parseInputSubject, type InputAddress } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';

/** For so many milliseconds the broker leaves an input of the only partition to who took it; for queues that are taken from hereafter. */
export const setAckWait = async (see: Bus, millis: number): Promise<void> => {
  const durable = inputConsumer(0);
  const { config } = (await see.request(`$JS.API.CONSUMER.INFO.INPUT.${durable}`, '')).json<{ config: object }>();
  const asked = { stream_name: 'INPUT', config: { ...config, ack_wait: millis * 1e6 } };
  const changed = await see.request(`$JS.API.CONSUMER.DURABLE.CREATE.INPUT.${durable}`, JSON.stringify(asked));
  expect(changed.json<{ config?: { ack_wait: number } }>().config?.ack_wait).toBe(millis * 1e6);
};

/** Takes an input of this kind out of the only partition's queue. What comes before it goes back: a copy may be late. */
export const takeInput = async (see: Bus, kind: InputAddress['kind']): Promise<Delivery> => {
  const queue = await see.queue('INPUT', inputConsumer(0));
  const others: Delivery[] = [];
  const found = await eventually(async () => {
    const [delivery] = await queue.take(1, { wait: 1_000 });
    if (delivery === undefined || parseInputSubject(delivery.subject)?.kind === kind) return delivery;
    others.push(delivery);
    return undefined;
  });
  for (const other of others) other.nak();
  return found;
};
