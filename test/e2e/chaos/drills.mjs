/** What is done to the mesh: each drill disturbs one audit, or a fan of small flows, and says how that went. */
import { setTimeout as delay } from 'node:timers/promises';
import { runFan } from './fan.mjs';

const SERVICES = ['registry', 'coordinator', 'workspace', 'tech-debt-tracker', 'security-auditor', 'reviewer'];
/** An agent that is killed more often while it holds one task rightly takes the task for poison. */
const MOST_KILLS_OF_ONE = 2;
const STORM_PAUSE = 300;
/** Longer than an input's acknowledgement time, so that another replica has it meanwhile. */
const STALL = { least: 200, more: 2_500 };

/** Kills and waits for the return, timed; `during`: the flow had not ended. */
const killAndWait = async (name, kill, atWork) => {
  const during = atWork();
  const began = performance.now();
  const { back } = await kill();
  await back;
  return { name, during, back: performance.now() - began };
};

const auditUnder = async ({ audit }, disturb) => {
  const { took, wrong, disturbed = [] } = await audit.run(disturb);
  return { took, over: took - audit.took, kills: disturbed, wrong };
};

const killOne = (name) => ({
  name,
  run: (stage, random) =>
    auditUnder(stage, async (atWork) => {
      await delay(stage.audit.momentFor(name, random));
      return [await killAndWait(name, () => stage.mesh.kill(name), atWork)];
    }),
});

const killReplicas = (count) => ({
  name: `coordinator, one of ${count}`,
  run: async (stage, random) => {
    const { mesh, audit } = stage;
    for (let i = 1; i < count; i++) await mesh.addInstance('coordinator');
    try {
      return await auditUnder(stage, async (atWork) => {
        await delay(audit.momentFor('coordinator', random));
        return [await killAndWait('coordinator', () => mesh.killCoordinator(random.pick), atWork)];
      });
    } finally {
      await mesh.removeInstances();
    }
  },
});

/** Stalls a process instead of killing it: another does its work, and it comes back believing that it still holds it. */
const stallOne = (name) => ({
  name: `${name}, stalled`,
  run: async (stage, random) => {
    const { mesh, audit } = stage;
    if (name !== 'broker') await mesh.addInstance(name);
    try {
      return await auditUnder(stage, async (atWork) => {
        await delay(audit.momentFor(name, random));
        const during = atWork();
        const { resume } = await mesh.pause(name);
        const back = STALL.least + random.real() * STALL.more;
        await delay(back).finally(resume);
        return [{ name, during, back }];
      });
    } finally {
      await mesh.removeInstances();
    }
  },
});

/** Whoever chance picks, again and again while there is work, several down at once; each so rarely that poison is not meant. */
const storm = async ({ mesh }, { victims, random, atWork }) => {
  const kills = [];
  const down = new Set();
  const left = new Map(victims.map((name) => [name, MOST_KILLS_OF_ONE]));
  for (;;) {
    await delay(random.real() * STORM_PAUSE);
    const standing = victims.filter((name) => left.get(name) > 0 && !down.has(name));
    if (!atWork() || victims.every((name) => left.get(name) === 0)) break;
    if (standing.length === 0) continue;
    const name = random.pick(standing);
    left.set(name, left.get(name) - 1);
    down.add(name);
    kills.push(killAndWait(name, () => mesh.kill(name), atWork).finally(() => down.delete(name)));
  }
  return Promise.all(kills);
};

const everything = {
  name: 'one after the other',
  run: (stage, random) => auditUnder(stage, (atWork) => storm(stage, { victims: [...SERVICES, 'broker'], random, atWork })),
};

const fan = {
  name: 'counted effects',
  run: async (stage, random) => {
    const victims = ['counter', 'coordinator', 'registry', 'broker'];
    const { disturbed: kills = [], ...rest } = await runFan({ ...stage, ...stage.fan }, (atWork) =>
      storm(stage, { victims, random, atWork }),
    );
    return { kills, ...rest };
  },
};

/** An instance that joins, lives for a moment and is killed, then the next, while there is work. */
const shortLives = async ({ mesh }, { name, longest, random, atWork }) => {
  const kills = [];
  while (atWork()) {
    const began = performance.now();
    // one that gives up because the broker is away for too long is as good as killed
    const instance = await mesh.addInstance(name).catch(() => undefined);
    if (instance === undefined) continue;
    const back = performance.now() - began;
    await delay(random.real() * longest);
    kills.push({ name, during: atWork(), back });
    await mesh.killInstance(instance);
  }
  return kills;
};

/** Milliseconds that instances live at most; one that holds tasks longer, so that none of them is taken for poison. */
const LIVES = { coordinator: 400, registry: 400, sessions: 400, counter: 3_000 };
/** Between two kills of the broker, at most. */
const BROKER_PAUSE = 3_000;

const brokerKills = async ({ mesh }, { random, atWork }) => {
  const kills = [];
  for (;;) {
    await delay(500 + random.real() * BROKER_PAUSE);
    if (!atWork()) return kills;
    kills.push(await killAndWait('broker', () => mesh.kill('broker'), atWork));
  }
};

/** Kills as fast as processes start, beside the mesh's own, which are killed now and then. */
export const SIEGE = {
  name: 'siege',
  run: async (stage, random) => {
    const { disturbed: kills = [], ...rest } = await runFan({ ...stage, ...stage.fan }, async (atWork) => {
      const under = { random, atWork };
      const all = await Promise.all([
        ...Object.entries(LIVES).map(([name, longest]) => shortLives(stage, { ...under, name, longest })),
        storm(stage, { ...under, victims: ['coordinator', 'registry', 'sessions', 'counter'] }),
        brokerKills(stage, under),
      ]);
      return all.flat();
    });
    return { kills, ...rest };
  },
};

const byName = new Map(SERVICES.map((name) => [name, killOne(name)]));
const core = [byName.get('registry'), byName.get('coordinator'), killOne('broker'), killReplicas(2), killReplicas(3)];
const agents = ['workspace', 'tech-debt-tracker', 'security-auditor', 'reviewer'].map((name) => byName.get(name));

const stalls = ['coordinator', 'tech-debt-tracker', 'broker'].map(stallOne);

/** Stages follow each other; the lanes of a stage run at once, the drills of a lane one by one. */
export const LONG = [[[...core, ...agents, ...stalls, everything, fan]]];
/** Everybody once, overlapping: what waits for one agent's return does not keep the others. */
export const SHORT = [[core, ...agents.map((drill) => [drill])], [[fan]]];
