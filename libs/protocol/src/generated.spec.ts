import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { generatedFiles, generatedFolders } from '../generate/index.mjs';
import * as protocol from './index.js';

const root = path.join(__dirname, '../../..');
const files = generatedFiles(protocol, root);
const read = (file: string) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '(not there)');
const schemas = [...files].filter(([file]) => file.endsWith('.schema.json'));

describe('generated files', () => {
  it.each([...files.keys()])('%s is as the code makes it (else: npm run generate)', (file) => {
    expect(read(file)).toBe(files.get(file));
  });

  it('leave nothing behind of what is not made any more', () => {
    const present = generatedFolders.flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`));
    expect(present.filter((file) => !files.has(file))).toEqual([]);
  });
});

describe('published schemas', () => {
  it('are there for every message type', () => {
    expect(schemas).toHaveLength(Object.keys(protocol.MESSAGE_TYPES).length);
  });

  it.each(schemas)('%s is a valid schema by itself and takes the recorded example', (_, text) => {
    const ajv = new Ajv2020({ strict: true, allErrors: true, strictRequired: false });
    formats.default(ajv);
    const schema = JSON.parse(text) as { title: string };
    const validate = ajv.compile(schema);
    const example: unknown = JSON.parse(read(`libs/protocol/corpus/${schema.title}.json`));
    validate(example);
    expect(validate.errors).toBeNull();
    expect(validate({ ...(example as object), payload: [] })).toBe(false);
  });
});

describe('asyncapi.json', () => {
  interface Document {
    channels: Record<string, { address: string; parameters: Record<string, { description?: string }> }>;
    components: { messages: Record<string, unknown> };
  }
  const specification = JSON.parse(readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8')) as object;
  const text = files.get('libs/protocol/asyncapi.json')!;
  const document = JSON.parse(text) as Document;

  it('is valid AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
    formats.default(ajv);
    const validate = ajv.compile(specification);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, info: {} })).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    const missing = [...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].filter(([, pointer]) => {
      let at: unknown = document;
      for (const token of pointer!.split('/')) at = (at as Record<string, unknown> | undefined)?.[token];
      return at === undefined;
    });
    expect(missing.map(([, pointer]) => pointer)).toEqual([]);
  });

  it('names every message, and says what every token of a subject is', () => {
    expect(Object.keys(document.components.messages).sort()).toEqual(Object.keys(protocol.MESSAGE_TYPES).sort());
    for (const { address, parameters } of Object.values(document.channels)) {
      expect(Object.keys(parameters)).toEqual([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(Object.values(parameters).every(({ description }) => description)).toBe(true);
    }
  });
});
