import { ERRORS, isErrorCode, WaggleError } from '@waggle/protocol';
import type { Registrar } from './command.js';

/** How many letters lie between two words, as far as that matters for a guess. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
};

const nearest = (code: string): string | undefined => {
  const [best] = Object.keys(ERRORS)
    .map((known) => ({ known, away: distance(code, known) }))
    .sort((a, b) => a.away - b.away);
  return best && best.away <= 4 ? best.known : undefined;
};

export const registerExplain = ({ program, run }: Registrar): void => {
  program
    .command('explain')
    .summary('what an error code means')
    .description('Prints the entry of the error catalogue: what happened, whether trying again may help, and what to do.')
    .argument('<code>', 'e.g. NO_AGENT')
    .action(
      run(async ({ output }, given: string) => {
        const code = given.slice(0, 100).toUpperCase().replaceAll('-', '_');
        if (!isErrorCode(code)) {
          const guess = nearest(code);
          throw new WaggleError('CODE_UNKNOWN', `there is no code "${given}"${guess === undefined ? '' : `; is it ${guess}?`}`, {
            path: 'code',
          });
        }
        const { summary, retryable, remedy } = ERRORS[code];
        output.result({ code, summary, retryable, remedy }, () =>
          [output.colors.bold(code), `  ${summary}`, `  Trying again ${retryable ? 'may help' : 'does not help'}.`, `  ${remedy}`].join(
            '\n',
          ),
        );
      }),
    );
};
