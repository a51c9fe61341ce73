import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { asyncapiFile } from './asyncapi.mjs';
import { commentsOf } from './comments.mjs';
import { errorsPage } from './errors-page.mjs';
import { protocolPage } from './protocol-page.mjs';
import { schemaFiles } from './schemas.mjs';

/** Everything that is made from the protocol library: the text of each file by its path in the repository. */
export const generatedFiles = (protocol, root) => {
  const library = path.join(root, 'libs/protocol');
  const comments = new Map([...commentsOf(path.join(library, 'src/payloads')), ...commentsOf(path.join(library, 'src/validation'))]);
  const read = (file) => JSON.parse(readFileSync(path.join(library, file), 'utf8'));
  const corpus = new Map(
    readdirSync(path.join(library, 'corpus'))
      .sort()
      .map((file) => read(`corpus/${file}`))
      .map((example) => [example.type, example]),
  );
  const material = { comments, corpus, version: read('package.json').version };
  return new Map([
    ...schemaFiles(protocol, comments),
    asyncapiFile(protocol, material),
    protocolPage(protocol, material),
    errorsPage(protocol),
  ]);
};

/** Files that hold nothing else than what is made: one there that is not made any more is stale. */
export const generatedFolders = ['libs/protocol/schemas'];
