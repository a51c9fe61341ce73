import { Supervisor, type Life } from './supervisor.js';

/** Lives whose ends the test decides. */
const lives = () => {
  const ends: ((why: string) => void)[] = [];
  const begun: (() => void)[] = [];
  let count = 0;
  const begin = async (): Promise<Life> => {
    count += 1;
    let end: (why: string) => void = () => undefined;
    const over = new Promise<string>((resolve) => (end = resolve));
    ends.push(end);
    begun.shift()?.();
    return { pid: count, over, stop: async () => end('stopped') };
  };
  return { begin, ends, next: () => new Promise<void>((resolve) => begun.push(resolve)), count: () => count };
};

describe('a supervised service', () => {
  test('is started again whenever it ends by itself, ever later, and not once it is stopped', async () => {
    const { begin, ends, next, count } = lives();
    const waits: number[] = [];
    const supervisor = new Supervisor('x', begin, { onDown: (_, wait) => waits.push(wait) });
    await supervisor.start();
    for (let times = 0; times < 3; times += 1) {
      const again = next();
      ends.at(-1)!('died');
      await again;
    }
    expect(waits).toEqual([100, 200, 400]);
    await supervisor.stop();
    expect(count()).toBe(4);
  });

  test('a first start that fails is thrown, a later one is tried again', async () => {
    await expect(new Supervisor('x', () => Promise.reject(new Error('no'))).start()).rejects.toThrow('no');
    const { begin, ends, next } = lives();
    let fail = false;
    const reasons: string[] = [];
    const flaky = async (): Promise<Life> => {
      if (!fail) return begin();
      fail = false;
      throw new Error('not yet');
    };
    const supervisor = new Supervisor('x', flaky, { onDown: (why) => reasons.push(why) });
    await supervisor.start();
    fail = true;
    const again = next();
    ends[0]!('died');
    await again;
    expect(reasons).toEqual(['died', 'not yet']);
    await supervisor.stop();
  });

  test('stopped while it starts: what comes up is stopped as well', async () => {
    let finish: (life: Life) => void = () => undefined;
    const stopped = jest.fn(async () => undefined);
    const supervisor = new Supervisor('x', () => new Promise<Life>((resolve) => (finish = resolve)));
    const started = supervisor.start();
    const ended = supervisor.stop();
    finish({ over: new Promise(() => undefined), stop: stopped });
    await Promise.all([started, ended]);
    expect(stopped).toHaveBeenCalledTimes(1);
  });

  test('is replaced with none away: the next life is up before the one there was ends, and is watched as that was', async () => {
    const { begin, ends, next, count } = lives();
    const stopped: number[] = [];
    const told: number[] = [];
    const supervisor = new Supervisor(
      'x',
      async () => {
        const life = await begin();
        return { ...life, stop: async () => (stopped.push(count()), life.stop()) };
      },
      { onDown: () => told.push(count()) },
    );
    await supervisor.start();
    await supervisor.replace();
    expect(supervisor.pid).toBe(2);
    expect(stopped).toEqual([2]);
    expect(told).toEqual([]);
    const again = next();
    ends[1]!('died');
    await again;
    expect(told).toEqual([2]);
    await supervisor.stop();
    expect(count()).toBe(3);
  });
});
