import type { Delivery, StoredMessage } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { DEFAULTS } from '../coordinator-config.js';
import type { Job } from '../engine/job.js';
import { Lanes } from '../engine/lanes.js';
import { Intake } from './intake.js';
import type { Nameless } from './nameless.js';
import { SourcePositions } from './source-positions.js';

const ORIGIN = { stream: 'TIMER', sequence: 7 } as const;

describe('an input that is held, and read from its source as well', () => {
  let intake: Intake;
  let jobs: Job[];
  let read: Promise<boolean>;

  beforeEach(async () => {
    jobs = [];
    const lanes = new Lanes();
    lanes.serve(async (_key, taken) => void jobs.push(...taken));
    intake = new Intake(lanes, undefined as never, undefined as never, new SourcePositions(), DEFAULTS);
    const settled = { ack: () => undefined, nak: () => undefined };
    const content = { body: Buffer.from('{}'), time: new Date(), header: () => undefined };
    const delivery = { ...content, ...settled, subject: 'in.0.t1.f1.timer.3', origin: ORIGIN, deliveries: 1 };
    intake.take(delivery as unknown as Delivery, 30_000);
    await new Promise(setImmediate);
    expect(jobs).toHaveLength(1);
    const stored = { ...content, subject: subjects.timerDue('t1', 'f1', 3), sequence: ORIGIN.sequence };
    read = intake.takeStored(ORIGIN.stream, stored as unknown as StoredMessage);
  });

  afterEach(() => intake.onModuleDestroy());

  it('is to be read again when it is handed back: its queue may have forgotten it', async () => {
    jobs[0]!.again(0, new Error('no broker'));
    expect(await read).toBe(false);
  });

  it('is refused where its id is no name', async () => {
    const refused: string[] = [];
    const nameless = { settle: (subject: string, _time: Date, { done }: Job) => (refused.push(subject), done()) } as unknown as Nameless;
    const reader = new Intake(new Lanes(), undefined as never, nameless, new SourcePositions(), DEFAULTS);
    const stored = {
      body: Buffer.from('{}'),
      time: new Date(),
      header: () => undefined,
      subject: subjects.submit('t1', 'ann', '*'),
      sequence: 3,
    };
    expect(await reader.takeStored('SUBMIT', stored as unknown as StoredMessage)).toBe(true);
    expect(refused).toEqual(['in.0.t1.*.submit.ann']);
  });

  it('is dealt with when its effects are stored, and not taken twice', async () => {
    jobs[0]!.done();
    expect(await read).toBe(true);
    expect(jobs).toHaveLength(1);
  });
});
