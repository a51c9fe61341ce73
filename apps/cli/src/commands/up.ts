import { Option } from 'commander';
import { Mesh, type MeshEvents } from '../mesh/mesh.js';
import { once } from 'node:events';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { collect, wholeNumber } from '../input/option-values.js';
import { duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import { redact } from '../output/redact.js';
import type { Registrar } from './command.js';

interface UpOptions {
  processes?: boolean;
  port?: number;
  agent?: string[];
  trusted?: boolean;
  sync?: 'always';
}

/** What happens in a mesh, as lines; with --json as one object a line. */
export const meshEvents = (output: Output): MeshEvents => {
  const { green, yellow, red, dim } = output.colors;
  const tell = (event: object, text: string): void => {
    output.event(event);
    output.note(text);
  };
  return {
    onProgress: (text) => output.note(dim(text)),
    onBroker: ({ url, version, how, external }) =>
      tell(
        { broker: { url: redact(url), version, how } },
        `${green('✔')} broker ${external ? 'of WAGGLE_BROKER_URL' : `nats-server ${version} (${how})`} at ${redact(url)}`,
      ),
    onBrokerDown: (why) => tell({ broker: { down: why } }, yellow(`! ${why}: starting it again`)),
    onUp: ({ name, pid, again }) =>
      tell(
        { up: { name, pid, again } },
        `${green('✔')} ${name}${pid === undefined || pid === process.pid ? '' : dim(` pid ${pid}`)}${again ? ' again' : ''}`,
      ),
    onDown: ({ name, why, wait }) =>
      tell({ down: { name, why, wait } }, yellow(`! ${name}: ${why}; starting it again in ${duration(wait)}`)),
    onError: (text) => output.note(red(`! ${text}`)),
  };
};

const warnTrusted = (output: Output): void => {
  output.warn(
    output.colors.yellow(
      'warning: --trusted takes the broker as one account. Whoever reaches it can read every task, forge results, and delete',
    ),
  );
  output.warn(
    output.colors.yellow(
      '         queues: nothing keeps agents, clients and services apart. For one person on one machine, never for others.',
    ),
  );
};

export const registerUp = ({ program, run }: Registrar): void => {
  program
    .command('up')
    .summary('run the mesh until Ctrl-C')
    .description(
      'Starts a broker and all services, and runs them until Ctrl-C. With WAGGLE_BROKER_URL it uses that broker instead of one of its own.',
    )
    .option('--processes', 'each service as a process of its own, started again when it ends')
    .option('--port <n>', 'loopback port of the broker; a free one when left out', wholeNumber(1, 65_535))
    .addOption(
      new Option('--sync <when>', 'always: each write is on disk before it is acknowledged; every two minutes when left out').choices([
        'always',
      ]),
    )
    .option('--agent <dir>', 'folder of a service beside those of the house; may be repeated', collect)
    .option('--trusted', 'take the broker of WAGGLE_BROKER_URL as one account, with nobody kept apart')
    .action(
      run(async (context, { processes = false, port, agent = [], trusted = false, sync }: UpOptions) => {
        const { root, folder, output, env, interrupted } = context;
        const brokerUrl = env['WAGGLE_BROKER_URL'] || undefined;
        if (trusted && brokerUrl !== undefined) warnTrusted(output);
        const began = performance.now();
        const mesh = await Mesh.start({
          root,
          folder,
          processes,
          port,
          sync,
          agents: agent,
          brokerUrl,
          trusted: trusted && brokerUrl !== undefined,
          events: meshEvents(output),
          signal: interrupted,
        });
        const took = performance.now() - began;
        output.event({ ready: { url: mesh.url, milliseconds: Math.round(took) } });
        output.note(`ready in ${duration(took)} at ${mesh.url}: logs in ${folder.logs}; Ctrl-C stops it`);
        if (!interrupted.aborted) await once(interrupted, 'abort');
        await stop(mesh, context);
        return EXIT.done;
      }),
    );
};

const stop = async (mesh: Mesh, { output }: Context): Promise<void> => {
  output.note('stopping: what is in flight ends or is handed back');
  const began = performance.now();
  await mesh.stop();
  output.event({ stopped: true });
  output.note(`stopped in ${duration(performance.now() - began)}`);
};
