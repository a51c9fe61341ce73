import { readFile } from 'node:fs/promises';
import { eventually } from '@waggle/testkit';
import { parse } from 'yaml';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

const GATE = `name: gate
steps:
  - id: ask
    decide: { question: 'Go on with \${{ input.what }}?', severity: high, options: [yes, no], default: no }
    timeout: 1h
  - id: say
    skill: echo.echo
    when: steps.ask.output.option == "yes"
    input: { text: '\${{ input.what }}' }
`;

/** Waits for a signal before it does anything. */
const HELD = `name: held
steps:
  - { id: gate, wait: { signal: go } }
  - { id: say, skill: echo.echo, needs: [gate], input: { text: hi } }
`;

/** Its task takes longer than it may, twice. */
const DIES = `name: dies
steps:
  - { id: kept, skill: echo.echo, input: { text: kept } }
  - { id: late, skill: echo.echo, needs: [kept], input: { delay: 1s }, timeout: 300ms, retry: { attempts: 2, initial: 0 } }
`;

describe('operating flows', () => {
  let place: Place;
  let gate: string;
  let held: string;

  beforeAll(async () => {
    place = await Place.make();
    await place.up(['--processes']);
    gate = await place.file('gate.yaml', GATE);
    held = await place.file('held.yaml', HELD);
  });
  afterAll(() => place.remove());

  const submitted = async (file: string, id: string, input: object = {}): Promise<void> => {
    const definition = (await place.cli(['workflows', 'validate', file, '--json'])).json;
    expect(definition).toMatchObject({ valid: true });
    const submission = await place.file(`${id}.json`, JSON.stringify({ definition: parse(await readFile(file, 'utf8')), input }));
    expect(await place.cli(['submit', submission, '--id', id])).toMatchObject({ code: 0 });
  };

  /** The question of a flow, as soon as it is asked. */
  const askOf = async (flowId: string): Promise<string> => {
    for (;;) {
      const { json } = await place.cli(['escalations', '--flow', flowId, '--json']);
      if (json.escalations.length > 0) return json.escalations[0].id as string;
    }
  };

  test('people are asked, and decide', async () => {
    await submitted(gate, 'gate-1', { what: 'it' });
    const id = await askOf('gate-1');
    expect((await place.cli(['escalations'])).stdout).toContain('Go on with it?');
    const { stdout: doctor } = await place.cli(['doctor']);
    expect(doctor).toContain('flows: 0 flows at work, 1 waiting for people');
    expect(doctor).toContain('questions: 1 question to people, the oldest asked ');
    expect((await place.cli(['escalations', id])).stdout).toContain('if nobody answers: no');
    expect(await place.cli(['decide', id, 'perhaps', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
    expect(
      await place.cli(['decide', id, 'yes', '--as', 'Ann', '--rationale', 'it is ready', '--value', '{"build":7}', '--json']),
    ).toMatchObject({
      code: 0,
      json: { flowId: 'gate-1', option: 'yes', stored: true, applied: true },
    });
    expect(await place.cli(['watch', 'gate-1'])).toMatchObject({ code: 0 });
    expect((await place.cli(['flows', 'gate-1', '--history'])).stdout).toContain(
      'Ann, signed in as cli, decided "yes" for ask: it is ready',
    );
    const late = await place.cli(['decide', id, 'no', '--json']);
    expect(late).toMatchObject({ code: 1, json: { error: { code: 'DECISION_TAKEN' } } });
    expect(late.json.error.message).toMatch(/^Ann has decided "yes" .+ ago$/);
    expect(await place.cli(['decide', 'nobody', 'no', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'DECISION_UNKNOWN' } } });
  });

  test('flows are paused, modified, resumed and canceled', async () => {
    await submitted(held, 'held-1');
    const paused = (await place.about(['signal', 'held-1', 'pause', '--reason', 'lunch'])).stdout;
    expect(paused).toContain('pause sent to held-1: it is paused, nothing begins until it is resumed');
    expect((await place.cli(['flows'])).stdout).toMatch(/held-1.*WORKING paused/);
    expect((await place.cli(['flows', 'held-1'])).stdout).toContain('it is paused');
    const change = await place.file('change.yaml', 'remove: [say]\nadd: [{ id: other, skill: echo.echo, input: { text: x } }]');
    expect(await place.cli(['signal', 'held-1', 'modify', '--change', change, '--json'])).toMatchObject({
      code: 0,
      json: { applied: true },
    });
    const wrong = await place.file('wrong.yaml', 'remove: [gate]');
    expect(await place.cli(['signal', 'held-1', 'modify', '--change', wrong, '--json'])).toMatchObject({
      code: 1,
      json: { error: { code: 'SIGNAL_REFUSED' } },
    });
    expect(await place.cli(['signal', 'held-1', 'modify', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
    const misspelt = await place.file('misspelt.yaml', 'prioritize: { gate: high }');
    const refused = await place.cli(['signal', 'held-1', 'modify', '--change', misspelt, '--json']);
    expect(refused).toMatchObject({ code: 2, json: { error: { code: 'INVALID_DEFINITION' } } });
    expect(refused.json.error.message).toContain('known are replace, add, remove, prioritise');
    expect(await place.cli(['signal', 'held-1', 'resume', '--json'])).toMatchObject({ code: 0, json: { now: 'it goes on' } });
    expect(await place.cli(['signal', 'held-1', 'cancel', '--grace', '1s'])).toMatchObject({ code: 0 });
    expect(await place.cli(['watch', 'held-1'])).toMatchObject({ code: 1 });
  });

  test('many at once, chosen by filters', async () => {
    await Promise.all(['many-1', 'many-2', 'many-3'].map((id) => submitted(held, id)));
    const all = ['signal', '*', 'cancel', '--workflow', 'held', '--json'];
    expect((await place.cli([...all, '--older-than', '1h'])).json).toMatchObject({ told: [] });
    const json = await eventually(async () => {
      const { json: chosen } = await place.cli([...all, '--dry-run']);
      return chosen.flows.length > 2 && chosen;
    });
    expect(json.flows.map(({ flowId }: { flowId: string }) => flowId).sort()).toEqual(['many-1', 'many-2', 'many-3']);
    expect((await place.cli(all)).json.told).toHaveLength(3);
    expect((await place.cli(['flows', 'many-2'])).stdout).toContain('CANCELED');
    expect(await place.cli(['signal', 'many-1', 'cancel', '--workflow', 'x', '--json'])).toMatchObject({ code: 2 });
  });

  test('dead letters are listed, shown, and replayed once however often that is asked for', async () => {
    const dies = await place.file('dies.yaml', DIES);
    await submitted(dies, 'dies-1');
    const leads = expect.stringContaining('`waggle dlq show dies-1/late`') as string;
    expect(await place.cli(['watch', 'dies-1'])).toMatchObject({ code: 1, stderr: leads });
    expect(await place.cli(['flows', 'dies-1'])).toMatchObject({ code: 0, stdout: leads });
    const { json } = await place.cli(['dlq', '--json']);
    expect(json.deadLetters).toMatchObject([
      {
        id: 'dies-1/late',
        agent: 'echo',
        step: 'late',
        workflow: 'dies 1.0.0',
        error: { code: 'TASK_TIMEOUT' },
        earlier: [{ code: 'TASK_TIMEOUT' }],
      },
    ]);
    expect((await place.cli(['dlq', 'show', 'dies-1'])).stdout).toContain('input: {"delay":"1s"}');
    const asked = await Promise.all([1, 2].map(() => place.cli(['dlq', 'replay', '--all', '--json'])));
    const flows = new Set(asked.flatMap(({ json: { replayed } }) => replayed.map(({ flowId }: { flowId: string }) => flowId)));
    expect(flows.size).toBe(1);
    const [flowId] = [...flows] as string[];
    expect(await place.about(['watch', flowId!])).toMatchObject({ code: 0 });
    expect((await place.cli(['flows', flowId!, '--history'])).stdout).toContain('to try late of dies-1 again');
    expect((await place.cli(['dlq', '--json'])).json).toEqual({ deadLetters: [] });
    expect(await place.cli(['dlq', 'replay', 'dies-1', '--json'])).toMatchObject({
      code: 2,
      json: { error: { code: 'DEAD_LETTER_UNKNOWN' } },
    });
    expect(await place.cli(['dlq', 'replay', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
  });

  test('a failed flow goes on as another that keeps what was completed', async () => {
    const { stdout } = await place.cli(['signal', 'dies-1', 'retry', '--json']);
    const { resumed } = JSON.parse(stdout) as { resumed: string };
    expect((await place.cli(['signal', '*', 'retry', '--workflow', 'dies'])).stdout).toContain(`dies-1 goes on as ${resumed}`);
    await place.about(['watch', resumed]);
    const history = (await place.cli(['flows', resumed, '--history'])).stdout;
    expect(history).toContain('kept was completed by the flow dies-1 already');
    expect(history).toContain('late went to echo');
    expect((await place.cli(['flows', 'resume-from', 'dies-1', '1', '--id', 'from-one', '--json'])).json).toMatchObject({
      flowId: 'from-one',
    });
    expect((await place.about(['flows', 'from-one', '--history'])).stdout).toContain('to go on from dies-1 as it was after 1 transitions');
    for (const [flow, code] of [
      ['nobody', 'FLOW_UNKNOWN'],
      ['dies-1', 'BAD_USAGE'],
    ] as const)
      expect(await place.cli(['flows', 'resume-from', flow, '999', '--json'])).toMatchObject({ code: 2, json: { error: { code } } });
    expect((await place.cli(['flows', 'resume-from', 'dies-1', '999'])).stderr).toContain('`waggle flows dies-1 --history` lists them');
  });

  test('the end of a flow says what was undone', async () => {
    const file = await place.file('undone.yaml', DIES.replace('text: kept }', 'text: kept }, compensate: { skill: echo.echo }'));
    const { stderr } = await place.cli(['run', file, '--id', 'undone-1']);
    expect(stderr).toMatch(/✖ FAILED undone-1[^]*undone, the last first: kept \(by the flow c-/);
    const { stdout, json } = await place.cli(['flows', 'undone-1', '--json']);
    expect(json.undone.steps).toEqual(['kept']);
    expect(stdout).toContain(`"event":"rollbackBegun","detail":"by ${json.undone.by}: kept"`);
  });

  test('a skill is frozen and thawed', async () => {
    expect((await place.cli(['skills', 'freeze', 'echo.echo', '--reason', 'a fix is coming'])).stdout).toContain('echo.echo is frozen');
    expect((await place.cli(['skills'])).stdout).toContain('frozen by cli: a fix is coming');
    const task = await place.file('task.json', JSON.stringify({ skill: 'echo.echo', input: { text: 'cold' } }));
    expect(await place.cli(['submit', task, '--id', 'cold'])).toMatchObject({ code: 0 });
    await eventually(async () => (await place.cli(['flows', 'cold'])).stdout.includes('FROZEN'), { timeout: 60_000 });
    expect(await place.cli(['doctor'])).toMatchObject({ code: 0, stdout: expect.stringContaining('waggle skills thaw echo.echo') });
    expect(await place.cli(['skills', 'thaw', 'echo.echo', '--json'])).toMatchObject({ code: 0, json: { wasFrozen: true } });
    expect(await place.cli(['skills', 'thaw', 'echo.echo'])).toMatchObject({ code: 0, stdout: 'echo.echo was not frozen\n' });
    expect(await place.cli(['watch', 'cold'])).toMatchObject({ code: 0 });
    expect((await place.cli(['flows', 'cold'])).stdout).toMatch(/Output\n.*\n.*"text": "cold"[^]*`waggle flows cold --history`/);
    expect(await place.cli(['submit', task, '--id', 'cold', '--json'])).toMatchObject({ code: 0, json: { flowId: 'cold', existed: true } });
    const again = ['run', 'echo.echo', '-i', 'text=cold', '--id', 'cold'];
    expect(await place.cli(again)).toMatchObject({ code: 0, stderr: expect.stringContaining('cold was submitted before') });
    expect(await place.cli(['skills', 'freeze', 'no skill', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
  });

  test('a flow is planned without being submitted', async () => {
    const { json } = await place.cli(['run', gate, '-i', 'what=it', '--dry-run', '--json']);
    expect(json).toMatchObject({
      steps: [
        { id: 'ask', waits: 'DECISION' },
        { id: 'say', agent: 'echo', agents: ['echo'], needs: ['ask'], conditional: true },
      ],
      criticalPath: ['ask', 'say'],
    });
    expect((await place.cli(['run', 'nobody.offers', '--dry-run'])).stdout).toContain('nobody offers it');
    const task = await place.file('plan.json', JSON.stringify({ skill: 'echo.echo' }));
    expect((await place.cli(['submit', task, '--id', 'planned', '--dry-run'])).stdout).toContain('nothing was submitted');
    expect(await place.cli(['flows', 'planned', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'FLOW_UNKNOWN' } } });
  });

  test('a question outlives kill -9 of everything but the broker, and is answered meanwhile', async () => {
    await submitted(gate, 'gate-2', { what: 'on' });
    const id = await askOf('gate-2');
    const { services } = await place.state();
    for (const { pid } of services) process.kill(pid, 'SIGKILL');
    expect(await place.cli(['decide', id, 'yes', '--wait', '1ms', '--json'])).toMatchObject({ code: 0, json: { stored: true } });
    expect(await place.cli(['watch', 'gate-2', '--timeout', '120s'])).toMatchObject({ code: 0 });
    expect((await place.cli(['flows', 'gate-2', '--history'])).stdout.match(/decided "yes" for ask/g)).toHaveLength(1);
  });
});
