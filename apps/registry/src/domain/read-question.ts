import { isToken, problem, SKILL_ID, type Problem } from '@waggle/protocol';
import type { FindQuestion } from './find.js';

type Read<T> = T | { problems: Problem[] };

export interface AcquireQuestion {
  agent: string;
  /** Milliseconds; the reservation runs out then. */
  ttl: number;
}

export interface ReleaseQuestion {
  id: string;
}

const TTL = { default: 5_000, most: 60_000 };
const CAPABILITY_MOST = 200;

const readObject = (body: Uint8Array): Record<string, unknown> | undefined => {
  if (body.length === 0) return {};
  try {
    const value = JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const NO_OBJECT = { problems: [problem('BAD_JSON', 'The question is not a JSON object.')] };

/** `{ skill?, capability?, onlyAvailable? }`. */
export const readFind = (body: Uint8Array): Read<FindQuestion> => {
  const given = readObject(body);
  if (given === undefined) return NO_OBJECT;
  const { skill, capability, onlyAvailable = false } = given;
  const problems: Problem[] = [];
  if (skill !== undefined && !(typeof skill === 'string' && SKILL_ID.test(skill)))
    problems.push(problem('INVALID_MESSAGE', 'skill must be a skill id.', 'skill'));
  if (capability !== undefined && !(typeof capability === 'string' && capability.length <= CAPABILITY_MOST)) {
    problems.push(problem('INVALID_MESSAGE', `capability must be a text of at most ${CAPABILITY_MOST} characters.`, 'capability'));
  }
  if (typeof onlyAvailable !== 'boolean')
    problems.push(problem('INVALID_MESSAGE', 'onlyAvailable must be true or false.', 'onlyAvailable'));
  if (problems.length > 0) return { problems };
  return { skill: skill as string | undefined, capability: capability as string | undefined, onlyAvailable: onlyAvailable as boolean };
};

/** `{ agent, ttl? }`. */
export const readAcquire = (body: Uint8Array): Read<AcquireQuestion> => {
  const given = readObject(body);
  if (given === undefined) return NO_OBJECT;
  const { agent, ttl = TTL.default } = given;
  const problems: Problem[] = [];
  if (!isToken(agent)) problems.push(problem('INVALID_MESSAGE', "agent must be an agent's name.", 'agent'));
  if (!Number.isInteger(ttl) || (ttl as number) < 1 || (ttl as number) > TTL.most) {
    problems.push(problem('INVALID_MESSAGE', `ttl must be milliseconds from 1 to ${TTL.most}.`, 'ttl'));
  }
  return problems.length > 0 ? { problems } : { agent: agent as string, ttl: ttl as number };
};

/** `{ id }`. */
export const readRelease = (body: Uint8Array): Read<ReleaseQuestion> => {
  const given = readObject(body);
  if (given === undefined) return NO_OBJECT;
  return isToken(given.id) ? { id: given.id } : { problems: [problem('INVALID_MESSAGE', 'id must be the id that acquire gave.', 'id')] };
};
