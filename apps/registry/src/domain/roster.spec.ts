import type { AgentCard, Beat } from '@waggle/protocol';
import { find } from './find.js';
import { toHandBack } from './hand-back.js';
import { canBeOf, readLeft } from './left-event.js';
import { directoryAgents, directorySkills } from './offers.js';
import { Reservations } from './reservations.js';
import { BEAT_LIMIT, Roster } from './roster.js';
import { changeOf, gained } from './significance.js';
import { statistics } from './statistics.js';

const card = (name: string, instance: string, more: Partial<AgentCard> = {}): AgentCard => ({
  name,
  instance,
  description: name,
  version: '1',
  kind: 'agent',
  skills: [{ id: 'a.b', name: 'b', description: '', tags: ['fast'], timeout: 1_000 }],
  capabilities: ['typescript'],
  maxConcurrent: 4,
  priority: 0,
  startedAt: '2026-01-01T00:00:00Z',
  pid: 1,
  host: 'h',
  ...more,
});
const beat = (name: string, instance: string, more: Partial<Beat> = {}): Beat => ({
  name,
  instance,
  n: 0,
  clientId: 1,
  draining: false,
  slots: 4,
  busy: 1,
  waiting: 0,
  completed: 3,
  failed: 1,
  workedMs: 400,
  memory: 1,
  held: [],
  ...more,
});
const rosterOf = (...names: [string, string][]): Roster => {
  const roster = new Roster();
  names.forEach(([name, instance], i) => {
    roster.card(card(name, instance), 0);
    roster.beat(beat(name, instance, { clientId: i + 1 }), 0);
  });
  return roster;
};

describe('who is there', () => {
  it('is who beats, whose connection was not closed, and who does not leave', () => {
    const roster = rosterOf(['w', '1'], ['w', '2'], ['w', '3']);
    const presences = (now: number): string[] => roster.of('w').map((each) => roster.presence(each, now));
    roster.closed(1, () => true);
    roster.beat(beat('w', '3', { n: 1, clientId: 3, draining: true }), 10);
    expect(presences(100)).toEqual(['gone', 'live', 'draining']);
    roster.beat(beat('w', '1', { n: 1, clientId: 9 }), 20);
    expect(presences(100)).toEqual(['live', 'live', 'draining']);
    expect(presences(BEAT_LIMIT + 15)).toEqual(['live', 'gone', 'gone']);
    roster.excuse(BEAT_LIMIT + 15);
    expect(presences(BEAT_LIMIT + 15)).toEqual(['live', 'live', 'draining']);
  });

  it('is not changed by an older beat that comes late, nor filled by made-up instances', () => {
    const roster = rosterOf(['w', '1']);
    roster.beat(beat('w', '1', { n: 5, busy: 4 }), 1);
    roster.beat(beat('w', '1', { n: 4, busy: 0 }), 2);
    expect(roster.of('w')[0]!.beat!.busy).toBe(4);
    for (let i = 0; i < 2_000; i++) roster.beat(beat('w', `x${i}`), 3);
    expect(roster.of('w').length).toBe(1_000);
  });
});

describe('the directory', () => {
  it('sums the instances of an agent', () => {
    const roster = rosterOf(['w', '1'], ['w', '2'], ['v', '1']);
    expect(directorySkills(roster, 1).get('a.b')!.offers).toEqual([
      { agent: 'v', instances: 1, slots: 4, freeSlots: 3, priority: 0, timeout: 1_000, successRate: 0.75, meanMs: 100 },
      { agent: 'w', instances: 2, slots: 8, freeSlots: 6, priority: 0, timeout: 1_000, successRate: 0.75, meanMs: 100 },
    ]);
    expect(directoryAgents(roster, 1).get('w')).toMatchObject({ skills: ['a.b'], instances: 2, slots: 8 });
    expect(directorySkills(roster, BEAT_LIMIT + 1).size).toBe(0);
  });

  it('is written at once for who comes and goes, later for figures, and not at all when it is right', () => {
    const [one, more] = [
      directorySkills(rosterOf(['w', '1']), 1).get('a.b')!,
      directorySkills(rosterOf(['w', '1'], ['v', '1']), 1).get('a.b')!,
    ];
    const busier = { ...one, offers: [{ ...one.offers[0]!, freeSlots: 1 }] };
    expect(changeOf(one, structuredClone(one))).toBe('none');
    expect(changeOf(one, busier)).toBe('soon');
    expect(changeOf(one, { ...one, offers: [{ ...one.offers[0]!, freeSlots: 0 }] })).toBe('now');
    expect(changeOf(one, more)).toBe('now');
    expect(changeOf(undefined, one)).toBe('now');
    expect(changeOf(one, undefined)).toBe('now');
    expect(gained(one, more)).toEqual(['v']);
  });
});

