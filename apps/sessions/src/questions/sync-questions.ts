import { FORM, between, question } from './question.js';

export interface CreatePoint {
  request: string;
  session: string;
  name: string;
  expect: number | string[];
  /** Milliseconds. */
  timeout: number;
}

export interface Arrive {
  request: string;
  session: string;
  name: string;
  /** Tells several of one agent apart. */
  as?: string;
  data?: unknown;
}

const DAY = 24 * 3_600_000;
const point = { request: FORM.name, session: FORM.name, name: FORM.name };

export const readPoint = question<CreatePoint>(
  { ...point, expect: { anyOf: [between(1, 1_000), { ...FORM.names, minItems: 1 }] }, timeout: between(100, 30 * DAY) },
  ['request', 'session', 'name', 'expect', 'timeout'],
);
export const readArrive = question<Arrive>({ ...point, as: FORM.name, data: FORM.any }, ['request', 'session', 'name']);
export const readPoints = question<{ session: string }>({ session: FORM.name }, ['session']);
