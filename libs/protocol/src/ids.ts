import { v7 } from 'uuid';

/** What a name given by others (tenant, owner, agent, flow, task) must match: it becomes one token of a subject. */
export const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** A skill id: one to four tokens joined by dots, e.g. `tech-debt.analyze`. */
export const SKILL_ID = /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,3}$/;

export const isToken = (text: unknown): text is string => typeof text === 'string' && TOKEN.test(text);

/** A new time-ordered id (UUIDv7). */
export const newId = (): string => v7();
