import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

describe('the history of a flow', () => {
  let place: Place;

  beforeAll(async () => {
    place = await Place.make();
    await place.up();
    expect(await place.cli(['run', 'echo.echo', '-i', 'text=hi', '--id', 'told'])).toMatchObject({ code: 0 });
  });
  afterAll(() => place.remove());

  test('every transition is explained in sentences', async () => {
    const { code, stdout } = await place.cli(['flows', 'told', '--history']);
    expect(code).toBe(0);
    expect(stdout).toContain('cli asked for the task echo.echo');
    expect(stdout).toMatch(/went to echo for echo\.echo/);
    expect(stdout).toContain('the flow ended COMPLETED: 1 completed');
    const { json } = await place.cli(['flows', 'told', '--history', '--json']);
    expect(json.history.map(({ n }: { n: number }) => n)).toEqual(json.history.map((_: unknown, index: number) => index + 1));
    expect(json.history[0]).toMatchObject({ n: 1, because: 'a submission or signal' });
  });

  test('the log is folded again, moment by moment or one of them', async () => {
    const { code, stdout } = await place.cli(['flows', 'told', '--replay', '--json']);
    expect(code).toBe(0);
    const frames = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number; status: { state: string; version: number } });
    expect(frames.map(({ n }) => n)).toEqual(frames.map((_, index) => index + 1));
    expect(frames[0]!.status).toMatchObject({ state: 'WORKING', version: 1 });
    expect(frames.at(-1)!.status.state).toBe('COMPLETED');
    expect((await place.cli(['flows', 'told', '--replay', '--at', '1', '--json'])).json).toMatchObject({ n: 1, of: frames.length });
    expect((await place.cli(['flows', 'told', '--replay', '--at', '1'])).stdout).toContain('WORKING');
    const { stderr } = await place.cli(['flows', 'told', '--replay', '--at', '1000']);
    expect(stderr).toContain(`Name one of 1 to ${frames.length}: \`waggle flows told --history\` lists them.`);
  });

  test.each([
    [['flows', 'nobody-knows', '--history'], 'FLOW_UNKNOWN'],
    [['flows', '--history'], 'BAD_USAGE'],
    [['flows', 'told', '--at', '1'], 'BAD_USAGE'],
    [['flows', 'told', '--replay', '--at', '1000'], 'BAD_USAGE'],
    [['flows', 'told', '--replay', '--history'], 'BAD_USAGE'],
  ])('%j is refused with %s', async (args, code) => {
    expect(await place.cli([...args, '--json'])).toMatchObject({ code: 2, json: { error: { code } } });
  });
});
