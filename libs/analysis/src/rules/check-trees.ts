import { WaggleError } from '@waggle/protocol';
import { LANGUAGES, type Language } from '../source/language.js';
import { parse } from '../source/parse.js';
import type { Rule } from './rule.js';

/** Whether a rule's tree can be looked for in each language it names: a kind of node that one has not is `INVALID_RULE`. */
export const checkTrees = async (rule: Rule, path: string): Promise<void> => {
  if (rule.match === undefined) return;
  const { rule: shape, constraints } = rule.match;
  for (const language of rule.languages.filter((each): each is Language => (LANGUAGES as readonly string[]).includes(each))) {
    const root = await parse(language, '');
    try {
      root.findAll(constraints === undefined ? { rule: shape } : { rule: shape, constraints });
    } catch (error) {
      const reason = (error as Error).message.split('\n').at(-1)!.replace(/^\W+/, '');
      throw new WaggleError('INVALID_RULE', `${path}: tree cannot be looked for in ${language}: ${reason}`, {
        path: `${path}.tree`,
        cause: error,
      });
    }
  }
};
