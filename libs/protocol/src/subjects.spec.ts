import fc from 'fast-check';
import {
  CHANNELS,
  PRIORITIES,
  parseInputSubject,
  parseTaskSubject,
  SKILL_ID,
  skillKey,
  skillOfKey,
  STREAMS,
  subjects,
  TOKEN,
  type Channel,
} from './index.js';

const token = fc.stringMatching(TOKEN);
const number = fc.integer({ min: 1, max: 1e9 });

describe('subjects', () => {
  it('a task subject is read as it was built', () => {
    const address = fc.record({
      tenant: token,
      agent: token,
      priority: fc.constantFrom(...PRIORITIES),
      flowId: token,
      taskId: token,
      attempt: number,
    });
    fc.assert(
      fc.property(address, (a) => {
        expect(parseTaskSubject(subjects.task(a.tenant, a.agent, a.priority, a.flowId, a.taskId, a.attempt))).toEqual(a);
      }),
    );
  });

  it('an input subject is read as the broker builds it', () => {
    fc.assert(
      fc.property(fc.nat(63), fc.tuple(token, token, token, token), number, (partition, [tenant, id, a, b], n) => {
        const head = { partition, tenant };
        const read = (...rest: (string | number)[]) => parseInputSubject(['in', partition, tenant, ...rest].join('.'));
        expect(read(id, 'submit', a)).toEqual({ ...head, kind: 'submit', flowId: id, owner: a });
        expect(read(id, 'signal', a, b)).toEqual({ ...head, kind: 'signal', flowId: id, owner: a, id: b });
        expect(read(id, 'result', a, b, n)).toEqual({ ...head, kind: 'result', flowId: id, agent: a, taskId: b, attempt: n });
        expect(read(id, 'timer', n)).toEqual({ ...head, kind: 'timer', flowId: id, n });
        expect(read(id, 'answer', a, b)).toEqual({ ...head, kind: 'answer', flowId: id, who: a, id: b });
        expect(read(id, 'event', a)).toEqual({ ...head, kind: 'event', source: id, type: a });
        expect(read(id, 'other', a)).toBeUndefined();
      }),
    );
  });

  it('an input whose id is a wildcard is none', () => {
    for (const id of ['*', '>']) expect(parseInputSubject(`in.0.default.${id}.submit.me`)).toBeUndefined();
    expect(parseInputSubject('in.0.default.f1.submit.*')).toBeUndefined();
  });

  it('a skill is one token as a key, and comes back', () => {
    fc.assert(
      fc.property(fc.stringMatching(SKILL_ID), (skill) => {
        expect(skillKey(skill)).not.toContain('.');
        expect(skillOfKey(skillKey(skill))).toBe(skill);
      }),
    );
  });

  it('channels lie in streams that exist and never share a subject', () => {
    const channels: Channel[] = Object.values(CHANNELS);
    for (const { stream } of channels) expect(STREAMS).toContain(stream);
    const patterns = channels.map(({ address }) => address.replaceAll(/\{\w+\}/g, '*'));
    expect(new Set(patterns).size).toBe(patterns.length);
  });
});
