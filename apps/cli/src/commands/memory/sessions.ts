import type { CheckpointInfo, PointState, SessionInfo, SessionLine } from '@waggle/memory';
import { ago, count } from '../../output/format.js';
import type { Output } from '../../output/output.js';
import { plain, table } from '../../output/table.js';
import type { Registrar } from '../command.js';
import { withSessions } from './with-sessions.js';

const listText = (sessions: SessionLine[]): string => {
  if (sessions.length === 0) return 'no sessions';
  return table(
    ['SESSION', 'STATE', 'AGENTS', 'BY', 'SINCE', ''],
    sessions.map(({ session, open, rollingBack, agents, createdBy, createdAt, description }) => [
      session,
      rollingBack ? 'rolling back' : open ? 'open' : 'closed',
      agents.join(' '),
      createdBy,
      ago(createdAt),
      plain(description ?? ''),
    ]),
  );
};

interface Whole {
  info: SessionInfo;
  checkpoints: CheckpointInfo[];
  points: (PointState & { name: string })[];
}

const expected = ({ expect, arrived }: PointState): string =>
  typeof expect === 'number' ? `${Object.keys(arrived).length} of ${expect}` : `${Object.keys(arrived).join(' ')} of ${expect.join(' ')}`;

const wholeText = ({ info, checkpoints, points }: Whole, { colors: { bold } }: Output): string => {
  const lines = [`${bold(info.session)} ${info.open ? 'open' : 'closed'}, by ${info.createdBy} ${ago(info.createdAt)}`];
  const part = (title: string, heads: string[], rows: string[][]): void => {
    if (rows.length > 0) lines.push('', bold(title), table(heads, rows));
  };
  part(
    'Agents',
    ['NAME', 'ROLE', 'JOINED'],
    Object.entries(info.agents).map(([name, { role, joinedAt }]) => [name, role ?? '', ago(joinedAt)]),
  );
  part(
    'Keys',
    ['KEY', 'OWNERS', 'SCHEMA'],
    Object.entries(info.keys).map(([key, { owners, schema }]) => [key, owners?.join(' ') ?? 'anybody', schema === undefined ? '' : 'yes']),
  );
  part(
    'Sync points',
    ['NAME', 'STATE', 'ARRIVED'],
    points.map((point) => [point.name, point.state, expected(point)]),
  );
  part(
    'Checkpoints',
    ['NAME', 'BY', 'MADE', 'KEYS'],
    checkpoints.map(({ name, by, at, keys }) => [name, by, ago(at), String(keys)]),
  );
  part(
    'Rolled back',
    ['TO', 'BY', 'WHEN', 'KEYS', 'UNDONE BY'],
    info.rollbacks.map(({ to, by, at, keys, undo }) => [to, by, ago(at), String(keys), undo]),
  );
  part(
    'Done outside',
    ['WHAT', 'BY', 'WHEN', 'UNDONE BY'],
    info.effects.map(({ what, by, at, undoneBy, compensation }) => [
      plain(what),
      by,
      ago(at),
      undoneBy ?? compensation?.skill ?? 'nothing',
    ]),
  );
  return lines.join('\n');
};

interface Flags {
  checkpoint?: string;
  rollBack?: string;
  close?: boolean;
}

export const registerSessions = ({ program, run }: Registrar): void => {
  program
    .command('sessions')
    .summary('sessions of agents, or all about one; checkpoints')
    .description('Lists sessions; with a name, who is in it, its keys, sync points, checkpoints and rollbacks.')
    .argument('[name]', 'session')
    .option('--checkpoint <name>', 'note what its memory holds now')
    .option('--roll-back <name>', 'take its memory back to a checkpoint')
    .option('--close', 'let nothing more be written in it')
    .action(
      run((context, name: string | undefined, flags: Flags) =>
        withSessions(context, async (sessions) => {
          const { output } = context;
          if (name === undefined) {
            const list = await sessions.list();
            return output.result({ sessions: list }, () => listText(list));
          }
          const session = sessions.session(name);
          if (flags.checkpoint !== undefined) {
            const made = await session.checkpoint(flags.checkpoint);
            return output.result(made, () => `${made.name}: ${count(made.keys, 'key')}`);
          }
          if (flags.rollBack !== undefined) {
            const done = await session.rollBack(flags.rollBack);
            return output.result(done, () => `${count(done.keys, 'key')} changed; --roll-back ${done.undo} undoes it`);
          }
          if (flags.close === true) {
            await session.close();
            return output.result({ session: name, open: false }, () => `${name} is closed`);
          }
          const [info, checkpoints, points] = await Promise.all([session.describe(), session.checkpoints(), session.points()]);
          output.result({ ...info, checkpoints, points }, () => wholeText({ info, checkpoints, points }, output));
        }),
      ),
    );
};
