import type { Job } from './job.js';
import { Lanes } from './lanes.js';

const job = (internal?: true, speaker = 'ann'): Job =>
  ({
    input: { kind: 'signal', speaker },
    bytes: 1,
    deliveries: 1,
    done: () => undefined,
    again: () => undefined,
    internal,
  }) as unknown as Job;

describe('lanes', () => {
  let lanes: Lanes;
  /** In the order in which they began, and how each ends. */
  let begun: { flowId: string; end: () => void }[];

  const put = (tenant: string, flowId: string, internal?: true): void => lanes.put({ tenant, flowId }, job(internal));
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const names = (): string[] => begun.map(({ flowId }) => flowId);

  beforeEach(() => {
    begun = [];
    lanes = new Lanes();
    lanes.serve((key) => new Promise((resolve) => begun.push({ flowId: key.flowId, end: resolve })));
  });

  it('a tenant that is alone has the whole width', async () => {
    for (let n = 0; n < 100; n++) put('loud', `l${n}`);
    await settle();
    expect(begun).toHaveLength(64);
  });

  it('one that comes into company is at work next, and the others’ share shrinks to a few', async () => {
    for (let n = 0; n < 100; n++) put('loud', `l${n}`);
    await settle();
    put('quiet', 'q0');
    for (let n = 0; n < 57; n++) begun[n]!.end();
    await settle();
    // the first place that was free went to it, and none to those who have too many at work
    expect(names().slice(64)).toEqual(['q0', 'l64']);
    put('quiet', 'q1');
    await settle();
    expect(names().slice(66)).toEqual(['q1']);
  });

  it('in company a tenant waits for its own only', async () => {
    put('quiet', 'q0');
    for (let n = 0; n < 50; n++) put('loud', `l${n}`);
    for (let n = 1; n < 5; n++) put('quiet', `q${n}`);
    await settle();
    expect(names()).toEqual(['q0', 'l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6', 'l7', 'q1', 'q2', 'q3', 'q4']);
    begun[1]!.end();
    await settle();
    expect(names().slice(13)).toEqual(['l8']);
  });

  it('of one tenant, those who speak take turns', async () => {
    for (let n = 0; n < 100; n++) put('all', `l${n}`);
    lanes.put({ tenant: 'all', flowId: 'other' }, job(undefined, 'ben'));
    await settle();
    begun[0]!.end();
    begun[1]!.end();
    await settle();
    expect(names().slice(64)).toEqual(['l64', 'other']);
  });

  it('what comes from inside waits for nobody', async () => {
    put('quiet', 'q0');
    for (let n = 0; n < 20; n++) put('loud', `l${n}`);
    put('loud', 'l15', true);
    await settle();
    expect(names().at(-1)).toBe('l15');
    expect(begun).toHaveLength(10);
  });
});
