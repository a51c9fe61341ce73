import { eventually } from '@waggle/testkit';
import { LateTimers } from './late-timers.js';

const KEY = { tenant: 't', flowId: 'f' };

describe('a timer put off', () => {
  let late: LateTimers;
  beforeEach(() => (late = new LateTimers()));
  afterEach(() => late.onModuleDestroy());

  it('that cannot be stored is told to who waits for it, and troubles nobody else', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): unknown => unheard.push(reason);
    process.on('unhandledRejection', hear);
    let tries = 0;
    const store = async (): Promise<void> => {
      tries++;
      throw new Error('no answer');
    };
    late.putOff(KEY, store);
    await eventually(() => tries === 1);
    late.putOff(KEY, store);
    await expect(late.of(KEY)).rejects.toThrow('no answer');
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });

  it('is stored at once where somebody cannot wait, once at most, and never when its flow is over', async () => {
    const stored: string[] = [];
    const storing = (name: string) => async () => void stored.push(name);
    late.putOff(KEY, storing('first'));
    late.putOff(KEY, storing('second'));
    await late.storeNow(KEY);
    await late.storeNow(KEY);
    late.putOff(KEY, storing('third'));
    const third = late.of(KEY);
    late.moot(KEY);
    await third;
    await late.flush();
    expect(stored).toEqual(['second']);
    expect(late.of(KEY)).toBeUndefined();
  });
});
