import { PRIORITIES, type Priority } from '@waggle/protocol';
import { between, FORM, oneOf, question } from './question.js';

export interface DefineResource {
  request: string;
  resource: string;
  slots: number;
}

export interface AskResource {
  /** Also the id of the grant. */
  request: string;
  resource: string;
  slots?: number;
  priority?: Priority;
  /** Milliseconds. */
  ttl?: number;
  note?: string;
}

export interface OfGrant {
  resource: string;
  id: string;
}

const SLOTS_MOST = 10_000;
export const readDefine = question<DefineResource>({ request: FORM.name, resource: FORM.name, slots: between(1, SLOTS_MOST) }, [
  'request',
  'resource',
  'slots',
]);
export const readAsk = question<AskResource>(
  {
    request: FORM.name,
    resource: FORM.name,
    slots: between(1, SLOTS_MOST),
    priority: oneOf(PRIORITIES),
    ttl: between(1_000, 3_600_000),
    note: FORM.text,
  },
  ['request', 'resource'],
);
export const readGrant = question<OfGrant & { request: string }>({ request: FORM.name, resource: FORM.name, id: FORM.name }, [
  'request',
  'resource',
  'id',
]);
