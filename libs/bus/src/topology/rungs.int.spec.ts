import { subjects } from '@waggle/protocol';
import { testBroker } from '@waggle/testkit';
import type { Manifest } from '../permissions/manifest.js';

const ASKER: Manifest = { name: 'asker', kind: 'core', publishes: ['rung'], purges: ['TIMER'] };
const PHONE: Manifest = { name: 'phone', kind: 'edge', hears: ['rung'] };
const DEAF: Manifest = { name: 'deaf', kind: 'edge', hears: ['outcome'] };

describe('the rungs of a ladder', () => {
  it('are heard behind the border by whoever may, with nobody else connected; those taken back are not', async () => {
    const broker = await testBroker({ secure: true, manifests: [ASKER, PHONE, DEAF] });
    const phone = await broker.busFor(PHONE);
    const heard: string[] = [];
    let hear = (): void => undefined;
    const told = new Promise<void>((resolve) => (hear = resolve));
    await phone.subscribe(subjects.rungFeed('*', '*', '*', '*'), (message) => {
      heard.push(`${message.subject} ${message.text()}`);
      hear();
    });
    const asker = await broker.busFor(ASKER);
    const at = new Date(Date.now() + 1_500);
    for (const id of ['q1', 'q2'])
      await asker.schedule(subjects.rungAt('t', 'f', id, 1), subjects.rungDue('t', 'f', id, 1), at, `ask ${id}`);
    expect(await asker.purge('TIMER', subjects.rungAt('t', 'f', 'q1', '*'))).toBe(1);
    await asker.close();
    await told;
    expect(heard).toEqual(['wgm.due.t.f.q2.1 ask q2']);
  });

  it('are not for those whose manifest does not say so', async () => {
    const broker = await testBroker({ secure: true, manifests: [ASKER, PHONE, DEAF] });
    const deaf = await broker.busFor(DEAF);
    const subscribed = deaf.subscribe(subjects.rungFeed('*', '*', '*', '*'), () => undefined);
    await expect(subscribed).rejects.toMatchObject({ code: 'BUS_REFUSED' });
  });
});