describe('find', () => {
  it('looks for skills, capabilities and tags, and leaves out who has no slot free', () => {
    const roster = rosterOf(['w', '1'], ['v', '1']);
    roster.beat(beat('v', '1', { n: 1, clientId: 2, busy: 4 }), 1);
    const around = { now: 1, taken: () => 0 };
    expect(find(roster, { skill: 'a.b', onlyAvailable: false }, around).map(({ agent }) => agent)).toEqual(['w', 'v']);
    expect(find(roster, { capability: 'fast', onlyAvailable: true }, around).map(({ agent }) => agent)).toEqual(['w']);
    expect(find(roster, { capability: 'typescript', onlyAvailable: true }, { now: 1, taken: () => 3 })).toEqual([]);
    expect(find(roster, { capability: 'cobol', onlyAvailable: false }, around)).toEqual([]);
  });

  it('reservations run out by themselves', () => {
    const reservations = new Reservations();
    reservations.acquire('1', { agent: 'w', until: 10 });
    reservations.acquire('2', { agent: 'w', until: 20 });
    expect([0, 10, 20].map((now) => reservations.takenOf('w', now))).toEqual([2, 1, 0]);
    expect(reservations.release('2')).toBe(false);
  });

  it('statistics count the gone as offline', () => {
    const roster = rosterOf(['w', '1'], ['v', '1']);
    roster.closed(2, () => true);
    expect(statistics(roster, 1)).toMatchObject({
      total: 2,
      available: 1,
      offline: 1,
      slots: 4,
      freeSlots: 3,
      completed: 6,
      successRate: 0.75,
      meanMs: 100,
    });
  });
});

describe('what a dead instance held', () => {
  const held = {
    tenant: 't',
    priority: 'normal',
    streamSequence: 5,
    consumerSequence: 9,
    deliveries: 1,
    flowId: 'f',
    taskId: 'x',
    attempt: 1,
  } as const;
  const dead = { beat: beat('w', '1', { held: [held] }), storedAt: 1_000 };

  it('is handed back while its beat is young enough that no redelivery can have happened', () => {
    expect(toHandBack(dead, 21_000, [])).toEqual([held]);
    expect(toHandBack(dead, 21_001, [])).toEqual([]);
  });

  it('is left to another instance of the agent that holds it by now', () => {
    expect(toHandBack(dead, 1_100, [beat('w', '2', { held: [{ ...held, deliveries: 2 }] })])).toEqual([]);
    expect(toHandBack(dead, 1_100, [beat('v', '2', { held: [held] })])).toEqual([held]);
  });
});

describe('a closed connection', () => {
  const report = { timestamp: '2026-01-01T00:00:00Z', client: { id: 7, name: 'w/1' }, reason: 'Client Closed' };

  it('is read, whatever else comes on the subject', () => {
    expect(readLeft(JSON.stringify(report))).toEqual({ clientId: 7, name: 'w/1', at: Date.UTC(2026, 0, 1), reason: 'Client Closed' });
    for (const text of ['', '{', 'null', '{"client":{}}', '{"timestamp":"x","client":{"id":1}}']) expect(readLeft(text)).toBeUndefined();
  });

  it('can be of who it names, or of anybody where it names none', () => {
    const left = readLeft(JSON.stringify(report))!;
    expect(canBeOf(left, { name: 'w', instance: '1' })).toBe(true);
    expect(canBeOf(left, { name: 'w', instance: '2' })).toBe(false);
    expect(canBeOf({ ...left, name: 'my-python-agent' }, { name: 'w', instance: '2' })).toBe(true);
  });
});
