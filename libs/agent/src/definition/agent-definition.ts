import { plainToInstance } from 'class-transformer';
import {
  parseDuration,
  schemaOf,
  SKILL_ID,
  TOKEN,
  validatorOf,
  WaggleError,
  type AgentSkill,
  type JsonSchema,
  type Validator,
} from '@waggle/protocol';
import type { TaskContext } from '../context/task-context.js';
import { agentOptionsOf, skillEntriesOf, type Shape, type SkillEntry } from './decorators.js';

const DEFAULT_SLOTS = 4;
const DEFAULT_TIMEOUT = '2m';
const DEFAULT_MAX_STARTS = 3;

/** A skill, ready to be called. */
export interface SkillDefinition {
  card: AgentSkill;
  checkInput: Validator;
  checkOutput: Validator;
  /** The input as the handler wants it: an instance of its DTO, where it has one. */
  toInput(value: unknown): unknown;
  handle(input: unknown, ctx: TaskContext): Promise<unknown>;
}

/** What an agent is and offers: read from its decorators, or written by hand where there is no Nest. */
export interface AgentDefinition {
  name: string;
  description: string;
  version: string;
  slots: number;
  maxWaiting: number;
  priority: number;
  capabilities: string[];
  maxStarts: number;
  skills: ReadonlyMap<string, SkillDefinition>;
}

/** The definition of an instance of an `@Agent` class. `INVALID_DEFINITION` names what its author must mend. */
export const agentDefinition = (instance: object): AgentDefinition => {
  const options = agentOptionsOf(instance.constructor);
  if (options === undefined) throw invalid(`${instance.constructor.name} has no @Agent.`);
  if (!TOKEN.test(options.name)) throw invalid(`"${options.name}" cannot be an agent's name: 1 to 64 of A-Z, a-z, 0-9, _ and -.`);
  const slots = atLeastOne(options.slots ?? DEFAULT_SLOTS, 'slots');
  const skills = new Map<string, SkillDefinition>();
  for (const entry of skillEntriesOf(Object.getPrototypeOf(instance) as object)) {
    if (skills.has(entry.id)) throw invalid(`${options.name} offers ${entry.id} twice.`);
    skills.set(entry.id, skillDefinition(instance, entry));
  }
  if (skills.size === 0) throw invalid(`${options.name} offers no @Skill.`);
  return {
    name: options.name,
    description: options.description,
    version: options.version ?? '0.1.0',
    slots,
    maxWaiting: options.maxWaiting ?? 4 * slots,
    priority: options.priority ?? 0,
    capabilities: options.capabilities ?? [],
    maxStarts: atLeastOne(options.maxStarts ?? DEFAULT_MAX_STARTS, 'maxStarts'),
    skills,
  };
};

const skillDefinition = (instance: object, entry: SkillEntry): SkillDefinition => {
  if (!SKILL_ID.test(entry.id)) throw invalid(`"${entry.id}" cannot be a skill's id: one to four names joined by dots.`);
  const card: AgentSkill = {
    id: entry.id,
    name: entry.name ?? entry.id,
    description: entry.description ?? '',
    tags: entry.tags ?? [],
    timeout: atLeastOne(parseDuration(entry.timeout ?? DEFAULT_TIMEOUT), `timeout of ${entry.id}`),
    ...(entry.input && { inputSchema: schemaFrom(entry.input) }),
    ...(entry.output && { outputSchema: schemaFrom(entry.output) }),
    ...(entry.heartbeat !== undefined && { heartbeat: atLeastOne(parseDuration(entry.heartbeat), `heartbeat of ${entry.id}`) }),
    ...(entry.cost !== undefined && { cost: entry.cost }),
  };
  const { input } = entry;
  const method = (instance as Record<string | symbol, (input: unknown, ctx: TaskContext) => Promise<unknown>>)[entry.method]!;
  return {
    card,
    checkInput: validator(input, 'INVALID_INPUT', 'input'),
    checkOutput: validator(entry.output, 'INTERNAL', 'output'),
    toInput: (value) => (typeof input === 'function' ? plainToInstance(input, value) : value),
    handle: (value, ctx) => method.call(instance, value, ctx),
  };
};

const schemaFrom = (shape: Shape): JsonSchema => (typeof shape === 'function' ? schemaOf(shape) : shape);

const validator = (shape: Shape | undefined, code: 'INVALID_INPUT' | 'INTERNAL', path: string): Validator =>
  shape === undefined ? () => [] : validatorOf(shape, { code, path });

const atLeastOne = (value: number, what: string): number => {
  if (Number.isInteger(value) && value >= 1) return value;
  throw invalid(`${what} must be a whole number of at least 1, not ${value}.`);
};

const invalid = (message: string): WaggleError => new WaggleError('INVALID_DEFINITION', message);
