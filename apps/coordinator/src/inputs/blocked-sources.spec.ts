import type { Bus } from '@waggle/bus';
import type { Log } from '@waggle/service';
import type { Audit } from '../engine/audit.js';
import { BlockedSources } from './blocked-sources.js';
import { SourcePositions } from './source-positions.js';

const LAST = 9;
const BLOCKING = 5;

describe('a message that the broker cannot copy', () => {
  let positions: SourcePositions;
  let blocked: BlockedSources;
  let removed: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    removed = [];
    positions = new SourcePositions();
    const bus = {
      request: async (asked: string, question: string) => {
        const { seq } = JSON.parse(question) as { seq: number };
        const none = seq > LAST || !asked.endsWith('SUBMIT');
        const header = Buffer.alloc(seq === BLOCKING && removed.length === 0 ? 65_500 : 10).toString('base64');
        return { json: () => (none ? { error: { err_code: 10037 } } : { message: { subject: 'wg.t1.submit.ann.f', seq, hdrs: header } }) };
      },
      purge: async (stream: string, _subject: string, { upTo }: { upTo: number }) => removed.push(`${stream} ${upTo}`),
    };
    const audit = { record: async () => undefined };
    const log = { warn: () => undefined, error: () => undefined };
    blocked = new BlockedSources(bus as unknown as Bus, positions, audit as unknown as Audit, log as unknown as Log);
    blocked.start();
  });
  afterEach(async () => {
    await blocked.stop();
    jest.useRealTimers();
  });

  it('is found behind what INPUT has copied, also once it was read past from the source itself', async () => {
    positions.came({ stream: 'SUBMIT', sequence: BLOCKING - 1 });
    positions.read({ stream: 'SUBMIT', sequence: LAST });
    await jest.advanceTimersByTimeAsync(3_000);
    expect(removed).toEqual([`SUBMIT ${BLOCKING}`]);
  });

  it('is not looked for where INPUT has come further', async () => {
    positions.came({ stream: 'SUBMIT', sequence: BLOCKING });
    await jest.advanceTimersByTimeAsync(3_000);
    expect(removed).toEqual([]);
  });
});
