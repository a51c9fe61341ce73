import { parseDuration } from './duration.js';
import { definitionIssue, type Issue, type Key } from './issue.js';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field that is left out where there is nothing to say. */
export const given = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, T>);

/** Reads the fields of one object, collecting everything that is wrong; a field not there gives the default. */
export class Reader {
  private readonly known = new Set<string>();

  constructor(
    private readonly record: Record<string, unknown>,
    readonly path: Key[],
    readonly issues: Issue[],
  ) {}

  raw(key: Key): unknown {
    this.known.add(String(key));
    return this.record[key] ?? undefined;
  }

  fault(key: Key, message: string): undefined {
    this.issues.push(definitionIssue([...this.path, key], message));
    return undefined;
  }

  text(key: string, rule: { matches?: RegExp; says?: string; max?: number; required?: boolean } = {}): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return rule.required ? this.fault(key, `${key} is missing`) : undefined;
    if (typeof value === 'object') return this.fault(key, `${key} must be text`);
    if (typeof value !== 'string') return this.fault(key, `${key} must be text: put it in quotes`);
    if (value.length > (rule.max ?? 4096)) return this.fault(key, `${key} is too long`);
    if (rule.matches && !rule.matches.test(value)) return this.fault(key, `${key} must be ${rule.says ?? String(rule.matches)}`);
    return value;
  }

  whole(key: string, range: { min: number; max: number }): number | undefined {
    return this.ranged(key, this.raw(key), { ...range, kind: 'a whole number', ok: Number.isSafeInteger });
  }

  part(key: string): number | undefined {
    return this.ranged(key, this.raw(key), { min: 0, max: 1, kind: 'a number', ok: Number.isFinite });
  }

  /** Money. */
  amount(key: string): number | undefined {
    return this.ranged(key, this.raw(key), { min: 0, max: 1e9, kind: 'a number', ok: Number.isFinite });
  }

  duration(key: Key, range: { min: number; max: number }): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const parsed = parseDuration(value);
    if (parsed === undefined) return this.fault(key, `${key} must be a time such as 500ms, 30s, 2m, 1h or 1d`);
    return this.ranged(key, parsed, { ...range, kind: 'milliseconds', ok: Number.isSafeInteger });
  }

  private ranged(key: Key, value: unknown, rule: { min: number; max: number; kind: string; ok: (n: unknown) => boolean }) {
    if (value === undefined) return undefined;
    if (rule.ok(value) && (value as number) >= rule.min && (value as number) <= rule.max) return value as number;
    return this.fault(key, `${key} must be ${rule.kind} from ${rule.min} to ${rule.max}`);
  }

  flag(key: string): boolean | undefined {
    const value = this.raw(key);
    return value === undefined || typeof value === 'boolean' ? value : this.fault(key, `${key} must be true or false`);
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    return values.includes(value as T) ? (value as T) : this.fault(key, `${key} must be one of ${values.join(', ')}`);
  }

  /** CEL; `${{ x }}` around a whole expression is allowed and dropped. */
  expression(key: string): string | undefined {
    const value = this.raw(key);
    if (typeof value === 'boolean') return String(value);
    const text = this.text(key);
    return text === undefined ? undefined : (/^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? text).trim();
  }

  list(key: string, max: number): unknown[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    return Array.isArray(value) && value.length <= max ? value : this.fault(key, `${key} must be a list of at most ${max}`);
  }

  /** The elements of a list under a key, read by their indices. */
  at(key: string): Reader {
    const value = this.raw(key);
    return new Reader(Array.isArray(value) ? (value as unknown as Record<string, unknown>) : {}, [...this.path, key], this.issues);
  }

  texts(key: string, rule: { max: number }): string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > rule.max) return this.fault(key, `${key} must be a list of at most ${rule.max} texts`);
    value.forEach((each, index) => {
      if (typeof each !== 'string') this.issues.push(definitionIssue([...this.path, key, index], 'must be text'));
    });
    return value.filter((each): each is string => typeof each === 'string');
  }

  /** The object under a key; where there is none, an empty one. */
  inner(key: string): Reader {
    const value = this.raw(key);
    if (value !== undefined && !isRecord(value)) this.fault(key, `${key} must be an object`);
    return new Reader(isRecord(value) ? value : {}, [...this.path, key], this.issues);
  }

  /** Refuses fields that nobody asked for: most are misspelt. */
  finish(): void {
    for (const key of Object.keys(this.record)) {
      if (this.known.has(key)) continue;
      this.issues.push(
        definitionIssue([...this.path, key], `there is no field "${key.slice(0, 64)}"; known are ${[...this.known].join(', ')}`),
      );
    }
  }
}
