import { WaggleError } from '@waggle/protocol';
import { EXIT } from '../../exit-codes.js';
import { ago, count } from '../../output/format.js';
import { clip, plain, table } from '../../output/table.js';
import { findLetters, listLetters, replayLetter, type StoredLetter } from '../../session/dead-letters.js';
import { withSession } from '../../session/session.js';
import type { Registrar } from '../command.js';

const WIDTH = 60;
const LONG = 4_000;

const shown = ({ id, agent, at, letter }: StoredLetter): object => ({ id, agent, at, ...letter });

const listText = (letters: StoredLetter[]): string =>
  letters.length === 0
    ? 'no dead letters'
    : table(
        ['ID', 'SKILL', 'AGENT', 'ATTEMPTS', 'DIED', 'ERROR'],
        letters.map(({ id, agent, at, letter: { skill, attempt, error } }) => [
          id,
          skill,
          agent,
          String(attempt),
          ago(at),
          clip(plain(`${error.code}: ${error.message}`), WIDTH),
        ]),
      );

const letterText = ({ id, agent, at, letter }: StoredLetter): string => {
  const { skill, attempt, error, earlier = [], owner, step, workflow, input, workState } = letter;
  const json = (value: unknown): string => clip(plain(JSON.stringify(value) ?? ''), LONG);
  return [
    `${id}: ${skill} of ${owner}${workflow === undefined ? '' : `, ${plain(workflow)}`}${step === undefined ? '' : `, step ${step}`}`,
    `  died ${ago(at)} on ${agent} after ${count(attempt, 'attempt')}`,
    ...[...earlier, error].map((fault) => `  ${plain(`${fault.code}: ${fault.message}`)}`),
    ...(input === undefined ? [] : [`  input: ${json(input)}`]),
    ...(workState === undefined ? [] : [`  work state: ${json(workState)}`]),
  ].join('\n');
};

export const registerDlq = ({ program, run }: Registrar): void => {
  const dlq = program
    .command('dlq')
    .summary('dead letters: list, show, replay')
    .description('Lists the tasks that will not be tried again by themselves: poison, and those whose retries are spent.');
  dlq.action(
    run(async (context) =>
      withSession(context, async (session) => {
        const letters = await listLetters(session);
        context.output.result({ deadLetters: letters.map(shown) }, () => listText(letters));
      }),
    ),
  );

  dlq
    .command('show')
    .description('All that is known of a dead letter: every fault, the input, the work that was saved.')
    .argument('<id>', 'FLOW/TASK, or FLOW for all of one')
    .action(
      run(async (context, id: string) =>
        withSession(context, async (session) => {
          const letters = await findLetters(session, id);
          context.output.result({ deadLetters: letters.map(shown) }, () => letters.map(letterText).join('\n\n'));
        }),
      ),
    );

  dlq
    .command('replay')
    .description('Tries dead letters again, each as a new flow that names where it comes from. Repeated or killed, each is tried once.')
    .argument('[id]', 'FLOW/TASK, or FLOW for all of one')
    .option('--all', 'all there are')
    .action(
      run(async (context, id: string | undefined, { all }: { all?: boolean }) => {
        if ((id === undefined) === (all !== true)) throw new WaggleError('BAD_USAGE', 'name a dead letter, or say --all', { path: 'id' });
        return withSession(context, async (session) => {
          const letters = id === undefined ? await listLetters(session) : await findLetters(session, id);
          const replayed: { id: string; flowId: string }[] = [];
          for (const letter of letters) {
            if (context.interrupted.aborted) break;
            replayed.push({ id: letter.id, flowId: await replayLetter(session, letter) });
          }
          context.output.result({ replayed }, () =>
            replayed.length === 0 ? 'no dead letters' : replayed.map((each) => `${each.id} goes on as ${each.flowId}`).join('\n'),
          );
          return replayed.length < letters.length ? EXIT.interrupted : EXIT.done;
        });
      }),
    );
};
