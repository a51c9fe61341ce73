import { createHash } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import { problem, schemaProblems, validatorOf, WaggleError, type JsonSchema, type Problem } from '@waggle/protocol';

/** Milliseconds for one check, on a busy machine too. Patterns and references of strangers can take for ever, and everybody waits meanwhile. */
const PATIENCE = 1_000;
const REMEMBERED = 1_000;
/** Milliseconds for which one that took too long is not tried again: it may have been the machine that was slow. */
const AVOIDED = 60_000;

const world = createContext({ work: undefined }) as { work?: () => unknown };
const script = new Script('work()');
/** Schemas that took too long, and `performance.now()` until which they are avoided. */
const slow = new Map<string, number>();
// the first of all makes the compiler itself, which is nobody's fault
schemaProblems({});

const hashOf = (schema: object): string => createHash('sha256').update(JSON.stringify(schema)).digest('base64url');

const isTimeout = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** What the work gives, unless it takes too long: only the engine can end that. */
const inTime = (schema: object, path: string, work: () => Problem[]): Problem[] => {
  const tooSlow = [problem('INVALID_MESSAGE', `The schema takes longer than ${PATIENCE} ms to check this: make it simpler.`, path)];
  if (slow.size > 0 && (slow.get(hashOf(schema)) ?? 0) > performance.now()) return tooSlow;
  try {
    world.work = work;
    return script.runInContext(world, { timeout: PATIENCE }) as Problem[];
  } catch (error) {
    if (!isTimeout(error)) throw error;
    if (slow.size >= REMEMBERED) slow.clear();
    slow.set(hashOf(schema), performance.now() + AVOIDED);
    return tooSlow;
  } finally {
    world.work = undefined;
  }
};

/** What is wrong with the value by a schema that somebody declared. Never longer than `PATIENCE`. */
export const problemsBy = (schema: JsonSchema, value: unknown, path: string): Problem[] =>
  inTime(schema, path, () => validatorOf(schema, { path })(value));

/** `INVALID_MESSAGE` with what is wrong with schemas themselves, by where they stand. */
export const requireSchemas = (schemas: Readonly<Record<string, JsonSchema | undefined>>): void => {
  const wrong = (): Problem[] =>
    Object.entries(schemas).flatMap(([path, schema]) =>
      schema === undefined ? [] : schemaProblems(schema).map(({ message }) => problem('INVALID_MESSAGE', message, path)),
    );
  const problems = inTime(schemas, 'keys', wrong);
  if (problems.length > 0) throw new WaggleError('INVALID_MESSAGE', problems.map(({ message }) => message).join(' '), { problems });
};
