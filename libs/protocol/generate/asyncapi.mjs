import { describedSchemas, json } from './schemas.mjs';

/** What the tokens of a subject are; all but the numbers match `[A-Za-z0-9_-]{1,64}`. */
const PARAMETERS = {
  tenant: 'The tenant; `default` where there is one only.',
  owner: 'Who asked for the flow: the name it signed in with.',
  agent: 'The name of an agent or service.',
  instance: 'One process of it.',
  flowId: 'The flow.',
  taskId: 'The task, unique in its flow.',
  attempt: 'The attempt, from 1.',
  priority: 'The queue it goes to.',
  signalId: 'The signal, unique in its flow.',
  id: 'The escalation, unique in its flow.',
  who: 'Who answers: the name it signed in with.',
  n: 'The transition that armed it.',
  k: 'The rung of the ladder: 0 is told by the question itself.',
  source: 'Where the event comes from: the name it signed in with.',
  type: 'What happened.',
  kind: 'Of what kind.',
  key: 'The skill (`.` written `~`), event or resource waited for.',
  writer: 'Who writes: the name it signed in with.',
  session: 'The session.',
  name: 'The channel.',
  messageId: 'The message: chosen by who sends it, so that it is stored once.',
  alarmId: 'The alarm.',
};

const parametersOf = (protocol, address) => {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return Object.fromEntries(
    names.map((name) => [name, { description: PARAMETERS[name], ...(name === 'priority' && { enum: [...protocol.PRIORITIES] }) }]),
  );
};

const KEEPS = { first: 'the first message stays', last: 'the last message stays', all: 'all messages stay' };

const channel = (protocol, { address, kinds, about, stream, keeps }) => ({
  address,
  description: `${about} Kept in the stream ${stream}: ${KEEPS[keeps]}.`,
  parameters: parametersOf(protocol, address),
  messages: Object.fromEntries(kinds.map((kind) => [kind, { $ref: `#/components/messages/${kind}` }])),
});

const operation = (action, name, { kinds }, who) => ({
  action,
  channel: { $ref: `#/channels/${name}` },
  summary: `${action === 'send' ? 'Written' : 'Read'} by ${who}.`,
  messages: kinds.map((kind) => ({ $ref: `#/channels/${name}/messages/${kind}` })),
});

/** The AsyncAPI 3.0 document: channels, who sends and receives on them, messages with an example, schemas. */
export const asyncapiFile = (protocol, { comments, corpus, version }) => {
  const { classes, message } = describedSchemas(protocol, comments);
  const pointer = (name) => `#/components/schemas/${name}`;
  const schemas = {};
  const messages = {};
  for (const [kind, type] of Object.entries(protocol.MESSAGE_TYPES)) {
    const dto = protocol.PAYLOADS[type];
    const { root, definitions } = classes(dto, pointer);
    Object.assign(schemas, definitions, { [dto.name]: root });
    messages[kind] = {
      name: type,
      title: type,
      summary: comments.get(dto.name),
      contentType: 'application/json',
      payload: message(type, { $ref: pointer(dto.name) }),
      examples: [{ name: 'recorded', payload: corpus.get(type) }],
    };
  }
  const channels = Object.entries(protocol.CHANNELS);
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Waggle',
      version,
      description:
        'What travels between the agents, services and clients of a Waggle mesh, over NATS JetStream. Made from the code; do not edit.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map(([name, each]) => [name, channel(protocol, each)])),
    operations: Object.fromEntries(
      channels.flatMap(([name, each]) => [
        [`send.${name}`, operation('send', name, each, each.writers)],
        [`receive.${name}`, operation('receive', name, each, each.readers)],
      ]),
    ),
    components: { messages, schemas },
  };
  return ['libs/protocol/asyncapi.json', json(document)];
};
