import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { DEPTH_LIMIT, MESSAGE_LIMIT, MESSAGE_TYPES, parseMessage, validatePayload, type MessageContext } from '../index.js';

const context: MessageContext = { tenant: 'default', from: 'client', createdAt: new Date('2026-11-02T09:00:00Z') };
const parse = (value: unknown, more: Partial<MessageContext> = {}) => parseMessage(JSON.stringify(value), { ...context, ...more });
const submit = (payload: unknown, more: object = {}) => ({ type: 'waggle.submit.v1', ...more, payload });
const found = (value: unknown, more: Partial<MessageContext> = {}) => parse(value, more).problems?.map(({ code, path: at }) => [code, at]);

describe('parseMessage', () => {
  it('asks for type and payload only: the rest follows from subject and broker', () => {
    const { message } = parse(submit({ skill: 'echo.echo' }), { correlationId: 'f1', id: 'SUBMIT-7' });
    expect(message).toEqual({
      id: 'SUBMIT-7',
      type: 'waggle.submit.v1',
      tenant: 'default',
      from: 'client',
      intent: 'request',
      priority: 'normal',
      correlationId: 'f1',
      createdAt: '2026-11-02T09:00:00.000Z',
      hop: 0,
      payload: { skill: 'echo.echo' },
    });
    expect(parse(submit({ skill: 'a' })).message?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['no JSON', 'nonsense', 'BAD_JSON'],
    ['no text', new Uint8Array([0xff, 0xfe, 0x7b]), 'BAD_JSON'],
    ['nothing', new Uint8Array(), 'BAD_JSON'],
    ['a list', '[]', 'BAD_JSON'],
    ['null', 'null', 'BAD_JSON'],
    ['too much', ' '.repeat(MESSAGE_LIMIT + 1), 'MESSAGE_TOO_LARGE'],
    ['another version', JSON.stringify(submit({ skill: 'a' }, { type: 'waggle.submit.v2' })), 'TYPE_UNKNOWN'],
    ['another type', JSON.stringify(submit({ skill: 'a' }, { type: 'toString' })), 'TYPE_UNKNOWN'],
    ['a type of no form', JSON.stringify(submit({ skill: 'a' }, { type: {} })), 'TYPE_UNKNOWN'],
  ])('%s is refused', (_, body, code) => {
    const { problems } = parseMessage(body, context);
    expect(problems).toEqual([expect.objectContaining({ code })]);
    expect(problems![0]!.remedy).toBeTruthy();
  });

  it('refuses the next version of every type', () => {
    for (const type of Object.values(MESSAGE_TYPES))
      expect(found({ type: type.replace('.v1', '.v2'), payload: {} })).toEqual([['TYPE_UNKNOWN', 'type']]);
  });

  it('names everything that is wrong by its path', () => {
    expect(found({})).toEqual([
      ['INVALID_MESSAGE', 'type'],
      ['INVALID_MESSAGE', 'payload'],
    ]);
    const wrong = submit({ skill: 'a b', timeout: 1.5, parent: { flowId: 'f' } }, { hop: -1, createdAt: 'today', priority: 'soon' });
    expect(
      found(wrong)!
        .map(([, at]) => at)
        .sort(),
    ).toEqual(['createdAt', 'hop', 'payload.parent.attempt', 'payload.parent.taskId', 'payload.skill', 'payload.timeout', 'priority']);
  });

  it.each([{}, { skill: 'a', workflow: 'b' }, { skill: 'a', definition: {} }, { workflow: 'a', definition: {}, skill: 'c' }])(
    'a submission asks for exactly one thing: not %j',
    (payload) => {
      expect(found(submit(payload))).toEqual([['INVALID_MESSAGE', 'payload']]);
    },
  );

  it('does not let a message speak for another tenant or speaker than its subject does', () => {
    expect(found(submit({ skill: 'a' }, { from: 'coordinator', tenant: 'other' }))).toEqual([
      ['INVALID_MESSAGE', 'tenant'],
      ['INVALID_MESSAGE', 'from'],
    ]);
  });

  it('takes only what is expected on a subject', () => {
    expect(parse(submit({ skill: 'a' }), { expect: 'waggle.submit.v1' }).message?.payload).toEqual({ skill: 'a' });
    expect(found(submit({ skill: 'a' }), { expect: ['waggle.signal.v1', 'waggle.result.v1'] })).toEqual([['INVALID_MESSAGE', 'type']]);
  });

  it('refuses a field named __proto__, however it is written and wherever it stands', () => {
    for (const key of ['__proto__', '\\u005f_proto__']) {
      const { problems } = parseMessage(`{"type":"waggle.submit.v1","payload":{"skill":"a","input":[{"${key}":{"admin":true}}]}}`, context);
      expect(problems).toEqual([expect.objectContaining({ code: 'INVALID_MESSAGE' })]);
    }
    expect(parse(submit({ skill: 'a', input: '"__proto__": is only a text' })).problems).toBeUndefined();
  });

  it('bounds how deep a message is nested', () => {
    const nested = (levels: number) =>
      `{"type":"waggle.submit.v1","payload":{"skill":"a","input":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect(parseMessage(nested(DEPTH_LIMIT - 2), context).problems).toBeUndefined();
    for (const levels of [DEPTH_LIMIT - 1, 10_000, 400_000]) {
      expect(parseMessage(nested(levels), context).problems).toEqual([expect.objectContaining({ code: 'INVALID_MESSAGE' })]);
    }
    expect(parseMessage(`{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, context).problems).toHaveLength(1);
  });
});

