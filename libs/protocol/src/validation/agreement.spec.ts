import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { hostile } from './hostile.js';
import { MESSAGE_TYPES, PAYLOADS, validatePayload, type MessageType } from '../index.js';

const example = (type: MessageType) =>
  (JSON.parse(readFileSync(path.join(__dirname, `../../corpus/${type}.json`), 'utf8')) as { payload: Record<string, unknown> }).payload;

/** Values that the decorators tell apart, near to what is right. */
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 0, 1, -1, 0.5, 2, 101, 1e300, '', 'a', 'a b', 'a.b.c', 'high', 'WORKING', 'completed'),
  fc.constantFrom<unknown>('2026-01-31T09:30:00Z', '2026-02-30T09:30:00Z', '2026-01-31', [], {}, [1], ['a'], [{}], [[]], { a: 1 }),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,70}$/),
  fc.jsonValue({ maxDepth: 1 }),
);

type Path = (string | number)[];

const pathsOf = (node: unknown, at: Path = []): Path[] =>
  typeof node !== 'object' || node === null
    ? [at]
    : [at, ...Object.entries(node).flatMap(([field, inner]) => pathsOf(inner, [...at, field]))];

const replaced = (node: unknown, [first, ...rest]: Path, by: unknown): unknown => {
  if (first === undefined) return by;
  const copy = (Array.isArray(node) ? [...(node as unknown[])] : { ...(node as object) }) as Record<string | number, unknown>;
  copy[first] = replaced(copy[first], rest, by);
  return copy;
};

/** A submission's "exactly one of" is said in the schema alone; a key named `__proto__` is refused whatever the type. */
const beyondDecorators = (type: MessageType, payload: object): boolean =>
  hostile(payload) !== undefined ||
  (type === MESSAGE_TYPES.submit && ['skill', 'workflow', 'definition'].filter((field) => field in payload).length !== 1);

const byClassValidator = (type: MessageType, payload: object): boolean =>
  validateSync(plainToInstance(PAYLOADS[type] as new () => object, payload), { forbidUnknownValues: true }).length === 0;

describe('the compiled validators and class-validator agree', () => {
  it.each(Object.values(MESSAGE_TYPES))('on %s with random faults', (type) => {
    const right = example(type);
    const optional = fc.constantFrom(
      'error',
      'errors',
      'problems',
      'cost',
      'reason',
      'parent',
      'artifacts',
      'workState',
      'input',
      'ladder',
      'deadline',
    );
    const fault = fc.tuple(
      fc.oneof(
        fc.constantFrom(...pathsOf(right).slice(1)),
        optional.map((field) => [field]),
      ),
      value,
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 2 }), (faults) => {
        // the second fault may stand in what the first took away
        const wrong = faults.reduce<unknown>((payload, [at, by]) => {
          try {
            return replaced(payload, at, by);
          } catch {
            return payload;
          }
        }, right);
        const payload = JSON.parse(JSON.stringify(wrong)) as object;
        fc.pre(!beyondDecorators(type, payload));
        const problems = validatePayload(type, payload);
        if (problems.length === 0) accepted++;
        expect({ payload, problems, right: byClassValidator(type, payload) }).toEqual({ payload, problems, right: problems.length === 0 });
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});
