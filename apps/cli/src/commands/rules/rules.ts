import type { Registrar } from '../command.js';
import { registerRulesTest } from './rules-test.js';

export const registerRules = ({ program, run }: Registrar): void => {
  const rules = program.command('rules').summary('rules of audits: test yours').description('Rules of yours for audits.');
  registerRulesTest({ program: rules, run });
};
