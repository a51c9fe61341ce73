import type { Said } from '@waggle/memory';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('channels', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  const channel = async (name: string, session: string) => (await rig.as(name)).session(session).channel('talk');

  it('are heard in order from the start, also by who comes late', async () => {
    const [ada, ben, alice] = await Promise.all(['ada', 'ben', 'alice'].map((name) => channel(name, 'ordered')));
    const stop = new AbortController();
    const heard: Record<string, Said<number>[]> = { early: [], late: [], now: [] };
    const listen = async (who: string, listening: AsyncGenerator<Said<number>>): Promise<void> => {
      for await (const said of listening) heard[who]!.push(said);
    };
    const listening = [listen('early', alice!.listen({ signal: stop.signal }))];
    for (let i = 0; i < 10; i++) await (i % 2 ? ada! : ben!).send(i);
    await eventually(() => heard.early!.length === 10);
    listening.push(listen('late', ben!.listen({ signal: stop.signal })));
    await eventually(() => heard.late!.length === 10);
    listening.push(listen('now', ada!.listen({ from: 'now', signal: stop.signal })));
    await eventually(async () => {
      await ben!.send(-1);
      return heard.now!.length > 0;
    });
    await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? ada! : ben!).send(100 + i)));
    const all = (await alice!.read<number>({ limit: 500 })).messages;
    await eventually(() => Object.values(heard).every((each) => each.at(-1)?.sequence === all.at(-1)!.sequence));
    expect(heard.early).toEqual(all);
    expect(heard.late).toEqual(all);
    expect(all.slice(0, 10).map(({ body, by }) => [body, by])).toEqual(Array.from({ length: 10 }, (_, i) => [i, i % 2 ? 'ada' : 'ben']));
    expect(new Set(heard.now!.map(({ body }) => body))).toEqual(new Set(all.slice(10).map(({ body }) => body)));
    stop.abort();
    await Promise.all(listening);
  });

  it('are read in pages, large bodies too', async () => {
    const ada = await channel('ada', 'pages');
    const bodies = Array.from({ length: 60 }, (_, i) => ({ i, text: 'y'.repeat(i === 7 ? 200_000 : 12_000) }));
    for (const body of bodies) await ada.send(body);
    const read: unknown[] = [];
    let [after, pages] = [0, 0];
    for (let more = true; more; pages++) {
      const page = await ada.read({ after });
      read.push(...page.messages.map(({ body }) => body));
      after = page.messages.at(-1)?.sequence ?? after;
      more = page.more;
    }
    expect(read).toEqual(bodies);
    expect(pages).toBeGreaterThan(1);
  });

  it('take nothing for a closed session, nor from who is no member', async () => {
    const session = (await rig.as('ada')).session('closing');
    await session.create({ members: ['ben'] });
    await (await channel('ben', 'closing')).send('hello');
    await expect((await channel('alice', 'closing')).send('hello')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await session.close();
    await expect((await channel('ben', 'closing')).send('again')).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    expect((await (await channel('alice', 'closing')).read()).messages).toHaveLength(1);
  });
});
