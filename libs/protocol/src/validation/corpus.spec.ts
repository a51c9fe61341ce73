import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MESSAGE_TYPES, parseMessage, type AgentMessage } from '../index.js';

const folder = path.join(__dirname, '../../corpus');
const recorded = readdirSync(folder).map((file) => ({ file, text: readFileSync(path.join(folder, file), 'utf8') }));

describe('the recorded corpus', () => {
  it('holds an example of every message type', () => {
    const types = new Set(recorded.map(({ text }) => (JSON.parse(text) as AgentMessage).type));
    expect([...types].sort()).toEqual(Object.values(MESSAGE_TYPES).sort());
  });

  it.each(recorded)('$file is read as it was written', ({ file, text }) => {
    const written = JSON.parse(text) as AgentMessage;
    expect(file.startsWith(written.type)).toBe(true);
    const { message, problems } = parseMessage(text, { ...written });
    expect(problems).toBeUndefined();
    expect(message).toEqual(written);
  });
});
