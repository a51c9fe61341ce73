/** `npm run crash -- [--who coordinator|agent] [--every K] [--from N]`: dies at each point, and compares the ends. */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runCleanup } from '@waggle/testkit';
import { CrashGround, type End } from './crash-ground.js';
import { Mortal, type Role } from './mortal.js';

const { values } = parseArgs({
  options: {
    who: { type: 'string' },
    every: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
  },
});

/** Far more than the flow has: one that never ends to count is wrong. */
const MOST = 2_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Round {
  points: number;
  deaths: number;
  wrong: number;
}

/** Kills one process of the role at each point in turn; another takes its place. */
const rounds = async (role: Role, { every, from }: { every: number; from: number }): Promise<Round> => {
  const ground = await CrashGround.start();
  const { url } = ground.broker;
  const mortal = (): Mortal => new Mortal(role, url);
  const other = new Mortal(role === 'coordinator' ? 'agent' : 'coordinator', url);
  await other.start();
  const first = mortal();
  await first.start();
  await ground.submit(`${role}-undisturbed`);
  const undisturbed = await ground.endOf(`${role}-undisturbed`);
  const points = await first.points();
  await first.kill();
  const round: Round = { points, deaths: 0, wrong: 0 };
  let [doomed, heir] = [mortal(), mortal()];
  for (let point = from; point <= MOST; point += every) {
    const flowId = `${role}-${point}`;
    await doomed.start(point);
    await ground.submit(flowId);
    const died = await Promise.race([doomed.exited.then(() => true), ended(ground, flowId)]);
    if (!died) {
      await doomed.kill();
      await heir.kill();
      break;
    }
    round.deaths++;
    await heir.start();
    const next: [Mortal, Mortal] = [mortal(), mortal()];
    try {
      const end: End = await ground.endOf(flowId);
      if (!isDeepStrictEqual(end, undisturbed)) {
        round.wrong++;
        say(`${role} at point ${point}: ${JSON.stringify(end)}, undisturbed: ${JSON.stringify(undisturbed)}`);
      }
    } catch (error) {
      round.wrong++;
      say(`${role} at point ${point}: ${String(error)}`);
    }
    await heir.kill();
    [doomed, heir] = next;
  }
  await doomed.kill();
  await heir.kill();
  await other.kill();
  return round;
};

/** Resolves with false once the flow has ended and nothing of it is left to settle. */
const ended = async (ground: CrashGround, flowId: string): Promise<false> => {
  while (!(await ground.hasEnded(flowId))) await new Promise((resolve) => setTimeout(resolve, 20));
  await ground.endOf(flowId);
  // the last acknowledgement is a point too
  await new Promise((resolve) => setTimeout(resolve, 300));
  return false;
};

const main = async (): Promise<number> => {
  const roles: Role[] = values.who === undefined ? ['coordinator', 'agent'] : [values.who as Role];
  const options = { every: Number(values.every), from: Number(values.from) };
  let wrong = 0;
  try {
    for (const role of roles) {
      const round = await rounds(role, options);
      wrong += round.wrong;
      say(JSON.stringify({ role, ...round }));
    }
  } finally {
    await runCleanup();
  }
  return wrong > 0 ? 1 : 0;
};

process.exitCode = await main();
