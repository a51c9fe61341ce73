import type { PatternRule } from '@waggle/analysis';
import { codeInjection } from './ecmascript/code-injection.js';
import { commands } from './ecmascript/commands.js';
import { crypto } from './ecmascript/crypto.js';
import { data } from './ecmascript/data.js';
import { transport } from './ecmascript/transport.js';
import { web } from './ecmascript/web.js';
import { codeInjection as pythonCodeInjection } from './python/code-injection.js';
import { commands as pythonCommands } from './python/commands.js';
import { crypto as pythonCrypto } from './python/crypto.js';
import { data as pythonData } from './python/data.js';
import { transport as pythonTransport } from './python/transport.js';

/** Every rule about the shape of code. A new file of rules is added here. */
export const PATTERN_RULES: readonly PatternRule[] = [
  ...codeInjection,
  ...commands,
  ...crypto,
  ...data,
  ...transport,
  ...web,
  ...pythonCodeInjection,
  ...pythonCommands,
  ...pythonCrypto,
  ...pythonData,
  ...pythonTransport,
];
