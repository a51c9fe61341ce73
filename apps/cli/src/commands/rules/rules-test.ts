import { readRuleFolder, tryExamples, type FailedExample } from '@waggle/analysis';
import { EXIT } from '../../exit-codes.js';
import type { Output } from '../../output/output.js';
import type { Registrar } from '../command.js';

const indented = (code: string): string =>
  code
    .trimEnd()
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');

const describe = (colors: Output['colors'], { rule, language, kind, code, found }: FailedExample): string => {
  const what = kind === 'bad' ? 'does not find this bad example' : `finds ${found} in this good example`;
  return `${colors.red('failed')} ${colors.bold(rule)} ${what} (${language}):\n${indented(code)}`;
};

export const registerRulesTest = ({ program, run }: Registrar): void => {
  program
    .command('test')
    .summary('rules of yours against their own examples')
    .description('Reads the rules of a folder (*.yaml, folders in it too) and tries every example of each. Needs no mesh.')
    .argument('[dir]', 'folder of rules (default: WAGGLE_RULES, or waggle-rules)')
    .action(
      run(async ({ output }, given: string | undefined) => {
        const rules = await readRuleFolder(given ?? (process.env['WAGGLE_RULES'] || 'waggle-rules'));
        const failed: FailedExample[] = [];
        for (const rule of rules) failed.push(...(await tryExamples(rule)));
        const examples = rules.reduce((sum, rule) => sum + rule.examples.bad.length + rule.examples.good.length, 0);
        output.result({ rules: rules.length, examples, failed }, () =>
          [
            ...failed.map((each) => describe(output.colors, each)),
            `${rules.length} rules, ${examples} examples: ${failed.length === 0 ? output.colors.green('all as they should be') : output.colors.red(`${failed.length} failed`)}`,
          ].join('\n'),
        );
        return failed.length === 0 ? EXIT.done : EXIT.failed;
      }),
    );
};