const task = JSON.parse(readFileSync(path.join(__dirname, '../../corpus/waggle.task.v1.json'), 'utf8')) as Record<string, unknown> & {
  payload: object;
};
const key = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 8 }) },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'payload', 'type'),
);
const json = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ maxLength: 2_000 }),
    fc.array(tie('any')),
    fc.dictionary(key, tie('any')),
  ),
})).any;

describe('properties of the edge', () => {
  it('bytes of any kind give a message or problems, never an error', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string(),
      json.map((value) => JSON.stringify(value)),
      fc.tuple(fc.constantFrom(...Object.values(MESSAGE_TYPES)), json).map(([type, payload]) => JSON.stringify({ type, payload })),
      fc.tuple(fc.constantFrom(...Object.keys(task)), json).map(([field, value]) => JSON.stringify({ ...task, [field]: value })),
      fc
        .tuple(fc.constantFrom(...Object.keys(task.payload)), json)
        .map(([field, value]) => JSON.stringify({ ...task, payload: { ...task.payload, [field]: value } })),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        const { message, problems } = parseMessage(bytes, context);
        expect((message === undefined) !== (problems === undefined)).toBe(true);
        for (const { code, message: text, remedy } of problems ?? [])
          expect(code && text.endsWith('.') && text.length < 2_000 && remedy).toBeTruthy();
      }),
      { numRuns: 2_000 },
    );
  });

  it('payloads of any kind give problems, never an error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(MESSAGE_TYPES)),
        fc.anything({ withBigInt: true, withDate: true, withMap: true }),
        (type, payload) => {
          for (const problem of validatePayload(type, payload)) expect(problem.path ?? 'payload').toMatch(/^payload/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('fields that are not known here survive a round trip', () => {
    const unknown = fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    fc.assert(
      fc.property(unknown, unknown, (outside, inside) => {
        const written = { ...task, ...outside, payload: { ...task.payload, ...inside } };
        const text = JSON.stringify(written);
        fc.pre(!text.includes('__proto__'));
        const { message } = parseMessage(text, { ...context, from: 'coordinator' });
        expect(JSON.parse(JSON.stringify(message))).toEqual(JSON.parse(text));
      }),
    );
  });
});
