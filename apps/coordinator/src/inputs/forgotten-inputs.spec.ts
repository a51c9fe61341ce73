import type { Bus, BusHealth, StoredMessage } from '@waggle/bus';
import type { Log } from '@waggle/service';
import { ForgottenInputs } from './forgotten-inputs.js';
import type { Intake } from './intake.js';
import { SourcePositions } from './source-positions.js';

const T0 = Date.parse('2026-01-01T12:00:00Z');

describe('inputs read from their source', () => {
  let tell: (health: Pick<BusHealth, 'ready'>) => void;
  let figures: jest.Mock;
  let since: Date[];
  let taken: number[];
  let positions: SourcePositions;
  let forgotten: ForgottenInputs;

  const begin = async (mayForget: boolean): Promise<void> => {
    [taken, since] = [[], []];
    positions = new SourcePositions();
    figures = jest.fn(async () => ({ mayForget, time: new Date(Date.now()), lastTime: new Date(T0 - 60_000) }));
    const bus = {
      health: { ready: true },
      onHealth: (listener: typeof tell) => ((tell = listener), () => undefined),
      figures,
      read: async (stream: string, _filter: string, options: { since?: Date; after?: number; limit: number }) => {
        if (stream !== 'SUBMIT') return [];
        if (options.since) since.push(options.since);
        const from = options.since ? 0 : options.after!;
        return [1, 2, 3]
          .filter((sequence) => sequence > from)
          .slice(0, options.limit)
          .map((sequence) => ({ sequence }));
      },
    };
    const intake = {
      takeStored: async (_stream: string, { sequence }: StoredMessage) => {
        taken.push(sequence);
        return sequence !== 2;
      },
    };
    const log = { info: () => undefined, warn: () => undefined };
    forgotten = new ForgottenInputs(bus as unknown as Bus, intake as unknown as Intake, positions, log as unknown as Log);
    forgotten.start();
    await jest.advanceTimersByTimeAsync(0);
  };

  beforeEach(() => jest.useFakeTimers({ now: T0 }));
  afterEach(async () => {
    await forgotten.stop();
    jest.useRealTimers();
  });

  it('are read again, ever more seldom, while they cannot be dealt with, and not any more when INPUT brings them', async () => {
    await begin(true);
    expect(taken).toEqual([1, 2, 3, 2]);
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    expect(taken.length).toBeGreaterThan(30);
    expect(taken.length).toBeLessThan(60);
    expect(new Set(taken.slice(4))).toEqual(new Set([2]));
    positions.came({ stream: 'SUBMIT', sequence: 2 });
    await jest.advanceTimersByTimeAsync(60_000);
    const { length } = taken;
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect(taken).toHaveLength(length);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are read from ten minutes before the broker was last there, after each break, and nothing is asked in between', async () => {
    await begin(true);
    positions.came({ stream: 'SUBMIT', sequence: 2 });
    await jest.advanceTimersByTimeAsync(60_000);
    const asked = figures.mock.calls.length;
    await jest.advanceTimersByTimeAsync(59 * 60_000);
    expect(figures).toHaveBeenCalledTimes(asked);
    tell({ ready: false });
    await jest.advanceTimersByTimeAsync(30 * 60_000);
    tell({ ready: true });
    await jest.advanceTimersByTimeAsync(0);
    const minutes = since.map((time) => Math.round((time.getTime() - T0) / 60_000));
    expect(minutes).toEqual([-11, 50]);
  });

  it('are left to a broker that forgets nothing', async () => {
    await begin(false);
    expect(taken).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
