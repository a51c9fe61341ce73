import { cell } from './markdown.mjs';
import { describedSchemas } from './schemas.mjs';

const PATTERNS = { '^[0-9a-f]{64}$': '64 hex digits' };

const typeOf = (protocol, schema) => {
  if (schema.$ref) return `[${schema.$ref}](#${schema.$ref.toLowerCase()})`;
  if (schema.const) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(protocol, schema.items)}`;
  if (schema.format === 'date-time') return 'time';
  if (schema.pattern === protocol.TOKEN.source) return 'name';
  if (schema.pattern === protocol.SKILL_ID.source) return 'skill id';
  if (schema.pattern) return PATTERNS[schema.pattern] ?? `text like \`${schema.pattern}\``;
  const bounds = [schema.minimum !== undefined && `from ${schema.minimum}`, schema.maximum !== undefined && `to ${schema.maximum}`].filter(
    Boolean,
  );
  return [
    { integer: 'whole number', number: 'number', string: 'text', boolean: 'true or false', object: 'object' }[schema.type] ?? 'anything',
    ...bounds,
  ].join(' ');
};

const fields = (protocol, schema) => [
  '| field | what | |',
  '| --- | --- | --- |',
  ...Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const needed = schema.required?.includes(name);
    return `| ${needed ? `**\`${name}\`**` : `\`${name}\``} | ${cell(typeOf(protocol, property))} | ${cell(property.description ?? '')} |`;
  }),
];

/** One section a class, those it nests after it. */
const section = (protocol, name, schema) => [
  `### ${name}`,
  '',
  ...(schema.description ? [schema.description, ''] : []),
  ...(schema.oneOf ? [`Exactly one of ${schema.oneOf.map(({ required }) => `\`${required[0]}\``).join(', ')}.`, ''] : []),
  ...fields(protocol, schema),
  '',
];

const KEEPS = { first: 'first wins', last: 'last value', all: 'log' };

const channelTable = (protocol) => [
  '| subject | stream | message | who writes | who reads | |',
  '| --- | --- | --- | --- | --- | --- |',
  ...Object.values(protocol.CHANNELS).map(({ address, stream, keeps, kinds, writers, readers, about }) => {
    const names = kinds.map((kind) => messageLink(protocol, kind)).join(', ');
    return `| \`${address.replaceAll(/\{(\w+)\}/g, '<$1>')}\` | ${stream}, ${KEEPS[keeps]} | ${names} | ${cell(writers)} | ${cell(readers)} | ${cell(about)} |`;
  }),
];

const messageLink = (protocol, kind) => {
  const type = protocol.MESSAGE_TYPES[kind];
  return `[${type}](#${protocol.PAYLOADS[type].name.toLowerCase()})`;
};

const streamTable = (protocol) => [
  '| stream | subjects |',
  '| --- | --- |',
  ...protocol.STREAMS.map((stream) => {
    const here = Object.values(protocol.CHANNELS).filter((channel) => channel.stream === stream);
    return `| ${stream} | ${here.map(({ address }) => `\`${address.replaceAll(/\{(\w+)\}/g, '*')}\``).join(', ') || UNLISTED[stream]} |`;
  }),
];

/** Streams that hold something else than messages of the catalogue. */
const UNLISTED = {
  INPUT: '`in.<partition>.<tenant>.<flowId>.<kind>.…`: copies of what the coordinator must react to, made by the broker',
  BLOB: '`wg.*.blob.<writer>.<sha256>.<n>`: bytes of values too large to travel inside a message',
};

/** The whole protocol, for people. */
export const protocolPage = (protocol, { comments, corpus }) => {
  const { classes } = describedSchemas(protocol, comments);
  const envelope = classes(protocol.Envelope, String).root;
  const payloads = Object.entries(protocol.PAYLOADS).map(([type, dto]) => ({ type, name: dto.name, ...classes(dto, String) }));
  const roots = new Set(payloads.map(({ name }) => name));
  const nested = new Map(payloads.flatMap(({ definitions }) => Object.entries(definitions)).filter(([name]) => !roots.has(name)));
  const page = [
    '# Protocol',
    '',
    'Made from `libs/protocol` by `npm run generate`; do not edit. The same as JSON Schema: `libs/protocol/schemas`, as',
    'AsyncAPI 3.0: `libs/protocol/asyncapi.json`, by example: `libs/protocol/corpus`. How to speak it without our',
    'libraries: `libs/protocol/README.md`.',
    '',
    'Messages are JSON objects in UTF-8. A *name* matches `' +
      protocol.TOKEN.source +
      '`, a *skill id* is one to four names joined by dots,',
    'a *time* is RFC 3339 with its offset (we write UTC). Durations are milliseconds. **Bold** fields must be there.',
    'Fields that a receiver does not know are kept. A type or version that it does not know is refused with `TYPE_UNKNOWN`.',
    `A message has at most ${protocol.MESSAGE_LIMIT} bytes and ${protocol.DEPTH_LIMIT} levels; values above ${protocol.INLINE_LIMIT} bytes travel as blobs.`,
    'A field named `__proto__` is refused.',
    '',
    '## Envelope',
    '',
    envelope.description ?? '',
    '',
    ...fields(protocol, envelope),
    '',
    'The W3C `traceparent` travels in the NATS header of that name.',
    '',
    '## Subjects',
    '',
    ...channelTable(protocol),
    '',
    `Without a subject of their own, inside other messages (a result's \`request\`, an event's \`data\`, an input): ${protocol.WITHOUT_CHANNEL.map((kind) => messageLink(protocol, kind)).join(', ')}.`,
    '',
    '## Streams',
    '',
    ...streamTable(protocol),
    '',
    '## Payloads',
    '',
    ...payloads.flatMap(({ type, name, root }) => [
      ...section(protocol, name, root).toSpliced(1, 0, '', `Payload of \`${type}\`.`),
      '<details><summary>Example</summary>',
      '',
      '```json',
      JSON.stringify(corpus.get(type).payload, null, 2),
      '```',
      '',
      '</details>',
      '',
    ]),
    '## Parts of payloads',
    '',
    ...[...nested].flatMap(([name, schema]) => section(protocol, name, schema)),
  ].join('\n');
  return ['docs/protocol.md', `${page.trimEnd()}\n`];
};
