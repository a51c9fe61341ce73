import { resolve } from 'node:path';
import { EXIT } from '../../exit-codes.js';
import { wholeNumber } from '../../input/option-values.js';
import type { Registrar } from '../command.js';

const COMMITS = 2000;
/** What git may write: some minutes of looking through. */
const CHARACTERS = 300_000_000;

export const registerSecretsHistory = ({ program, run }: Registrar): void => {
  program
    .command('history')
    .summary('secrets that commits brought in, also those deleted since')
    .description('Looks through what the commits of all branches added. A secret that was deleted is still in the history of every clone.')
    .argument('[path]', 'a folder in the repository', '.')
    .option('--commits <n>', `the newest commits that are looked at (default: ${COMMITS})`, wholeNumber(1, 1_000_000))
    .action(
      run(async ({ output, interrupted }, path: string, { commits = COMMITS }: { commits?: number }) => {
        // Half a second of loading that no other command should wait for.
        const { searchHistory } = await import('../../secrets/search-history.js');
        const { secrets, cut } = await searchHistory(resolve(path), { commits, characters: CHARACTERS, signal: interrupted });
        output.result({ secrets, cut }, () =>
          [
            ...secrets.map(
              ({ rule, path: file, line, commit, time, commits: times }) =>
                `${output.colors.bold(rule)} ${file}:${line} in ${commit.slice(0, 12)} of ${time.slice(0, 10)}${times > 1 ? `, and in ${times - 1} later` : ''}`,
            ),
            secrets.length === 0
              ? 'No secret was found.'
              : `${secrets.length} found: revoke each where it was issued; deleting it here does not help.`,
            ...(cut ? ['Older commits were not looked at: ask for more with --commits.'] : []),
          ].join('\n'),
        );
        return secrets.length === 0 ? EXIT.done : EXIT.failed;
      }),
    );
};
