import { readInput, type FlowAddress } from './read-input.js';

const at = new Date('2026-01-02T03:04:05.678Z');
const read = (address: Partial<FlowAddress> & { kind: FlowAddress['kind'] }, body: string, operators: string[] = []) =>
  readInput(
    {
      address: { partition: 0, tenant: 't', flowId: 'f', ...address } as FlowAddress,
      origin: { stream: 'SUBMIT', sequence: 7 },
      body: Buffer.from(body),
      time: at,
    },
    operators,
  );
const submitted = (payload: object, more: object = {}): string => JSON.stringify({ type: 'waggle.submit.v1', payload, ...more });

describe('readInput', () => {
  it('takes who speaks from the subject and the time from the broker', () => {
    const { input } = read(
      { kind: 'submit', owner: 'ann' },
      submitted({ skill: 'a.b', input: 1 }, { createdAt: '2001-01-01T00:00:00Z', id: 'm' }),
    );
    expect(input).toMatchObject({ kind: 'submit', owner: 'ann', at: at.getTime(), messageId: 'm', submission: { skill: 'a.b', input: 1 } });
    expect(read({ kind: 'submit', owner: 'ann' }, submitted({ skill: 'a.b' }, { from: 'bob' })).input).toMatchObject({
      submission: { problems: [{ path: 'from' }] },
    });
  });

  it('gives a message without an id one that stays the same', () => {
    const ids = [1, 2].map(() => read({ kind: 'submit', owner: 'ann' }, submitted({ skill: 'a.b' })).input);
    expect(ids[0]).toEqual(ids[1]);
  });

  it('keeps what is wrong with a submission or result as an input, for somebody must be answered', () => {
    expect(read({ kind: 'submit', owner: 'ann' }, '{').input).toMatchObject({ submission: { problems: [{ code: 'BAD_JSON' }] } });
    expect(read({ kind: 'result', agent: 'w', taskId: 'x', attempt: 2 }, '[]').input).toMatchObject({
      kind: 'result',
      agent: 'w',
      taskId: 'x',
      attempt: 2,
      result: { problems: [{ code: 'BAD_JSON' }] },
    });
  });

  it('refuses a child whose id is not derived, or that is its own parent', () => {
    const parent = { flowId: 'p', taskId: 'x', attempt: 1 };
    const id = `c-${'0'.repeat(40)}`;
    expect(read({ kind: 'submit', owner: 'w', flowId: id }, submitted({ skill: 'a.b', parent })).input).toMatchObject({
      submission: { parent },
    });
    expect(read({ kind: 'submit', owner: 'w' }, submitted({ skill: 'a.b', parent })).input).toMatchObject({
      submission: { problems: [{ code: 'INVALID_MESSAGE' }] },
    });
    const own = submitted({ skill: 'a.b', parent: { ...parent, flowId: id } });
    expect(read({ kind: 'submit', owner: 'w', flowId: id }, own).input).toMatchObject({
      submission: { problems: [{ path: 'payload.parent.flowId' }] },
    });
  });

  it('knows operators, and has no input of a signal that cannot be read', () => {
    const body = JSON.stringify({ type: 'waggle.signal.v1', payload: { signal: 'cancel', reason: 'enough' } });
    expect(read({ kind: 'signal', owner: 'cli', id: 's' }, body, ['cli']).input).toMatchObject({
      speaker: 'cli',
      operator: true,
      signal: 'cancel',
      reason: 'enough',
    });
    expect(read({ kind: 'signal', owner: 'ann', id: 's' }, body, ['cli']).input).toMatchObject({ operator: false });
    expect(read({ kind: 'signal', owner: 'ann', id: 's' }, '{}').problems).toMatchObject([{ path: 'type' }, { path: 'payload' }]);
  });

  it('does not act on what was to be acted on before it came', () => {
    const until = (expiresAt: string) => ({
      submit: read({ kind: 'submit', owner: 'ann' }, submitted({ skill: 'a.b' }, { expiresAt })).input,
      signal: read(
        { kind: 'signal', owner: 'ann', id: 's' },
        JSON.stringify({ type: 'waggle.signal.v1', expiresAt, payload: { signal: 'pause' } }),
      ),
    });
    const late = until('2026-01-02T03:04:05Z');
    expect(late.submit).toMatchObject({ submission: { problems: [{ path: 'expiresAt' }] } });
    expect(late.signal.problems).toMatchObject([{ path: 'expiresAt' }]);
    const early = until('2026-01-02T03:04:06Z');
    expect(early.submit).toMatchObject({ submission: { skill: 'a.b' } });
    expect(early.signal.input).toMatchObject({ signal: 'pause' });
  });
});
