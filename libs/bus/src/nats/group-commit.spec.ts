import { GroupCommit } from './group-commit.js';
import type { Outbox } from './outbox.js';
import type { Question, Wire } from './wire.js';

/** A stream that takes batches and has not answered the last question yet. */
const busyStream = async () => {
  const asked: Question<unknown>[] = [];
  const answers: ((verdict: unknown) => void)[] = [];
  const wire = {
    isConnected: true,
    ask: (question: Question<unknown>) => {
      asked.push(question);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  const group = new GroupCommit(wire as unknown as Wire, { say: () => undefined } as unknown as Outbox);
  const alone: string[] = [];
  let free: () => void = () => undefined;
  const write = (subject: string, timeout = 10_000, body = Buffer.from('x')): Promise<unknown> =>
    group.write({
      subject,
      body,
      deadline: performance.now() + timeout,
      stored: (sequence) => sequence,
      alone: () => {
        alone.push(subject);
        return new Promise<void>((resolve) => (free = resolve));
      },
    });
  const first = write('first');
  const second = write('second');
  answers.shift()!({ last: 1 });
  await second;
  return { group, asked, answers, alone, write, free: () => (free(), first) };
};

describe('a stream that is slow to answer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is given nothing twice: what cannot wait is given up in its time, and all else is stored', async () => {
    const { asked, answers, alone, write, free } = await busyStream();
    const said = Array.from({ length: 40 }, (_, n) => write(`s${n}`, 30_000));
    const hasty = Promise.allSettled([write('sent', 3_000)]);
    await free();
    await jest.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2);
    const waiting = Promise.allSettled([write('waiting', 1_000)]);
    await jest.advanceTimersByTimeAsync(1_200);
    expect(await waiting).toMatchObject([{ reason: { code: 'BUS_TIMEOUT' } }]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await hasty).toMatchObject([{ reason: { code: 'BUS_TIMEOUT' } }]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(alone).toEqual(['first']);
    expect(asked[1]!.patience).toBe(10_000);
    answers.shift()!({ last: 100 });
    expect(await Promise.all(said)).toEqual(said.map((_, n) => 60 + n));
    expect(alone).toEqual(['first']);
  });

  it('of which nothing is heard for very long is asked about what can wait still, and about nothing else', async () => {
    const { answers, alone, write, free } = await busyStream();
    for (let n = 0; n < 30; n++) void write(`patient${n}`, 60_000);
    const over = Promise.allSettled(Array.from({ length: 30 }, (_, n) => write(`s${n}`)));
    await free();
    await jest.advanceTimersByTimeAsync(10_200);
    answers.shift()!('unknown');
    await jest.advanceTimersByTimeAsync(0);
    expect((await over).every(({ status }) => status === 'rejected')).toBe(true);
    expect(alone.filter((subject) => !subject.startsWith('patient'))).toEqual(['first']);
    expect(alone).toHaveLength(31);
  });

  it('lets wait what memory has room for, by bytes', async () => {
    const { group, write } = await busyStream();
    const large = Buffer.alloc(1 << 20);
    const said: Promise<unknown>[] = [];
    while (group.waiting < 127) said.push(write(`s${said.length}`, 10_000, large));
    await expect(write('one too many', 10_000, large)).rejects.toMatchObject({ code: 'OVERLOADED' });
    const given = Promise.allSettled(said);
    await jest.advanceTimersByTimeAsync(10_200);
    expect((await given).map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual(
      said.map(() => 'BUS_TIMEOUT'),
    );
    const again = write('there is room again', 100, large);
    await expect(Promise.all([again, jest.advanceTimersByTimeAsync(300)])).rejects.toMatchObject({ code: 'BUS_TIMEOUT' });
  });
});
