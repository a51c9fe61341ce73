import { LIMITS } from '../limits.js';
import { readChange } from './change.js';
import type { Rule } from './definition.js';
import { definitionIssue } from './issue.js';
import { NAME, type ReadFlow } from './read-step.js';
import { given, isRecord, Reader } from './reader.js';

/** `rules`: what changes the flow as results arrive. */
export const readRules = (flow: Reader, readFlow: ReadFlow): Rule[] | undefined => {
  const rules = flow.list('rules', LIMITS.rules);
  return rules?.flatMap((each, index): Rule[] => {
    const path = [...flow.path, 'rules', index];
    if (!isRecord(each)) {
      flow.issues.push(definitionIssue(path, 'a rule must be an object with when and what it adds, replaces or skips'));
      return [];
    }
    const reader = new Reader(each, path, flow.issues);
    const rule: Rule = {
      id: reader.text('id', NAME) ?? `rule-${index + 1}`,
      ...given('after', reader.text('after', NAME)),
      ...given('when', reader.expression('when')),
      ...readChange(reader, readFlow),
    };
    if (rule.after === undefined && rule.when === undefined) reader.fault('when', 'a rule has when, after or both');
    if (!rule.add && !rule.replace && !rule.skip) reader.fault('add', 'a rule has add, replace or skip');
    reader.finish();
    return [rule];
  });
};
