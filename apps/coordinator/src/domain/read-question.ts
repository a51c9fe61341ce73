import { isToken, problem, STATES, type Problem, type State } from '@waggle/protocol';

export interface DescribeQuestion {
  tenant: string;
  flowId: string;
}

export interface ListQuestion {
  tenant: string;
  owner?: string;
  state?: State;
  limit: number;
}

const DEFAULT_TENANT = 'default';
const LIST_DEFAULT = 20;
export const LIST_MOST = 200;

type Read<T> = T | { problems: Problem[] };

/** `{ flowId, tenant? }`. */
export const readDescribe = (body: Uint8Array): Read<DescribeQuestion> => {
  const given = readObject(body);
  if (given === undefined) return { problems: [problem('BAD_JSON', 'The question is not a JSON object.')] };
  const { tenant = DEFAULT_TENANT, flowId } = given;
  const problems = [...tokenProblems('tenant', tenant), ...tokenProblems('flowId', flowId)];
  return problems.length > 0 ? { problems } : { tenant: tenant as string, flowId: flowId as string };
};

/** `{ tenant?, owner?, state?, limit? }`. */
export const readList = (body: Uint8Array): Read<ListQuestion> => {
  const given = readObject(body);
  if (given === undefined) return { problems: [problem('BAD_JSON', 'The question is not a JSON object.')] };
  const { tenant = DEFAULT_TENANT, owner, state, limit = LIST_DEFAULT } = given;
  const problems = [...tokenProblems('tenant', tenant), ...(owner === undefined ? [] : tokenProblems('owner', owner))];
  if (state !== undefined && !STATES.includes(state as State))
    problems.push(problem('INVALID_MESSAGE', `state must be one of ${STATES.join(', ')}.`, 'state'));
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > LIST_MOST) {
    problems.push(problem('INVALID_MESSAGE', `limit must be a whole number from 1 to ${LIST_MOST}.`, 'limit'));
  }
  if (problems.length > 0) return { problems };
  return { tenant: tenant as string, owner: owner as string | undefined, state: state as State | undefined, limit: limit as number };
};

const readObject = (body: Uint8Array): Record<string, unknown> | undefined => {
  if (body.length === 0) return {};
  try {
    const value = JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const tokenProblems = (path: string, value: unknown): Problem[] =>
  isToken(value) ? [] : [problem('INVALID_MESSAGE', `${path} must be 1 to 64 of A-Z, a-z, 0-9, _ and -.`, path)];
