import { STREAMS } from '@waggle/protocol';
import { EXIT } from '../../exit-codes.js';
import { bytes, count } from '../../output/format.js';
import { redact } from '../../output/redact.js';
import { tellOf } from '../../output/report-error.js';
import { plain } from '../../output/table.js';
import { listAgents, listFlows } from '../../session/questions.js';
import { Session } from '../../session/session.js';
import { manifest as cli } from '../../cli.manifest.js';
import type { Context } from '../../context.js';
import type { Registrar } from '../command.js';
import { flowCounts, MOST_COUNTED } from './flow-counts.js';
import { readStuck } from './read-stuck.js';
import { registerRoute } from './route.js';
import { stuckFlows, type Stuck } from './stuck-flows.js';

interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  message: string;
  code?: string;
  /** What to do about it. */
  remedy?: string;
}

type Found = Omit<Check, 'name'>;
const ok = (message: string): Found => ({ state: 'ok', message });
const warning = (message: string): Found => ({ state: 'warning', message });

const check = async (name: string, look: () => Promise<Found>): Promise<Check> => {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    const { code, message, remedy } = tellOf(error);
    return { name, state: 'failed', message: redact(message), code, remedy };
  }
};

const FULL = 0.8;

const streams = async ({ bus }: Session): Promise<Found> => {
  const inspected = STREAMS.filter((stream) => cli.inspects?.includes(stream));
  const figures = await Promise.all(inspected.map(async (stream) => ({ stream, ...(await bus.figures(stream)) })));
  const filled = figures.map(({ stream, bytes: used, maxBytes }) => ({ stream, used, part: maxBytes > 0 ? used / maxBytes : 0 }));
  const full = filled.filter(({ part }) => part > FULL).map(({ stream, part }) => `${stream} ${Math.round(part * 100)} %`);
  if (full.length > 0) return warning(`nearly full: ${full.join(', ')}`);
  return ok(`${count(figures.length, 'stream')}, ${bytes(filled.reduce((sum, { used }) => sum + used, 0))} stored`);
};

const health = async (session: Session, service: string): Promise<Found> => {
  const { ready, reasons } = await session.ask<{ ready: boolean; reasons: string[] }>(service, 'health');
  return ready ? ok('ready') : { state: 'failed', message: reasons.map(plain).join('; '), code: 'NOT_PROVISIONED' };
};

const agents = async (session: Session): Promise<Found> => {
  const known = (await listAgents(session)).filter(({ kind }) => kind === 'agent');
  const off = known.filter(({ state }) => state === 'offline').map(({ name }) => name);
  const there = `${count(known.length - off.length, 'agent')} with ${count(known.flatMap(({ skills }) => skills).length, 'skill')}`;
  return off.length > 0 ? warning(`${there}; offline: ${off.join(', ')}`) : ok(there);
};

/** How many there are, then a line for each cause for which some stand still. */
const flows = async (session: Session): Promise<Check[]> => {
  let stuck: Stuck[] = [];
  const counted = await check('flows', async () => {
    const [working, asking] = await Promise.all(
      (['WORKING', 'INPUT_REQUIRED'] as const).map((state) => listFlows(session, { state, limit: MOST_COUNTED })),
    );
    stuck = stuckFlows(await readStuck(session, [...working!, ...asking!]));
    return ok(flowCounts(working!.length, asking!.length));
  });
  return [counted, ...stuck.map((each): Check => ({ ...each, state: 'warning' }))];
};

const checksOf = async (context: Context): Promise<Check[]> => {
  const checks = [await check('Node', async () => ok(process.version))];
  let session: Session | undefined;
  const began = performance.now();
  checks.push(
    await check('broker', async () => {
      session = await Session.open(context);
      const { servers, me, mesh } = session.target;
      const { serverVersion } = session.bus.connection;
      const found = `nats-server ${serverVersion} at ${redact(servers)} as ${me}, answered in ${Math.round(performance.now() - began)} ms`;
      return mesh?.trusted ? warning(`${found}; one account for all (--trusted)`) : ok(found);
    }),
  );
  if (session === undefined) return checks;
  const open: Session = session;
  try {
    checks.push(
      await check('streams', () => streams(open)),
      await check('registry', () => health(open, 'registry')),
      await check('coordinator', () => health(open, 'coordinator')),
      await check('agents', () => agents(open)),
      ...(await flows(open)),
    );
  } finally {
    await open.close();
  }
  return checks;
};

export const registerDoctor = ({ program, run }: Registrar): void => {
  const doctor = program
    .command('doctor')
    .summary('check the mesh')
    .description('Checks broker, rights, streams, services and agents, and says what to do about what is wrong.');
  doctor.action(
    run(async (context) => {
      const checks = await checksOf(context);
      const { output } = context;
      const { green, yellow, red } = output.colors;
      const signs = { ok: green('✔'), warning: yellow('!'), failed: red('✖') };
      const failed = checks.some(({ state }) => state === 'failed');
      output.result({ ok: !failed, checks }, () =>
        checks
          .map(
            ({ name, state, message, code, remedy }) =>
              `${signs[state]} ${name}: ${message}${code === undefined ? '' : ` (${code}: \`waggle explain ${code}\`)`}${remedy === undefined ? '' : `\n    ${remedy}`}`,
          )
          .join('\n'),
      );
      if (!failed) return EXIT.done;
      return checks.some(({ code }) => code === 'BUS_UNREACHABLE') ? EXIT.unreachable : EXIT.failed;
    }),
  );
  registerRoute({ program: doctor, run });
};
