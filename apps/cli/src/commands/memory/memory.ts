import type { KeyVersion, MemoryChange, Version } from '@waggle/memory';
import { WaggleError } from '@waggle/protocol';
import { durationOption, wholeNumber } from '../../input/option-values.js';
import { ago } from '../../output/format.js';
import { clip, plain, shownValue, table } from '../../output/table.js';
import { followMesh } from '../../session/follow-mesh.js';
import { withSession } from '../../session/session.js';
import type { Registrar } from '../command.js';
import { jsonOrText, sessionsOf, withSessions } from './with-sessions.js';

const WIDTH = 60;

const short = (value: unknown): string => clip(plain(JSON.stringify(value) ?? ''), WIDTH);
const since = (at?: string): string => (at === undefined ? '' : ago(at));

const keysText = (keys: KeyVersion[]): string => {
  if (keys.length === 0) return 'no keys';
  return table(
    ['KEY', 'VERSION', 'BY', 'WRITTEN', 'VALUE'],
    keys.map(({ key, version, by, at, value }) => [key, String(version), by ?? '', since(at), short(value)]),
  );
};

const historyText = (versions: Version[]): string =>
  table(
    ['VERSION', 'WHAT', 'BY', 'WRITTEN', 'VALUE'],
    versions.map(({ version, write, by, at, value }) => [
      String(version),
      write ?? '',
      by ?? '',
      since(at),
      value === undefined ? '' : short(value),
    ]),
  );

const changeText = ({ key, deleted, version, by, value }: MemoryChange): string =>
  deleted ? `${key} deleted` : `${key} ${version} ${by}: ${short(value)}`;

interface WriteFlags {
  expect?: number;
  ttl?: number;
}

/** Whole seconds, as the broker counts them. */
const secondsOption = (text: string): number => Math.max(1, Math.ceil(durationOption(text) / 1_000));
const version = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export const registerMemory = ({ program, run }: Registrar): void => {
  const memory = program
    .command('memory')
    .summary('what agents share: list, get, set, watch')
    .description('Reads and writes the shared memory of a session.');

  memory
    .command('list')
    .summary('all keys of a session')
    .argument('<session>')
    .action(
      run((context, session: string) =>
        withSessions(context, async (sessions) => {
          const keys = await sessions.session(session).memory.forceSync();
          context.output.result({ keys }, () => keysText(keys));
        }),
      ),
    );

  memory
    .command('get')
    .summary('what stands under a key')
    .argument('<session>')
    .argument('<key>')
    .action(
      run((context, session: string, key: string) =>
        withSessions(context, async (sessions) => {
          const [found] = await sessions.session(session).memory.forceSync(key);
          if (found === undefined)
            throw new WaggleError('BAD_USAGE', `nothing stands under ${key} in ${session}`, {
              path: 'key',
              remedy: `List its keys with \`waggle memory list ${session}\`.`,
            });
          context.output.result(found, () => shownValue(found.value));
        }),
      ),
    );

  for (const [name, summary] of [
    ['set', 'write a key: JSON, or else a text'],
    ['merge', 'merge a JSON Merge Patch into a key'],
  ] as const) {
    memory
      .command(name)
      .summary(summary)
      .argument('<session>')
      .argument('<key>')
      .argument('<value>')
      .option('--expect <version>', 'only over this version; 0: only where nothing stands', version)
      .option('--ttl <duration>', 'it goes by itself after that', secondsOption)
      .action(
        run((context, ...[session, key, value, flags]: [session: string, key: string, value: string, flags: WriteFlags]) =>
          withSessions(context, async (sessions) => {
            const written = await sessions.session(session).memory[name](key, jsonOrText(value), flags);
            context.output.result({ key, version: written }, () => `${key} is version ${written}`);
          }),
        ),
      );
  }

  memory
    .command('delete')
    .summary('delete a key; its history stays')
    .argument('<session>')
    .argument('<key>')
    .option('--expect <version>', 'only this version', version)
    .action(
      run((context, ...[session, key, flags]: [session: string, key: string, flags: WriteFlags]) =>
        withSessions(context, async (sessions) => {
          await sessions.session(session).memory.delete(key, flags);
          context.output.result({ key, deleted: true }, () => `${key} deleted`);
        }),
      ),
    );

  memory
    .command('history')
    .summary('the versions of a key')
    .argument('<session>')
    .argument('<key>')
    .option('-n, --limit <count>', 'at most so many', wholeNumber(1, 64))
    .action(
      run((context, ...[session, key, { limit }]: [session: string, key: string, options: { limit?: number }]) =>
        withSessions(context, async (sessions) => {
          const versions = await sessions.session(session).memory.history(key, limit);
          context.output.result({ key, versions }, () => historyText(versions));
        }),
      ),
    );

  memory
    .command('watch')
    .summary('changes as they come, until Ctrl-C')
    .argument('<session>')
    .argument('[pattern]', '`key`, or `prefix.>`', '>')
    .action(
      run((context, session: string, pattern: string) =>
        withSession(context, async (first) => {
          await followMesh(first, context, async (there, moved) => {
            const signal = AbortSignal.any([context.interrupted, moved]);
            for await (const change of sessionsOf(there).session(session).memory.watch(pattern, { current: true, signal }))
              context.output.result(change, () => changeText(change));
            return undefined;
          });
        }),
      ),
    );
};
