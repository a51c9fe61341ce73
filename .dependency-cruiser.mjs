/**
 * Who may import whom, with the reason for each edge. What is not named here is refused; there is no list of
 * tolerated breaches. Run with `npm run boundaries`.
 */
const rooms = {
  protocol: 'libs/protocol/',
  flow: 'libs/flow/',
  broker: 'libs/broker/',
  bus: 'libs/bus/',
  service: 'libs/service/',
  client: 'libs/client/',
  workspace: 'libs/workspace/',
  locks: 'libs/locks/',
  analysis: 'libs/analysis/',
  agent: 'libs/agent/',
  testkit: 'libs/testkit/',
  coordinator: 'apps/coordinator/',
  registry: 'apps/registry/',
  memory: 'libs/memory/',
  sessions: 'apps/sessions/',
  cli: 'apps/cli/',
  agents: 'apps/agents/',
};

const edges = [
  ['flow', ['protocol'], 'The engine is pure: it knows messages and nothing that does IO.'],
  ['broker', ['protocol'], 'It runs a process; of the mesh it needs the error catalogue alone.'],
  ['bus', ['protocol'], 'The port carries messages; names of subjects come from the protocol.'],
  ['service', ['protocol', 'bus'], 'A service is a process on the bus.'],
  ['client', ['protocol', 'bus'], 'A client is a name on the bus.'],
  ['workspace', ['protocol', 'bus'], 'Snapshots lie in blobs.'],
  ['analysis', ['protocol'], 'Parsing and findings are pure; files come from the caller.'],
  ['agent', ['protocol', 'bus', 'service', 'client', 'locks', 'memory', 'workspace'], 'The SDK gives its context all of these.'],
  ['testkit', ['protocol', 'bus', 'broker', 'service', 'client', 'agent', 'workspace'], 'It builds what tests stand on.'],
  ['coordinator', ['protocol', 'bus', 'flow', 'service'], 'It is the engine with a bus around it.'],
  ['locks', ['protocol', 'bus'], 'Locks stand on the bus alone, to be used without the rest.'],
  ['memory', ['protocol', 'bus'], 'It reads buckets and asks the service that owns them.'],
  ['sessions', ['protocol', 'bus', 'service'], 'It answers on the bus for what it owns there.'],
  ['registry', ['protocol', 'bus', 'service'], 'It hears and answers on the bus.'],
  [
    'cli',
    ['protocol', 'bus', 'broker', 'flow', 'service', 'client', 'locks', 'memory', 'workspace', 'analysis'],
    'It provisions, explains flows and renders reports.',
  ],
  ['agents', ['protocol', 'agent', 'workspace', 'analysis', 'bus'], 'A specialist stands on the SDK; of the bus it uses types.'],
];

const roomRules = edges.map(([from, to, why]) => ({
  name: `${from}-imports`,
  comment: why,
  severity: 'error',
  from: { path: `^${rooms[from]}`, pathNot: ['\\.spec\\.ts$', '/test(ing)?/'] },
  to: { path: '^(libs|apps)/', pathNot: [`^${rooms[from]}`, ...to.map((name) => `^${rooms[name]}`)] },
}));

const only = (name, packages, where, why) => ({
  name,
  comment: why,
  severity: 'error',
  from: { path: '^(libs|apps|examples)/', pathNot: [where, '\\.spec\\.ts$'] },
  to: { path: `^(node_modules/)?${packages}` },
});

export default {
  forbidden: [
    ...roomRules,
    {
      name: 'protocol-imports',
      comment: 'Everything stands on the protocol; it stands on nothing of ours.',
      severity: 'error',
      from: { path: '^libs/protocol/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/protocol/' },
    },
    {
      name: 'apps-apart',
      comment: 'Services share the protocol and nothing else: none imports another.',
      severity: 'error',
      from: { path: '^apps/(agents/[^/]+|[^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'agents-apart',
      comment: 'A specialist never imports another.',
      severity: 'error',
      from: { path: '^apps/agents/([^/]+)/' },
      to: { path: '^apps/agents/', pathNot: '^apps/agents/$1/' },
    },
    {
      name: 'testkit-in-tests-only',
      comment: 'The testkit launches brokers and scripts agents: never part of a service.',
      severity: 'error',
      from: { path: '^(libs|apps|examples)/', pathNot: ['^libs/testkit/', '\\.spec\\.ts$', '/test(ing)?/'] },
      to: { path: '^libs/testkit/' },
    },
    only('nats-in-bus-only', '@nats-io/', '^libs/(bus|testkit)/', 'One adapter stands behind the port: nothing else knows NATS.'),
    only('mongoose-in-archive-only', 'mongoose', '^apps/archive/', 'Only the archive has a database.'),
    only('openai-in-llm-only', 'openai', '^libs/llm/', 'One place executes language models.'),
    {
      name: 'no-cycles',
      comment: 'A cycle hides which of the two is the foundation.',
      severity: 'error',
      from: { pathNot: '\\.spec\\.ts$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure-domain',
      comment: 'Domain code is pure: no Nest, no bus, no file, no clock of the machine.',
      severity: 'error',
      from: { path: '/domain/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(node_modules/@nestjs|node:(fs|net|http|child_process|timers)|libs/bus/src/nats)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(^|/)dist/', '\\.waggle/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@waggle/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
