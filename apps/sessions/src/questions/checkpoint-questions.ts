import { FORM, question } from './question.js';

export interface MakeCheckpoint {
  request: string;
  session: string;
  name: string;
  /** Note where this flow is. */
  flowId?: string;
}

export interface RollBack {
  request: string;
  session: string;
  to: string;
}

export interface RecordEffect {
  request: string;
  session: string;
  what: string;
  compensation?: { skill: string; input?: unknown };
}

const session = { request: FORM.name, session: FORM.name };
const compensation = {
  type: 'object',
  properties: { skill: FORM.skill, input: FORM.any },
  required: ['skill'],
  additionalProperties: false,
};

export const readCheckpoint = question<MakeCheckpoint>({ ...session, name: FORM.name, flowId: FORM.name }, ['request', 'session', 'name']);
export const readRollback = question<RollBack>({ ...session, to: FORM.name }, ['request', 'session', 'to']);
export const readEffect = question<RecordEffect>({ ...session, what: { ...FORM.text, minLength: 1 }, compensation }, [
  'request',
  'session',
  'what',
]);
