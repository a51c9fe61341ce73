import { WaggleError } from '@waggle/protocol';
import { manifestFor } from '../input/read-manifest.js';
import { requireName } from '../input/require-name.js';
import { checkTogether, readAllowed, writeAllowed } from '../mesh/allowed.js';
import { discoverServices } from '../mesh/discover.js';
import { Roster } from '../mesh/roster.js';
import { applyAllowed, changing } from '../session/apply-allowed.js';
import { exportLines } from '../session/client-environment.js';
import { environmentOf, runningMesh } from '../session/running-mesh.js';
import type { Registrar } from './command.js';

interface AllowOptions {
  agent?: boolean;
  client?: boolean;
  manifest?: string;
}

export const registerAllow = ({ program, run }: Registrar): void => {
  program
    .command('allow')
    .summary('let a new agent or client in')
    .description(
      'Gives a name a key, rights and queues; the broker takes them without dropping a connection. Prints what it signs in with.',
    )
    .argument('<name>', 'the name it signs in with')
    .option('--agent', 'an agent: takes tasks of its own queues')
    .option('--client', 'a client: submits, signals and watches flows of its own')
    .option('--manifest <file>', 'what it may say and hear (JSON, YAML, or a module); what every agent or client needs when left out')
    .action(
      run(async (context, name: string, { agent, client, manifest: file }: AllowOptions) => {
        requireName(name, 'name');
        if (agent === client) throw new WaggleError('BAD_USAGE', 'say --agent or --client');
        const manifest = await manifestFor(name, agent ? 'agent' : 'client', file);
        const taken = await changing(context, async () => {
          const roster = await Roster.of(await discoverServices(context.root), context.folder);
          const others = roster.allowed.filter((each) => each.name !== name);
          if (roster.manifests.some((each) => each.name === name) && others.length === roster.allowed.length) {
            throw new WaggleError('BAD_USAGE', `${name} is a name of the mesh itself`, { path: 'name', remedy: 'Choose another name.' });
          }
          const before = roster.allowed.find((each) => each.name === name);
          if (before !== undefined && before.kind !== manifest.kind) {
            throw new WaggleError('BAD_USAGE', `${name} was let in before, as ${before.kind === 'agent' ? 'an agent' : 'a client'}`, {
              path: 'name',
              remedy: `Choose another name, or \`waggle revoke ${name}\` first: a name and its key stand for one of the two.`,
            });
          }
          checkTogether([...roster.manifests.filter((each) => each.name !== name), manifest]);
          await roster.keys.publicKey(name);
          await writeAllowed(context.folder.allowed, [...others, manifest]);
          return applyAllowed(context);
        });
        if (!taken) {
          context.output.note(`no mesh runs in ${context.folder.path}: ${name} may come in from the next \`waggle up\` on`);
          return;
        }
        const environment = await environmentOf(name, await runningMesh(context), context);
        context.output.result(environment, () => exportLines(environment));
      }),
    );
};

export const registerRevoke = ({ program, run }: Registrar): void => {
  program
    .command('revoke')
    .summary('take back what `allow` gave')
    .description(
      'Takes key and rights from a name that was let in; its connections are closed. Its queues stay, for flows may still wait on them.',
    )
    .argument('<name>', 'the name it signs in with')
    .action(
      run(async (context, name: string) => {
        requireName(name, 'name');
        const taken = await changing(context, async () => {
          const manifests = await readAllowed(context.folder.allowed);
          const others = manifests.filter((each) => each.name !== name);
          if (others.length === manifests.length)
            throw new WaggleError('BAD_USAGE', `nobody named ${name} was let in`, {
              path: 'name',
              remedy: `${context.folder.allowed} lists who was.`,
            });
          const roster = await Roster.of([], context.folder);
          await roster.keys.remove(name);
          await writeAllowed(context.folder.allowed, others);
          return applyAllowed(context);
        });
        context.output.result({ name, revoked: true, applied: taken }, () => `${name} may no longer sign in`);
      }),
    );
};
