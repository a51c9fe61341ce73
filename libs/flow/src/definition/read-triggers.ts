import { LIMITS } from '../limits.js';
import type { Trigger } from './definition.js';
import { definitionIssue } from './issue.js';
import { NAME } from './read-step.js';
import { given, isRecord, Reader } from './reader.js';

/** `on`: the events that start a flow of a stored workflow. */
export const readTriggers = (flow: Reader): Trigger[] | undefined =>
  flow.list('on', LIMITS.triggers)?.flatMap((each, index): Trigger[] => {
    const path = [...flow.path, 'on', index];
    if (!isRecord(each)) {
      flow.issues.push(definitionIssue(path, 'an event must be an object with source and type'));
      return [];
    }
    const reader = new Reader(each, path, flow.issues);
    const trigger: Trigger = {
      source: reader.text('source', { ...NAME, required: true }) ?? '',
      type: reader.text('type', { ...NAME, required: true }) ?? '',
      ...given('filter', reader.expression('filter')),
      ...given('input', reader.raw('input')),
    };
    reader.finish();
    return [trigger];
  });
