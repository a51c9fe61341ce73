import { TOKEN } from '@waggle/protocol';
import type { Sync, Use } from './definition.js';
import { definitionIssue } from './issue.js';
import { given, isRecord, Reader } from './reader.js';

const NAME = { matches: TOKEN, says: '1 to 64 letters, digits, _ or -', required: true };
const MOST = { expected: 1_000, uses: 8, slots: 10_000 };

export const readSync = (step: Reader): Sync | undefined => {
  const value = step.raw('sync');
  if (value === undefined) return undefined;
  if (!isRecord(value)) return step.fault('sync', 'sync must be an object with point and expect');
  const reader = step.inner('sync');
  const sync = {
    point: reader.text('point', NAME) ?? '',
    ...given('session', reader.text('session')),
    expect: readExpect(reader, value.expect),
  };
  reader.finish();
  return sync;
};

const readExpect = (reader: Reader, value: unknown): number | string[] => {
  if (Array.isArray(value)) return reader.texts('expect', { max: MOST.expected }) ?? [];
  const expect = reader.whole('expect', { min: 1, max: MOST.expected });
  if (value === undefined) reader.fault('expect', 'expect is missing: how many must come, or which agents');
  return expect ?? 1;
};

/** In the order of their names: whoever needs several asks for them in the same order. */
export const readUses = (step: Reader): Use[] | undefined => {
  const value = step.raw('uses');
  if (value === undefined) return undefined;
  const path = [...step.path, 'uses'];
  const wrong = (message: string): undefined => void step.issues.push(definitionIssue(path, message));
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST.uses)
    return wrong(`uses must be a list of 1 to ${MOST.uses} resources`);
  const uses = value.flatMap((each: unknown, index): Use[] => {
    if (!isRecord(each)) return wrong('each of uses must be an object with resource') ?? [];
    const reader = new Reader(each, [...path, index], step.issues);
    const use = { resource: reader.text('resource', NAME) ?? '', slots: reader.whole('slots', { min: 1, max: MOST.slots }) ?? 1 };
    reader.finish();
    return [use];
  });
  if (new Set(uses.map(({ resource }) => resource)).size < uses.length) return wrong('uses names a resource twice');
  return uses.sort((a, b) => (a.resource < b.resource ? -1 : 1));
};
